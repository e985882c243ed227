import {spawnSync} from 'node:child_process'
import {closeSync, fdatasync, fstatSync, openSync, readSync, rmSync, statSync, writeSync} from 'node:fs'
import {setImmediate as breath} from 'node:timers/promises'
import {promisify} from 'node:util'
import {type HeadTruncation, truncationEnd} from '../../domain/log/head-truncation.js'
import {findLog} from './files.js'
import {cutFile} from './names.js'
import {putAside, type RotationPolicy} from './rotate.js'
import {readTruncations, writeTruncations} from './truncation-list.js'

/** A log that a job has open to append: it cannot be put aside by renaming. */
export interface OpenLogFile {
  readonly fd: number
  readonly file: string
  readonly inode: number
}

export interface TruncateRequest {
  /** So much is cut off the head: whole blocks of the file system. */
  readonly bytes: number
  /** A head that would be the first to be removed again need not be copied. */
  readonly isKept: boolean
  readonly policy: RotationPolicy
  /** Is told as soon as the head is off, before anything else can look at the log. */
  readonly onCut: (bytes: number) => void
}

/** - busy: another guard cuts the same log. - impossible: the file system cannot do it (it is neither ext4 nor XFS). */
type TruncateOutcome = 'cut' | 'busy' | 'impossible'

/** A copy that nobody has gone on with for so long was left by a guard that was killed. */
const abandonedMs = 60_000

const pieceBytes = 256 * 1024

/** So many times its greatest size, a log grows faster than it can be cut. */
const outrunTimes = 8

const flush = promisify(fdatasync)

/**
 * Moves the head of a log to its newest old file. `fallocate --collapse-range` takes it off in one step between two
 * appends of the job, so that nothing is lost at any speed; to copy and truncate would lose what comes in between. The
 * copy is not synchronised with the disk: after a failure of the power the end of a log may be gone in any case.
 * Throws the file system's error.
 */
export async function truncateHead(log: OpenLogFile, request: TruncateRequest): Promise<TruncateOutcome> {
  const part = cutFile(log.file)
  const copy = openPart(log.file, request.policy)
  if (copy === undefined) return 'busy'
  try {
    if (request.isKept) await copyHead(log.fd, copy, request.bytes)
    // To collapse writes the log to the disk first, and the job's writes wait for it: 70 ms for 50 MB. From here they do
    // not; unless the job has outrun the cuts, and has to wait.
    if (fstatSync(log.fd).size < request.policy.maxSizeBytes * outrunTimes) await flush(log.fd)
    const piece = fstatSync(copy).ino
    // Somebody who took this one for dead has put one of them aside.
    if (inodeOf(part) !== piece || inodeOf(log.file) !== log.inode) return 'busy'
    if (!collapse(log.fd, request.bytes)) {
      rmSync(part, {force: true})
      return 'impossible'
    }
    request.onCut(request.bytes)
    publish(log, request, piece)
    return 'cut'
  } catch (error) {
    if (inodeOf(part) === fstatSync(copy).ino) rmSync(part, {force: true})
    throw error
  } finally {
    closeSync(copy)
  }
}

function publish(log: OpenLogFile, {bytes, isKept, policy}: TruncateRequest, piece: number): void {
  const part = cutFile(log.file)
  const known = readTruncations(log.file)
  const at = truncationEnd(known, log.inode)
  const cut = {inode: log.inode, at, bytes, piece: isKept ? piece : 0, cutAt: Math.ceil(statSync(part).birthtimeMs)}
  writeTruncations(log.file, log.inode, [...stillThere(log.file, known), cut])
  if (isKept) putAside(part, log.file, policy)
  else rmSync(part, {force: true})
}

/** The cuts whose file is still kept, and of each log the last one, which tells how much it has lost. */
function stillThere(file: string, cuts: readonly HeadTruncation[]): readonly HeadTruncation[] {
  return cuts.filter((cut, index) => {
    if (cut.piece !== 0 && findLog(file, cut.piece, cut.cutAt) !== undefined) return true
    const isLast = !cuts.some(({inode}, later) => later > index && inode === cut.inode)
    return isLast && findLog(file, cut.inode) !== undefined
  })
}

function openPart(file: string, policy: RotationPolicy): number | undefined {
  const part = cutFile(file)
  const left = statSync(part, {throwIfNoEntry: false})
  if (left && Date.now() - left.mtimeMs > abandonedMs) putAside(part, file, policy)
  try {
    return openSync(part, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
}

async function copyHead(from: number, to: number, bytes: number): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, bytes))
  for (let done = 0; done < bytes; ) {
    const length = readSync(from, buffer, 0, Math.min(buffer.length, bytes - done), done)
    if (length === 0) throw Object.assign(new Error('the log was emptied meanwhile'), {syscall: 'read'})
    for (let written = 0; written < length; ) written += writeSync(to, buffer, written, length - written)
    done += length
    await breath()
  }
}

/** Waits for the program: nothing of guard's may read the log at a place that is about to move. It takes some 5 ms. */
function collapse(fd: number, bytes: number): boolean {
  const before = fstatSync(fd).size
  const words = ['--collapse-range', '--offset', '0', '--length', `${bytes}`, '/proc/self/fd/3']
  const {status, signal} = spawnSync('fallocate', words, {stdio: ['ignore', 'ignore', 'ignore', fd]})
  // A signal to guard's whole group may end it when its work is done.
  return status === 0 || (signal !== null && fstatSync(fd).size < before)
}

function inodeOf(file: string): number | undefined {
  return statSync(file, {throwIfNoEntry: false})?.ino
}

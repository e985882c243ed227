import {closeSync, fdatasync, fstatSync, openSync, readSync, rmSync, statSync, writeSync} from 'node:fs'
import {setImmediate as breath} from 'node:timers/promises'
import {promisify} from 'node:util'
import {type HeadTruncation, truncationEnd} from '../../domain/log/head-truncation.js'
import {childProcess} from '../process/child-process.js'
import {findLog} from './files.js'
import {truncatedHeadFile} from './names.js'
import {putAside, type RotationPolicy} from './rotate.js'
import {readTruncations, writeTruncations} from './truncation-list.js'

/** A log that a job has open for appending, so that it cannot be rotated by renaming. */
export interface OpenLogFile {
  readonly fd: number
  readonly file: string
  readonly inode: number
}

export interface TruncateRequest {
  /** Bytes to remove from the head: whole blocks of the file system. */
  readonly bytes: number
  /** Whether the head is copied to an older file; otherwise it is dropped. */
  readonly isKept: boolean
  readonly policy: RotationPolicy
  /** Called as soon as the head is removed, before anything else reads the log. */
  readonly onTruncated: (bytes: number) => void
}

/** - busy: another guard truncates the same log. - impossible: the file system is neither ext4 nor XFS. */
type TruncateOutcome = 'truncated' | 'busy' | 'impossible'

/** From this age on, an unfinished copy counts as left by a killed guard. */
const abandonedMs = 60_000

const pieceBytes = 256 * 1024

/** From this multiple of its maximum size on, a log grows faster than it can be truncated. */
const outrunTimes = 8

const flush = promisify(fdatasync)

/**
 * Moves the head of a log to a new older file. `fallocate --collapse-range` removes it in one step between two appends
 * of the job, so that nothing is lost at any speed; copy and truncate would lose what is written in between. The copy is
 * not synced to disk, because a power failure may lose the end of a log anyway.
 * Throws the file system's error.
 */
export async function truncateHead(log: OpenLogFile, request: TruncateRequest): Promise<TruncateOutcome> {
  const part = truncatedHeadFile(log.file)
  const copy = openPart(log.file, request.policy)
  if (copy === undefined) return 'busy'
  try {
    if (request.isKept) await copyHead(log.fd, copy, request.bytes)
    // The collapse first flushes the log while the job's writes wait. This flush in the background shortens that wait,
    // unless the job is too fast and has to wait. It is left out for a head that is dropped and need not be written.
    if (request.isKept && fstatSync(log.fd).size < request.policy.maxSizeBytes * outrunTimes) await flush(log.fd)
    const piece = fstatSync(copy).ino
    // Another guard may have taken this one for dead and renamed one of the files.
    if (inodeOf(part) !== piece || inodeOf(log.file) !== log.inode) return 'busy'
    if (!collapse(log.fd, request.bytes)) {
      rmSync(part, {force: true})
      return 'impossible'
    }
    request.onTruncated(request.bytes)
    publish(log, request, piece)
    return 'truncated'
  } catch (error) {
    if (inodeOf(part) === fstatSync(copy).ino) rmSync(part, {force: true})
    throw error
  } finally {
    closeSync(copy)
  }
}

function publish(log: OpenLogFile, {bytes, isKept, policy}: TruncateRequest, piece: number): void {
  const part = truncatedHeadFile(log.file)
  const known = readTruncations(log.file)
  const at = truncationEnd(known, log.inode)
  const cut = {inode: log.inode, at, bytes, piece: isKept ? piece : 0, cutAt: Math.ceil(statSync(part).birthtimeMs)}
  writeTruncations(log.file, log.inode, [...keptTruncations(log.file, known), cut])
  if (isKept) putAside(part, log.file, policy)
  else rmSync(part, {force: true})
}

/** The truncations whose file still exists, and the last one of each log, which says how much the log has lost. */
function keptTruncations(file: string, truncations: readonly HeadTruncation[]): readonly HeadTruncation[] {
  return truncations.filter((cut, index) => {
    if (cut.piece !== 0 && findLog(file, cut.piece, cut.cutAt) !== undefined) return true
    const isLast = !truncations.some(({inode}, later) => later > index && inode === cut.inode)
    return isLast && findLog(file, cut.inode) !== undefined
  })
}

function openPart(file: string, policy: RotationPolicy): number | undefined {
  const part = truncatedHeadFile(file)
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
    if (length === 0) throw Object.assign(new Error('the log was emptied in the meantime'), {syscall: 'read'})
    for (let written = 0; written < length; ) written += writeSync(to, buffer, written, length - written)
    done += length
    await breath()
  }
}

/** Runs synchronously, so that no other part of guard reads the log while its offsets move. */
function collapse(fd: number, bytes: number): boolean {
  const before = fstatSync(fd).size
  const words = ['--collapse-range', '--offset', '0', '--length', `${bytes}`, '/proc/self/fd/3']
  const {status, signal} = childProcess().spawnSync('fallocate', words, {stdio: ['ignore', 'ignore', 'ignore', fd]})
  // A signal to guard's process group may kill fallocate after it has done its work.
  return status === 0 || (signal !== null && fstatSync(fd).size < before)
}

function inodeOf(file: string): number | undefined {
  return statSync(file, {throwIfNoEntry: false})?.ino
}

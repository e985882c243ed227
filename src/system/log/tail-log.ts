import {closeSync, existsSync, fstatSync, openSync, readSync, statSync} from 'node:fs'
import {truncationEnd} from '../../domain/log/head-truncation.js'
import {ChangeWaiter} from './change-waiter.js'
import {findLog, findStretches, readStretch} from './files.js'
import {cutFile} from './names.js'
import {readTruncations} from './truncation-list.js'

interface FollowOptions {
  readonly take: (piece: Buffer) => void
  readonly signal: AbortSignal
}

const chunkBytes = 256 * 1024

/** A head that has been on its way out for so long was left by a guard that was killed. */
const abandonedMs = 60_000

/**
 * Reads a log from `from` on, a place in the file as it is now, and goes on as it grows, also into the files that
 * follow rotations and past heads that are cut off, until `signal` aborts.
 */
export async function tailLog(file: string, from: number, {take, signal}: FollowOptions): Promise<void> {
  const reader = new LogReader(file, from, take)
  reader.drain()
  const follower = new ChangeWaiter(() => Promise.resolve(reader.drain()), [file])
  follower.start()
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
  await follower.stop()
  reader.close()
}

/** A log being followed. The open descriptor keeps its inode from being given to another file. */
interface Place {
  readonly fd: number
  readonly inode: number
  /** Counted from the first byte that was ever written to this log. */
  offset: number
}

class LogReader {
  private readonly file: string
  private readonly take: (piece: Buffer) => void
  private place: Place | undefined

  constructor(file: string, from: number, take: (piece: Buffer) => void) {
    this.file = file
    this.take = take
    this.place = openPlace(file)
    if (this.place) this.place.offset = truncationEnd(readTruncations(file), this.place.inode) + from
  }

  /** Hands on all that has come; returns how much. */
  drain(): number {
    for (let total = 0; ; ) {
      this.place ??= openPlace(this.file)
      if (!this.place) return total
      const length = this.readOn(this.place)
      // Nothing will tell when the log can be read again: look soon.
      if (length === undefined) return Math.max(total, 1)
      total += length
      if (length > 0) continue
      const next = fileAfter(this.file, this.place.inode)
      if (next === undefined) return total
      // What was appended between the reading and the rotation.
      total += this.readOn(this.place) ?? 0
      this.close()
      this.place = openPlace(next)
    }
  }

  close(): void {
    if (this.place) closeSync(this.place.fd)
    this.place = undefined
  }

  /** Hands on the next piece; returns its length, or undefined while the log is losing its head. */
  private readOn(place: Place): number | undefined {
    const {file} = this
    if (isBeingCut(file)) return undefined
    const cuts = readTruncations(file)
    const begin = truncationEnd(cuts, place.inode)
    if (place.offset < begin) return this.readCutOff(place, begin)
    // A job may empty its log by opening it anew.
    if (begin + fstatSync(place.fd).size < place.offset) place.offset = begin
    const buffer = Buffer.allocUnsafe(chunkBytes)
    const length = readSync(place.fd, buffer, 0, chunkBytes, place.offset - begin)
    // A head that went meanwhile has moved what was read.
    if (isBeingCut(file) || truncationEnd(readTruncations(file), place.inode) !== begin) return undefined
    place.offset += length
    if (length > 0) this.take(buffer.subarray(0, length))
    return length
  }

  /** What was cut off before it was read stands in older files, unless they are gone already. */
  private readCutOff(place: Place, begin: number): number {
    let total = 0
    for (const stretch of findStretches(this.file, {inode: place.inode, from: place.offset, to: begin}))
      readStretch(stretch, (piece) => {
        total += piece.length
        this.take(piece)
      })
    place.offset = begin
    return total
  }
}

function isBeingCut(file: string): boolean {
  const stat = statSync(cutFile(file), {throwIfNoEntry: false})
  return stat !== undefined && Date.now() - stat.mtimeMs < abandonedMs
}

function openPlace(file: string): Place | undefined {
  try {
    const fd = openSync(file, 'r')
    return {fd, inode: fstatSync(fd).ino, offset: 0}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The next younger log when this one was put aside; undefined for the log itself. */
function fileAfter(file: string, inode: number): string | undefined {
  const found = findLog(file, inode)
  if (found === file || (found === undefined && !existsSync(file))) return undefined
  const pieces = new Set(readTruncations(file).map(({piece}) => piece))
  for (let number = Number(found?.slice(file.length + 1) ?? 1) - 1; number > 0; number--) {
    const next = `${file}.${number}`
    // The head of a younger log is read with that one.
    if (!pieces.has(statSync(next, {throwIfNoEntry: false})?.ino ?? 0)) return next
  }
  return file
}

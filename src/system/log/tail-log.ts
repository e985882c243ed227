import {closeSync, existsSync, fstatSync, openSync, readSync, statSync} from 'node:fs'
import {truncationEnd} from '../../domain/log/head-truncation.js'
import {ChangeWaiter} from './change-waiter.js'
import {findLog, findStretches, readStretch} from './files.js'
import {truncatedHeadFile} from './names.js'
import {readTruncations} from './truncation-list.js'

interface FollowOptions {
  readonly take: (piece: Buffer) => void
  readonly signal: AbortSignal
}

const chunkBytes = 256 * 1024

/** From this age on, the copy of a head counts as left by a killed guard. */
const abandonedMs = 60_000

/**
 * Reads a log from `from` on, an offset in the present file, and follows it as it grows, across rotations and
 * truncations, until `signal` aborts.
 */
export async function tailLog(file: string, from: number, {take, signal}: FollowOptions): Promise<void> {
  const reader = new LogReader(file, from, take)
  reader.drain()
  const waiter = new ChangeWaiter(() => Promise.resolve(reader.drain()), [file])
  waiter.start()
  await new Promise<void>((resolve) => {
    // What was read so far may have been too much for a reader that has left.
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), {once: true})
  })
  await waiter.stop()
  reader.drain()
  reader.close()
}

/** A log being followed. The open descriptor keeps its inode from being reused. */
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

  /** Passes on everything new. @returns the number of bytes */
  drain(): number {
    for (let total = 0; ; ) {
      this.place ??= openPlace(this.file)
      if (!this.place) return total
      const length = this.readOn(this.place)
      // No event reports the end of the truncation, so the result asks for another read soon.
      if (length === undefined) return Math.max(total, 1)
      total += length
      if (length > 0) continue
      const next = fileAfter(this.file, this.place.inode)
      if (next === undefined) return total
      // Bytes may have been appended between the read and the rotation.
      total += this.readOn(this.place) ?? 0
      this.close()
      this.place = openPlace(next)
    }
  }

  close(): void {
    if (this.place) closeSync(this.place.fd)
    this.place = undefined
  }

  /** Passes on the next piece. @returns its length, or undefined while the log is being truncated */
  private readOn(place: Place): number | undefined {
    const {file} = this
    if (isBeingTruncated(file)) return undefined
    const truncations = readTruncations(file)
    const begin = truncationEnd(truncations, place.inode)
    if (place.offset < begin) return this.readTruncatedHead(place, begin)
    // A job may empty its log by opening it anew.
    if (begin + fstatSync(place.fd).size < place.offset) place.offset = begin
    const buffer = Buffer.allocUnsafe(chunkBytes)
    const length = readSync(place.fd, buffer, 0, chunkBytes, place.offset - begin)
    // A truncation in the meantime has moved the bytes that were read.
    if (isBeingTruncated(file) || truncationEnd(readTruncations(file), place.inode) !== begin) return undefined
    place.offset += length
    if (length > 0) this.take(buffer.subarray(0, length))
    return length
  }

  /** Reads truncated bytes from the older files, as far as these still exist. */
  private readTruncatedHead(place: Place, begin: number): number {
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

function isBeingTruncated(file: string): boolean {
  const stat = statSync(truncatedHeadFile(file), {throwIfNoEntry: false})
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

/** @returns the next newer file after a rotated log, or undefined for the log itself */
function fileAfter(file: string, inode: number): string | undefined {
  const found = findLog(file, inode)
  if (found === file || (found === undefined && !existsSync(file))) return undefined
  const pieces = new Set(readTruncations(file).map(({piece}) => piece))
  for (let number = Number(found?.slice(file.length + 1) ?? 1) - 1; number > 0; number--) {
    const next = `${file}.${number}`
    // A truncated head is read together with its own log.
    if (!pieces.has(statSync(next, {throwIfNoEntry: false})?.ino ?? 0)) return next
  }
  return file
}

import {closeSync, existsSync, fstatSync, openSync, readSync, type Stats, statSync} from 'node:fs'
import {Follower} from './follower.js'

/** The log of a job in the log folder: the name that the guardian wrapper gave it. */
export function logFileOf(logDir: string, job: string): string {
  return `${logDir}/guardian_${job}_output.log`
}

export interface Stretch {
  readonly file: string
  readonly from: number
  /** Undefined: to the end of the file. */
  readonly to: number | undefined
}

const chunkBytes = 256 * 1024

/**
 * The file with this inode: the log itself, or what a rotation has made of it (`.1`, `.2`, …). Undefined when it is
 * gone; a file made after `writtenByMs` has only inherited the number.
 */
export function findLog(file: string, inode: number, writtenByMs = Number.POSITIVE_INFINITY): string | undefined {
  for (let number = 0; ; number++) {
    const candidate = number === 0 ? file : `${file}.${number}`
    const stat = statSync(candidate, {throwIfNoEntry: false})
    if (stat?.ino === inode && !isMadeAfter(stat, writtenByMs)) return candidate
    if (!stat && number > 0) return undefined
  }
}

/** A file system that keeps no time of birth gives that of the last change instead, which proves nothing. */
function isMadeAfter({birthtimeMs, ctimeMs}: Stats, timeMs: number): boolean {
  return birthtimeMs !== ctimeMs && birthtimeMs > timeMs
}

/** Reads a stretch piece by piece; memory stays bounded however long it is. */
export function readStretch({file, from, to}: Stretch, take: (piece: Buffer) => void): void {
  const fd = openSync(file, 'r')
  try {
    const end = Math.min(to ?? Number.POSITIVE_INFINITY, fstatSync(fd).size)
    for (let offset = from; offset < end; ) {
      const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, end - offset))
      const length = readSync(fd, buffer, 0, buffer.length, offset)
      if (length === 0) return
      take(buffer.subarray(0, length))
      offset += length
    }
  } finally {
    closeSync(fd)
  }
}

/** Where the first whole line within the last `bytes` of a file begins; 0 for a file that is not there yet. */
export function tailStart(file: string, bytes: number): number {
  const size = statSync(file, {throwIfNoEntry: false})?.size ?? 0
  const from = Math.max(0, size - bytes)
  let start: number | undefined = from === 0 ? 0 : undefined
  if (size > 0)
    readStretch({file, from, to: size}, (piece) => {
      start ??= from + piece.indexOf(10) + 1
    })
  return start ?? from
}

/** Reads a log from `from` on and goes on as it grows, also into the files that follow rotations, until `signal` aborts. */
export async function followLog(file: string, from: number, {take, signal}: FollowOptions): Promise<void> {
  let place = openPlace(file, from)
  const drain = async () => {
    let total = 0
    for (;;) {
      place ??= openPlace(file, 0)
      if (!place) return total
      total += readOn(place, take)
      const next = fileAfter(file, place.fd)
      if (next === undefined) return total
      // What was appended between the reading and the rotation.
      total += readOn(place, take)
      closeSync(place.fd)
      place = openPlace(next, 0)
    }
  }
  await drain()
  const follower = new Follower(drain, [file])
  follower.start()
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
  await follower.stop()
  if (place) closeSync(place.fd)
}

/** A log being followed. The open descriptor keeps its inode from being given to another file. */
interface Place {
  readonly fd: number
  offset: number
}

function openPlace(file: string, offset: number): Place | undefined {
  try {
    return {fd: openSync(file, 'r'), offset}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function readOn(place: Place, take: (piece: Buffer) => void): number {
  const {size} = fstatSync(place.fd)
  if (size < place.offset) place.offset = 0
  const begun = place.offset
  for (const buffer = Buffer.allocUnsafe(chunkBytes); place.offset < size; ) {
    const length = readSync(place.fd, buffer, 0, chunkBytes, place.offset)
    if (length === 0) break
    place.offset += length
    take(Buffer.from(buffer.subarray(0, length)))
  }
  return place.offset - begun
}

/** The next younger file when this one was put aside; undefined for the log itself. */
function fileAfter(file: string, fd: number): string | undefined {
  const found = findLog(file, fstatSync(fd).ino)
  if (found === file || (found === undefined && !existsSync(file))) return undefined
  const number = Number(found?.slice(file.length + 1) ?? 1)
  return number <= 1 ? file : `${file}.${number - 1}`
}

export interface FollowOptions {
  readonly take: (piece: Buffer) => void
  readonly signal: AbortSignal
}

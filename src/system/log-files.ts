import {closeSync, fstatSync, openSync, readSync, statSync} from 'node:fs'
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

/** The file with this inode: the log itself, or what a rotation has made of it (`.1`, `.2`, …). Undefined when it is gone. */
export function findLog(file: string, inode: number): string | undefined {
  for (let number = 0; ; number++) {
    const candidate = number === 0 ? file : `${file}.${number}`
    const stat = statSync(candidate, {throwIfNoEntry: false})
    if (stat?.ino === inode) return candidate
    if (!stat && number > 0) return undefined
  }
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

/** Reads a log from `from` on and goes on as it grows, also into the file that follows a rotation, until `signal` aborts. */
export async function followLog(file: string, from: number, {take, signal}: FollowOptions): Promise<void> {
  let offset = from
  let inode = statSync(file, {throwIfNoEntry: false})?.ino
  const drain = async () => {
    const stat = statSync(file, {throwIfNoEntry: false})
    if (!stat) return 0
    if (stat.ino !== inode || stat.size < offset) offset = 0
    inode = stat.ino
    const begun = offset
    readStretch({file, from: offset, to: stat.size}, (piece) => {
      offset += piece.length
      take(piece)
    })
    return offset - begun
  }
  await drain()
  const follower = new Follower(drain, [file])
  follower.start()
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), {once: true}))
  await follower.stop()
}

export interface FollowOptions {
  readonly take: (piece: Buffer) => void
  readonly signal: AbortSignal
}

import {closeSync, existsSync, fstatSync, openSync, readSync, type Stats, statSync} from 'node:fs'
import {filesOfStretch, type LogStretch} from '../../domain/log/head-truncation.js'
import {readTruncations} from './truncation-list.js'

export interface Stretch {
  readonly file: string
  readonly from: number
  /** undefined means to the end of the file. */
  readonly to: number | undefined
}

const chunkBytes = 256 * 1024

/**
 * The file with this inode: the log itself, or a rotated one (`.1`, `.2`, …). A file that was made after `writtenByMs`
 * is another one with a reused inode.
 *
 * @returns undefined if the file is gone
 */
export function findLog(file: string, inode: number, writtenByMs = Number.POSITIVE_INFINITY): string | undefined {
  for (let number = 0; ; number++) {
    const candidate = number === 0 ? file : `${file}.${number}`
    const stat = statSync(candidate, {throwIfNoEntry: false})
    if (stat?.ino === inode && !isMadeAfter(stat, writtenByMs)) return candidate
    if (!stat && number > 0) return undefined
  }
}

/** Whether a rotation of the log has kept an older file. */
export function hasRotated(log: string): boolean {
  return existsSync(`${log}.1`)
}

/** A file system without birth times reports the time of the last change instead, which proves nothing. */
function isMadeAfter({birthtimeMs, ctimeMs}: Stats, timeMs: number): boolean {
  return birthtimeMs !== ctimeMs && birthtimeMs > timeMs
}

/** Reads a stretch piece by piece, so that memory stays bounded. */
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

/** Offset of the first whole line within the last `bytes` of a file; 0 if the file does not exist yet. */
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

/** The files that contain a stretch of a log, without those already removed. Throws the file system's error. */
export function findStretches(log: string, stretch: LogStretch, writtenByMs?: number): readonly Stretch[] {
  return filesOfStretch(readTruncations(log), stretch).flatMap(({inode, from, to, madeBy}) => {
    const file = findLog(log, inode, madeBy ?? writtenByMs)
    return file === undefined ? [] : [{file, from, to}]
  })
}

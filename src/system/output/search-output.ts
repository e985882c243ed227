import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import type {FailureSearch} from '../../domain/failure/failure-class.js'

/** How many bytes of an output are searched, from its end, because a failure shows there (bench suite `scan`). */
export const searchedBytes = 8 * 1024 * 1024

const pieceBytes = 64 * 1024

/** Searches the last `searchedBytes` of a file between `from` and `to` (default: its end). Throws the file system's error. */
export function searchFile(
  path: string,
  {from, to}: {readonly from: number; readonly to?: number},
  search: FailureSearch,
): void {
  const fd = openSync(path, 'r')
  try {
    const end = to ?? fstatSync(fd).size
    const piece = Buffer.allocUnsafe(pieceBytes)
    for (let offset = Math.max(from, end - searchedBytes); offset < end; ) {
      const length = readSync(fd, piece, 0, Math.min(pieceBytes, end - offset), offset)
      if (length === 0) return
      search.push(piece.subarray(0, length))
      offset += length
    }
  } finally {
    closeSync(fd)
  }
}

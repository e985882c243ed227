import {fstatSync, readSync} from 'node:fs'

/** Where the output of a run begins in a file. */
export interface Beginning {
  readonly fd: number
  readonly from: number
}

/** The last bytes of an output. Throws the file system's error. */
export function readTail({fd, from}: Beginning, bytes: number): string {
  const {size} = fstatSync(fd)
  const start = Math.max(Math.min(from, size), size - bytes, 0)
  const buffer = Buffer.alloc(Math.max(0, size - start))
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
}

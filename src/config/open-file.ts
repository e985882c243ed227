import {type BigIntStats, closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import {GuardError} from '../errors.js'

interface OpenFile {
  readonly fd: number
  /** Of the descriptor. */
  readonly stat: BigIntStats
}

/** Opens a file to read it. Throws GuardError `config`. */
export function openFile(path: string, {mayBeLink}: {readonly mayBeLink: boolean}): OpenFile {
  // Opening a FIFO would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (mayBeLink ? 0 : constants.O_NOFOLLOW)
  try {
    const fd = openSync(path, flags)
    return {fd, stat: fstatSync(fd, {bigint: true})}
  } catch (error) {
    throw new GuardError('config', `${path} cannot be read: ${(error as Error).message}`, [], {cause: error})
  }
}

/** The text of the file up to the size that was checked, however it grows. Throws errors of node:fs. */
export function readOpen({fd, stat}: OpenFile): string {
  const bytes = Buffer.alloc(Number(stat.size))
  let filled = 0
  while (filled < bytes.length) {
    const got = readSync(fd, bytes, filled, bytes.length - filled, filled)
    if (got === 0) break
    filled += got
  }
  // Editors of Windows begin a file with a byte order mark, which JSON does not allow.
  return bytes.toString('utf8', 0, filled).replace(/^\uFEFF/, '')
}

export function closeFile({fd}: Pick<OpenFile, 'fd'>): void {
  closeSync(fd)
}

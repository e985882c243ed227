import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {isOwnFile, refusedFile} from './own-file.js'

const {O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} = constants

/** A file that another program of this user writes. */
export interface OwnFile {
  /** Its bytes, one character for each, so that they are written back as they were. */
  readonly text: string
  readonly modifiedAt: number
  readonly stat: Stats
}

/** Reads a plain file of this user; anything else is refused. Throws the file system's error. */
export type ReadOwnFile = (path: string) => OwnFile | 'folder' | 'gone'

/** Puts a new text in the place of a file that was read, unless it was written since. Throws the file system's error. */
export type ReplaceOwnFile = (path: string, read: OwnFile, text: string) => 'replaced' | 'changed'

const mostBytes = 1024 * 1024

export const readOwnFile: ReadOwnFile = (path) => {
  const seen = lstatSync(path, {throwIfNoEntry: false})
  if (!seen) return 'gone'
  if (seen.isDirectory()) return 'folder'
  if (!isOwnFile(seen)) throw refusedFile(path)
  // If it was replaced meanwhile, neither wait for a pipe nor follow a link.
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stat = fstatSync(fd)
    if (!isOwnFile(stat)) throw refusedFile(path)
    if (stat.size > mostBytes) throw refusedFile(path, `is larger than ${mostBytes / 1024 / 1024} MiB`)
    const buffer = Buffer.alloc(stat.size)
    return {text: buffer.toString('latin1', 0, readSync(fd, buffer)), modifiedAt: stat.mtimeMs, stat}
  } finally {
    closeSync(fd)
  }
}

/** `newId` makes the name of the file beside it unique. */
export function replaceOwnFile(newId: () => string): ReplaceOwnFile {
  return (path, {stat}, text) => {
    const aside = join(dirname(path), `.${basename(path)}.${newId()}`)
    writeLike(stat, aside, text)
    try {
      const now = lstatSync(path, {throwIfNoEntry: false})
      if (!now || identity(now) !== identity(stat)) {
        unlinkSync(aside)
        return 'changed'
      }
      renameSync(aside, path)
      return 'replaced'
    } catch (error) {
      unlinkSync(aside)
      throw error
    }
  }
}

function writeLike({mode, uid, gid}: Stats, path: string, text: string): void {
  const fd = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    fchownSync(fd, uid, gid)
    fchmodSync(fd, mode & 0o7777)
    writeFileSync(fd, text, 'latin1')
    fsyncSync(fd)
  } catch (error) {
    unlinkSync(path)
    throw error
  } finally {
    closeSync(fd)
  }
}

function identity({dev, ino, size, mtimeMs, ctimeMs}: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join(':')
}

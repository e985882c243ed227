import {closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats} from 'node:fs'

const {O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} = constants

/**
 * Opens a file for appending, and makes it if it is missing, mode 0600. What is not a plain file of this user with one
 * name is refused, because another user could have put it there.
 *
 * @returns the descriptor. Throws the file system's error.
 */
export function openOwnToAppend(path: string): number {
  // Opening a FIFO would wait for a reader.
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
  if (isOwnFile(fstatSync(fd))) return fd
  closeSync(fd)
  throw refusedFile(path)
}

/**
 * For a file in a folder that no other user may change: refuses what is there and is not a plain file of this user with
 * one name. Throws the file system's error.
 */
export function assertOwnFile(path: string): void {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  if (stat && !isOwnFile(stat)) throw refusedFile(path)
}

/** Whether it is a plain file of this user with one name. */
export function isOwnFile(stat: Stats): boolean {
  const user = process.geteuid?.()
  return stat.isFile() && stat.nlink === 1 && (user === undefined || stat.uid === user)
}

/** Reads a plain file, also one of another user; a link or a FIFO is refused. Throws the file system's error. */
export function readPlainFile(path: string, encoding: BufferEncoding = 'utf8'): string {
  const fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) throw refusedFile(path)
    return readFileSync(fd, encoding)
  } finally {
    closeSync(fd)
  }
}

export function refusedFile(path: string, why = 'is not a plain file of this user'): Error {
  return Object.assign(new Error(`${path} ${why}`), {code: 'EPERM', syscall: 'open'})
}

import {closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, type Stats} from 'node:fs'
import {isSharedFolder, mostLinks} from '../../domain/settings/path-trust.js'

/** See open(2): a link itself, or a directory that may be passed but not read, is opened too. Node does not name it. */
export const O_PATH = 0o10000000

const stepFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** A directory that stays the same one, whatever its path means later. */
export interface OpenFolder {
  /** Device and inode. */
  readonly identity: string
  /** The path of an entry of this very directory. */
  at(name: string): string
}

/**
 * Opens a directory component by component, does work in it, and closes it. A link on the way is followed only if it
 * belongs to this user or root and stands where no other user could have put it. So a path that another user can change
 * never leads out of his own directories.
 *
 * @param path absolute
 * @throws the file system's error, `ELOOP` for a link that is not followed
 */
export function inFolder<T>(path: string, work: (folder: OpenFolder) => T): T {
  let fd = openSync('/', stepFlags)
  try {
    const rest = namesOf(path)
    for (let links = 0; ; ) {
      const name = rest.shift()
      if (name === undefined) break
      const next = openStep(fd, name)
      if (typeof next === 'string') {
        links += 1
        if (links > mostLinks) throw notFollowed(path)
        rest.unshift(...namesOf(next))
        if (next.startsWith('/')) fd = replace(fd, openSync('/', stepFlags))
      } else fd = replace(fd, next)
    }
    const stat = fstatSync(fd)
    const opened = fd
    return work({identity: `${stat.dev}:${stat.ino}`, at: (name) => entryOf(opened, name)})
  } finally {
    closeSync(fd)
  }
}

/** @returns the descriptor of the next directory, or the text of a link that may be followed */
function openStep(fd: number, name: string): number | string {
  const path = entryOf(fd, name)
  try {
    return openSync(path, stepFlags)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    // With O_DIRECTORY the kernel says ENOTDIR of a link.
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error
    const link = lstatSync(path)
    if (!link.isSymbolicLink()) throw error
    if (!isTrusted(link) || !isTrusted(fstatSync(fd)) || isShared(fstatSync(fd))) throw notFollowed(path)
    return readlinkSync(path)
  }
}

function isTrusted({uid}: Stats): boolean {
  const user = process.geteuid?.()
  return user === undefined || uid === user || uid === 0
}

function isShared(folder: Stats): boolean {
  const readFile = (path: string) => readFileSync(path, 'utf8')
  return isSharedFolder(folder, {uid: process.geteuid?.() ?? 0, readFile})
}

function notFollowed(path: string): Error {
  const text = `ELOOP: another user could have put a link on the way, ${path}`
  return Object.assign(new Error(text), {code: 'ELOOP', syscall: 'open'})
}

function replace(fd: number, next: number): number {
  closeSync(fd)
  return next
}

function entryOf(fd: number, name: string): string {
  return `/proc/self/fd/${fd}/${name}`
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

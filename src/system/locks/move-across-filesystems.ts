import {
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import {O_PATH} from './open-folder.js'

const {O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY} = constants

const pieceBytes = 256 * 1024

/**
 * Like a rename, but also between different devices: moves a file, link or folder with its times, mode and, for root, its
 * owner. Both ends may stand in folders of other users, so everything but a name is done by descriptor. Throws the file
 * system's error, `EEXIST` if `to` exists.
 */
export function moveAcrossFilesystems(from: string, to: string): void {
  copy(from, to)
  removeTree(from)
}

/** As `rm -r`, but a folder that is replaced by a link meanwhile leads nowhere. Throws the file system's error. */
export function removeTree(path: string): void {
  if (!lstatSync(path).isDirectory()) {
    unlinkSync(path)
    return
  }
  withFolder(path, (folder) => {
    for (const name of readdirSync(folder)) removeTree(`${folder}/${name}`)
  })
  rmdirSync(path)
}

function copy(from: string, to: string): void {
  const stat = lstatSync(from)
  if (stat.isSymbolicLink()) copyLink(from, to, stat)
  else if (stat.isDirectory()) copyFolder(from, to)
  else copyFile(from, to)
}

function copyFile(from: string, to: string): void {
  const source = openSync(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const stat = fstatSync(source)
    if (!stat.isFile()) throw Object.assign(new Error(`${from} is not a plain file`), {code: 'EINVAL', syscall: 'open'})
    const target = openSync(to, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try {
      copyBytes(source, target)
      copyStatus(target, stat)
    } finally {
      closeSync(target)
    }
  } finally {
    closeSync(source)
  }
}

function copyBytes(source: number, target: number): void {
  const buffer = Buffer.allocUnsafe(pieceBytes)
  for (;;) {
    const length = readSync(source, buffer, 0, pieceBytes, null)
    if (length === 0) return
    for (let written = 0; written < length; ) written += writeSync(target, buffer, written, length - written)
  }
}

function copyFolder(from: string, to: string): void {
  mkdirSync(to, 0o700)
  withFolder(from, (source, sourceFd) =>
    withFolder(to, (target, targetFd) => {
      for (const name of readdirSync(source)) copy(`${source}/${name}`, `${target}/${name}`)
      copyStatus(targetFd, fstatSync(sourceFd))
    }),
  )
}

/** The owner first, because a change of it clears bits of the mode. */
function copyStatus(fd: number, {uid, gid, mode, atime, mtime}: Stats): void {
  if (process.geteuid?.() === 0) fchownSync(fd, uid, gid)
  fchmodSync(fd, mode & 0o7777)
  futimesSync(fd, atime, mtime)
}

/** The path of a descriptor of a link means that link, so nothing else that takes its name is changed. */
function copyLink(from: string, to: string, {atime, mtime, uid, gid}: Stats): void {
  symlinkSync(readlinkSync(from), to)
  const fd = openSync(to, O_PATH | O_NOFOLLOW)
  try {
    if (!fstatSync(fd).isSymbolicLink()) return
    if (process.geteuid?.() === 0) chownSync(`/proc/self/fd/${fd}`, uid, gid)
    utimesSync(`/proc/self/fd/${fd}`, atime, mtime)
  } finally {
    closeSync(fd)
  }
}

function withFolder(path: string, work: (folder: string, fd: number) => void): void {
  const fd = openSync(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    work(`/proc/self/fd/${fd}`, fd)
  } finally {
    closeSync(fd)
  }
}

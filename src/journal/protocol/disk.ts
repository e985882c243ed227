import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  type Stats,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import {GuardError} from '../../errors.js'
import type {FileHandle, FileOp, FileStatus} from './files.js'
import {archivedGenerationOf, generationOf, generationsFolder} from './names.js'

const {O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR} = constants

/** Performs the protocol's operations on the files of one journal below `dir`. Throws GuardError `io`, `no-state`. */
export function onDisk(dir: string, journal: string, mayMakeDir = () => true): (op: FileOp) => unknown {
  const at = (name: string) => `${dir}/${name}`
  const perform = (op: FileOp): unknown => {
    switch (op.op) {
      case 'list':
        return numbersIn(at(generationsFolder), (file) => generationOf(journal, file))
      case 'list-archives':
        return numbersIn(at(generationsFolder), (file) => archivedGenerationOf(journal, file))
      case 'open':
        return unless('ENOENT', undefined, () => openToAppend(at(op.name)))
      case 'create':
        if (!mayMakeDir()) assertThere(dir)
        return createToAppend(dir, at(op.name))
      case 'status':
        return statusOf(lstatSync(at(op.name), {throwIfNoEntry: false}))
      case 'read':
        return readChunk(op.file.fd, op.from, op.atMost)
      case 'ends-with-newline':
        return endsWithNewline(op.file.fd)
      case 'append':
        if (op.file.refusal) throw op.file.refusal
        return writeSync(op.file.fd, op.bytes)
      case 'write-new':
        return writeNew(at(op.name), op.bytes)
      case 'link':
        return unless('ENOENT', 'missing', () => unless('EEXIST', 'exists', () => linked(at(op.name), at(op.to))))
      case 'rename':
        return unless('ENOENT', 'missing', () => renamed(at(op.name), at(op.to)))
      case 'date-like':
        return unless('ENOENT', undefined, () => dateLike(at(op.name), at(op.to)))
      case 'remove':
        return unless('ENOENT', undefined, () => unlinkSync(at(op.name)))
      case 'sync':
        return fdatasyncSync(op.file.fd)
      case 'sync-folders':
        return [dir, at(generationsFolder)].forEach(syncFolder)
      case 'pause':
        return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, op.ms)
      case 'close':
        return closeSync(op.file.fd)
    }
  }
  return (op) => {
    try {
      return perform(op)
    } catch (error) {
      throw explain(error, dir, op)
    }
  }
}

function numbersIn(folder: string, numberOf: (file: string) => number | undefined): readonly number[] {
  const files = unless('ENOENT', [], () => readdirSync(folder))
  return files.map(numberOf).filter((generation) => generation !== undefined)
}

/** Opens for reading only if the user may not write: appends then fail when they are tried. */
function openToAppend(path: string): FileHandle {
  const flags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK
  try {
    return handleOf(path, openSync(path, flags))
  } catch (error) {
    const refusal = error as NodeJS.ErrnoException
    if (refusal.code !== 'EACCES' && refusal.code !== 'EROFS') throw error
    return {...handleOf(path, openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)), refusal}
  }
}

function assertThere(dir: string): void {
  if (!existsSync(`${dir}/${generationsFolder}`))
    throw new GuardError('io', `state directory ${dir} is gone`, ['see whether its disk is mounted'])
}

/** Makes folders again that were removed while the process ran. Not recursively, because that hangs below /proc. */
function createToAppend(dir: string, path: string): FileHandle {
  for (const folder of [dir, `${dir}/${generationsFolder}`]) {
    unless('EEXIST', undefined, () => mkdirSync(folder, 0o700))
  }
  return handleOf(path, openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CREAT, 0o600))
}

/** A journal is a plain file of this user or root; a FIFO was opened without waiting. */
function handleOf(path: string, fd: number): FileHandle {
  const stats = fstatSync(fd)
  const user = process.geteuid?.()
  if (stats.isFile() && (user === undefined || stats.uid === user || stats.uid === 0)) {
    return {fd, identity: identityOf(stats)}
  }
  closeSync(fd)
  throw new GuardError('io', `${path} is not a plain file of this user`, ['move it away: journals are plain files'])
}

function statusOf(stats: Stats | undefined): FileStatus | undefined {
  return stats && {identity: identityOf(stats), size: stats.size}
}

function identityOf({dev, ino}: Stats): string {
  return `${dev}:${ino}`
}

/** Most reads reach the end within this size, so only longer ones ask for the size of the file first. */
const fewBytes = 16_384

function readChunk(fd: number, from: number, atMost: number): Buffer {
  const few = from === 0 ? undefined : readFully(fd, from, Math.min(atMost, fewBytes))
  if (few && (few.length < fewBytes || few.length === atMost)) return few
  return readFully(fd, from, Math.min(atMost, Math.max(0, fstatSync(fd).size - from)))
}

function readFully(fd: number, from: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const got = readSync(fd, buffer, filled, length - filled, from + filled)
    if (got === 0) break
    filled += got
  }
  return filled === length ? buffer : buffer.subarray(0, filled)
}

function endsWithNewline(fd: number): boolean {
  const {size} = fstatSync(fd)
  if (size === 0) return true
  const last = readChunk(fd, size - 1, 1)
  return last[0] === 10
}

function writeNew(path: string, bytes: Buffer): void {
  const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
  try {
    let written = 0
    while (written < bytes.length) written += writeSync(fd, bytes, written)
    fsyncSync(fd)
  } catch (error) {
    // Frees the space of a partly written file, since the disk may be full.
    unlinkSync(path)
    throw error
  } finally {
    closeSync(fd)
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, O_RDONLY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function linked(path: string, to: string): 'done' {
  linkSync(path, to)
  return 'done'
}

function renamed(path: string, to: string): 'done' {
  renameSync(path, to)
  return 'done'
}

function dateLike(path: string, to: string): void {
  const {atime, mtime} = lstatSync(path)
  utimesSync(to, atime, mtime)
}

function unless<T, U>(code: string, otherwise: U, attempt: () => T): T | U {
  try {
    return attempt()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return otherwise
    throw error
  }
}

const hintsOf: Readonly<Record<string, readonly string[]>> = {
  ENOSPC: ['free some disk space'],
  EDQUOT: ['delete files of this user, or raise its disk quota'],
  EFBIG: ['raise the file size limit: ulimit -f'],
  EACCES: ['run guard as the owner of the state directory, or choose another: --state-dir DIR'],
  EROFS: ['mount its disk for writing, or choose a state directory on another: --state-dir DIR'],
  ELOOP: ['remove the symbolic link: journals are plain files'],
}

function explain(error: unknown, dir: string, op: FileOp): unknown {
  const {code, syscall} = error as NodeJS.ErrnoException
  if (error instanceof GuardError || code === undefined) return error
  const name = 'name' in op ? `${dir}/${op.name}` : dir
  return new GuardError('io', `${name}: ${syscall ?? op.op} failed with ${code}`, hintsOf[code] ?? [], {cause: error})
}

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import type {Gap} from './forward-output.js'

/**
 * A file beside the log for output that has to be distinguished from other output there: standard error, or all output
 * of a run that shares its log with another run. It is copied to the log as it grows, and removed after the run. The
 * number of copied bytes is kept in a second file, so that a later guard can finish the copy if this one is killed.
 */
export interface Spool {
  readonly fd: number
  /** Copies new bytes to the log and returns their number. After an error, such as a full disk, the next call retries. */
  copy(): number
  /** Copies the rest and removes the spool. @returns why some output is not in the log, or undefined if all is there */
  finish(): string | undefined
}

export const appendFlags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW

const chunkBytes = 64 * 1024

/** Opens a spool; `landed` is called with the place of each copied piece in the log. */
export function openSpool(file: string, logFile: string, landed: (place: Gap) => void): Spool {
  const fd = openSync(file, appendFlags | constants.O_EXCL, 0o600)
  // A separate descriptor, whose position after a write is the end of the copied piece among the appends of the job.
  const log = openSync(logFile, appendFlags, 0o600)
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let offset = 0
  let progress: number | undefined
  let problem: string | undefined
  const copyPiece = () => {
    const length = readSync(fd, buffer, 0, buffer.length, offset)
    if (length === 0) return 0
    const written = writeSync(log, buffer, 0, length)
    const to = positionOf(log)
    landed({from: to - written, to})
    offset += written
    progress ??= openSync(progressFile(file), appendFlags & ~constants.O_APPEND, 0o600)
    writeSync(progress, `${offset}\n`, 0)
    return written
  }
  const copy = () => {
    problem = undefined
    for (let total = 0; ; ) {
      try {
        const written = copyPiece()
        if (written === 0) return total
        total += written
      } catch (error) {
        problem = (error as Error).message
        return total
      }
    }
  }
  return {
    fd,
    copy,
    finish: () => {
      copy()
      for (const open of [fd, log, progress]) if (open !== undefined) closeSync(open)
      unlinkSync(file)
      if (progress !== undefined) unlinkSync(progressFile(file))
      return problem
    },
  }
}

/** Finishes the copy of a spool whose guard was killed, if there is one. Throws the file system's error. */
export function recoverSpool(file: string, logFile: string): void {
  const rest = readRest(file)
  if (!rest) return
  const log = openSync(logFile, appendFlags, 0o600)
  try {
    const buffer = Buffer.allocUnsafe(chunkBytes)
    for (let {fd, offset} = rest; ; ) {
      const length = readSync(fd, buffer, 0, buffer.length, offset)
      if (length === 0) break
      offset += writeSync(log, buffer, 0, length)
    }
    removeSpool(file)
  } finally {
    closeSync(rest.fd)
    closeSync(log)
  }
}

function readRest(file: string): {readonly fd: number; readonly offset: number} | undefined {
  try {
    return {fd: openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW), offset: readProgress(file)}
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function readProgress(file: string): number {
  try {
    return Number.parseInt(readFileSync(progressFile(file), 'latin1'), 10) || 0
  } catch {
    return 0
  }
}

function progressFile(file: string): string {
  return `${file}.copied`
}

function removeSpool(file: string): void {
  for (const path of [file, progressFile(file)]) {
    if (existsSync(path)) unlinkSync(path)
  }
}

/** Position of a descriptor, from /proc because Node has no `lseek`. */
function positionOf(fd: number): number {
  try {
    return Number(/^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1])
  } catch {
    return fstatSync(fd).size
  }
}

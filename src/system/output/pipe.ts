import {closeSync, constants, openSync, unlinkSync} from 'node:fs'
import {bestEffort} from '../host/best-effort.js'
import {libc} from '../host/libc.js'
import {toolsPath} from '../host/tools-path.js'
import {childProcess} from '../process/child-process.js'

/** The two ends of a pipe, as descriptors of guard's. */
interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
}

/** O_CLOEXEC of Linux: no child gets a descriptor that is not meant for it. */
const closeOnExec = 0o2000000

/**
 * Makes pipes. Node makes none: what it gives a child is a socket, which a job cannot open as /dev/stderr. There each is
 * a FIFO whose name goes at once.
 *
 * @param paths names that exist for a moment at most. Throws the file system's error.
 */
export function openPipes(paths: readonly string[]): readonly Pipe[] {
  const c = libc()
  return c ? paths.map(() => callPipe(c.pipe2)) : makeFifos(paths)
}

function callPipe(pipe2: (ends: Int32Array, flags: number) => number): Pipe {
  const ends = new Int32Array(2)
  if (pipe2(ends, closeOnExec) !== 0) throw Object.assign(new Error('no pipe can be made'), {syscall: 'pipe2'})
  return {readEnd: ends[0] ?? -1, writeEnd: ends[1] ?? -1}
}

function makeFifos(paths: readonly string[]): readonly Pipe[] {
  const made = childProcess().spawnSync('mkfifo', ['--', ...paths], {env: {PATH: toolsPath()}, encoding: 'utf8'})
  if (made.status !== 0) {
    const why = made.error?.message ?? (made.stderr.trim() || `mkfifo ended with ${made.status ?? made.signal}`)
    throw Object.assign(new Error(`no pipe can be made: ${why}`), {syscall: 'mkfifo'})
  }
  try {
    return paths.map(openFifo)
  } finally {
    for (const path of paths) bestEffort(() => unlinkSync(path))
  }
}

/** With both ends open in one descriptor for a moment, neither end waits for the other. */
function openFifo(path: string): Pipe {
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    return {readEnd: openSync(path, constants.O_RDONLY), writeEnd: openSync(path, constants.O_WRONLY)}
  } finally {
    bestEffort(() => closeSync(both))
  }
}

import {spawnSync} from 'node:child_process'
import {closeSync, constants, openSync, rmSync} from 'node:fs'
import {toolsPath} from '../host/tools-path.js'

/** The two ends of a pipe, as descriptors of guard's. */
export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
}

/**
 * Makes pipes. Node makes none: what it gives a child is a socket, which a job cannot open as /dev/stderr. So each is a
 * FIFO whose name goes at once.
 *
 * @param paths names that exist for a moment only. Throws the file system's error.
 */
export function openPipes(paths: readonly string[]): readonly Pipe[] {
  const made = spawnSync('mkfifo', ['-m', '600', '--', ...paths], {env: {PATH: toolsPath()}, encoding: 'utf8'})
  if (made.status !== 0) {
    const why = made.error?.message ?? (made.stderr.trim() || `mkfifo ended with ${made.status ?? made.signal}`)
    throw Object.assign(new Error(`no pipe can be made: ${why}`), {syscall: 'mkfifo'})
  }
  try {
    return paths.map(openFifo)
  } finally {
    for (const path of paths) rmSync(path, {force: true})
  }
}

/** With both ends open in one descriptor for a moment, neither end waits for the other. */
function openFifo(path: string): Pipe {
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    return {readEnd: openSync(path, constants.O_RDONLY), writeEnd: openSync(path, constants.O_WRONLY)}
  } finally {
    closeSync(both)
  }
}

import {closeSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync} from 'node:fs'
import {isatty} from 'node:tty'
import {libc} from '../host/libc.js'
import {toolsPath} from '../host/tools-path.js'
import {childProcess} from './child-process.js'
import type {Stream} from './job-command.js'

/** The standard input that the attempts of a job share. */
export interface JobInput {
  /** Why the job has no input any more after its first attempt; undefined if it has. */
  readonly taken: string | undefined
  /** The input for a further attempt, to be closed once it has started. */
  again(): {readonly stdin: Stream; close(): void}
}

const inherited = {stdin: 'inherit' as const, close: () => undefined}

/** Looks at standard input before the first attempt. */
export function inspectInput(): JobInput {
  const stat = statOfInput()
  if (!stat || isNull(stat) || isatty(0)) return {taken: undefined, again: () => inherited}
  if (stat.isFile()) return fileInput()
  // Debian's cron gives every job an empty pipe.
  if (isAtEnd()) return {taken: undefined, again: () => inherited}
  return {taken: 'the first attempt may have read its standard input', again: () => inherited}
}

/** Each further attempt reads from where the first one began. */
function fileInput(): JobInput {
  const from = positionOfInput()
  return {
    taken: from === undefined ? 'standard input cannot be rewound' : undefined,
    again: () => {
      const fd = openSync('/proc/self/fd/0', 'r')
      skip(fd, from ?? 0)
      return {stdin: fd, close: () => closeSync(fd)}
    },
  }
}

/** Node has no lseek(2). */
function skip(fd: number, bytes: number): void {
  const buffer = Buffer.allocUnsafe(Math.min(bytes, 1024 * 1024))
  for (let left = bytes; left > 0; ) {
    const length = readSync(fd, buffer, 0, Math.min(left, buffer.length), null)
    if (length === 0) return
    left -= length
  }
}

/** @returns undefined without /proc */
function positionOfInput(): number | undefined {
  try {
    const position = /^pos:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1]
    return position === undefined ? undefined : Number(position)
  } catch {
    return undefined
  }
}

/** @returns undefined if it is closed */
function statOfInput(): Stats | undefined {
  try {
    return fstatSync(0)
  } catch {
    return undefined
  }
}

function isNull(stat: Stats): boolean {
  return stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev
}

const readable = 1

/**
 * Debian's cron closes the empty pipe a moment after it has started the job: on a busy machine up to 0.25 s were seen. Only
 * runs that may need their input again wait for it.
 */
const closesWithinMs = 1000

/** FIONREAD of Linux: how many bytes can be read. */
const bytesToRead = 0x541b

/** Prints `end` if input has nothing to read and no writer, as poll(2) and FIONREAD tell; Node has neither. */
const perlScript =
  `vec($r, 0, 1) = 1; $n = select($r, undef, undef, ${closesWithinMs / 1000}); ` +
  '$b = pack("i", 0); ' +
  'print "end" if $n && ioctl(STDIN, 0x541B, $b) && !unpack("i", $b)'

/** Whether nothing is left to read and nothing can come; false if that is not known. */
function isAtEnd(): boolean {
  const c = libc()
  if (c) {
    const bytes = new Int32Array(1)
    const seen = c.poll(new Int32Array([0, readable]), 1, closesWithinMs)
    return seen === 1 && c.ioctl(0, bytesToRead, bytes) === 0 && bytes[0] === 0
  }
  const told = childProcess().spawnSync('perl', ['-e', perlScript], {
    stdio: ['inherit', 'pipe', 'ignore'],
    env: {PATH: toolsPath()},
    encoding: 'utf8',
  })
  return told.stdout === 'end'
}

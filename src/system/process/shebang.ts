import {closeSync, constants, existsSync, openSync, readSync} from 'node:fs'
import {basename} from 'node:path'
import {shellWord} from '../../domain/crontab/shell-word.js'
import {GuardError} from '../../errors.js'
import {isExecutable} from '../host/is-executable.js'

/** So much of a file the kernel reads to find its interpreter. */
const headBytes = 256

/** The beginning of a file, one character a byte. Throws errors of node:fs. */
export function readHead(file: string): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const bytes = Buffer.alloc(headBytes)
    // Reading a folder fails with EISDIR.
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, headBytes, 0))
  } finally {
    closeSync(fd)
  }
}

/**
 * Why the first line of a script keeps it from starting: the kernel only says that something is not there. `shown` is
 * the file as the user named it.
 *
 * @returns undefined if nothing is wrong with it, or it is not a script, or cannot be read
 */
export function wrongFirstLine(file: string, shown: string): GuardError | undefined {
  try {
    return wrongHead(readHead(file), shown)
  } catch {
    return undefined
  }
}

/** The same of the beginning of a script. */
export function wrongHead(head: string, shown: string): GuardError | undefined {
  const [, interpreter, word] = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)/.exec(head) ?? []
  if (interpreter === undefined) return undefined
  // env looks for a program whose name ends with the carriage return.
  const isEnv = basename(interpreter) === 'env' && /^[^-\s][^ \t]*\r$/.test(word ?? '')
  if (isEnv || (interpreter.endsWith('\r') && !existsSync(interpreter))) {
    const name = isEnv ? word : interpreter
    return new GuardError(
      'not-found',
      `${shown}: its first line ends with a carriage return (CRLF): there is no ${name?.trim()}\\r`,
      [`save it with the line ends of Unix: sed -i 's/\\r$//' ${shellWord(shown)}`],
    )
  }
  // Longer lines are cut off by the kernel.
  if (!head.includes('\n')) return undefined
  if (!existsSync(interpreter))
    return new GuardError('not-found', `${shown}: its interpreter ${interpreter} does not exist`, [
      'correct its first line, or install it',
    ])
  if (isExecutable(interpreter)) return undefined
  return new GuardError('not-executable', `${shown}: its interpreter ${interpreter} is not executable by this user`, [
    `check it: ls -l ${shellWord(interpreter)}`,
  ])
}

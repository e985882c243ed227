import {statSync} from 'node:fs'
import {delimiter, extname, resolve} from 'node:path'
import {shellWord} from '../../domain/crontab/shell-word.js'
import type {Argv} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import {isExecutable} from '../host/is-executable.js'
import {isStandalone} from '../host/program.js'
import {readHead, wrongHead} from './shebang.js'

/** The interpreter for an extension; `interpreters` in the settings override it. */
function builtInInterpreter(extension: string): Argv | undefined {
  switch (extension) {
    case '.py':
      return ['python3']
    case '.sh':
      return ['bash']
    case '.rb':
      return ['ruby']
    case '.pl':
      return ['perl']
    case '.js':
    case '.mjs':
    case '.cjs':
      return [node()]
    case '.ts':
      return nodeForTypeScript()
    default:
      return undefined
  }
}

/** The Node that runs guard: cron's PATH often has none, or an old one. The standalone executable has to look there. */
function node(): string {
  return isStandalone ? 'node' : process.execPath
}

function nodeForTypeScript(): Argv {
  if (isStandalone || (process.features as {typescript?: unknown}).typescript) return [node()]
  throw new GuardError('not-executable', `Node ${process.versions.node} does not run TypeScript`, [
    'use Node 22.18 or newer, or set another program in the settings: interpreters: {".ts": [tsx]}',
  ])
}

export interface ScriptRequest {
  readonly path: string
  readonly args: readonly string[]
  /** Program that runs the script, regardless of its shebang and extension. */
  readonly interpreter?: Argv
  readonly interpreters: Readonly<Record<string, Argv>>
}

/**
 * The command line of a script: an executable file with a shebang (or a binary) is executed, otherwise its extension
 * determines the interpreter. Throws GuardError `not-found`, `not-executable`.
 */
export function commandOfScript({path, args, interpreter, interpreters}: ScriptRequest): Argv {
  const file = absolutePath(path)
  const head = headOf(file, path)
  if (interpreter) return [...interpreter, file, ...args]
  // What may be executed and not read is left to the kernel.
  if (head === undefined) return [file, ...args]
  const isExecutable = (statSync(file).mode & 0o111) !== 0
  const isScript = head.startsWith('#!')
  if (isExecutable && (isScript || head.startsWith('\x7fELF'))) {
    const wrong = isScript ? wrongHead(head, path) : undefined
    if (wrong) throw wrong
    return [file, ...args]
  }
  const extension = extname(file)
  const byExtension = interpreterOf(extension, interpreters)
  if (byExtension) return [...byExtension, file, ...args]
  const lack = isExecutable ? 'it has no #! line, and ' : ''
  throw new GuardError('not-executable', `${path}: ${lack}no interpreter is known for it`, [
    isExecutable ? 'add a first line such as #!/bin/sh' : `make it executable: chmod +x ${shellWord(path)}`,
    `or set a program for "${extension || 'its name'}" in the settings: interpreters`,
  ])
}

/** A plain `node`, which is the default, means the Node that runs guard. */
function interpreterOf(extension: string, interpreters: ScriptRequest['interpreters']): Argv | undefined {
  const named = Object.hasOwn(interpreters, extension) ? interpreters[extension] : undefined
  if (!named) return builtInInterpreter(extension)
  const isBareNode = named.length === 1 && named[0] === 'node'
  return isBareNode ? (builtInInterpreter(extension) ?? [node()]) : named
}

/** The path must stay valid if the job has its own working directory. */
function absolutePath(path: string): string {
  if (path.startsWith('/')) return path
  try {
    return resolve(process.cwd(), path)
  } catch {
    throw new GuardError('not-found', `${path}: the working directory does not exist any more`, [
      'use the full path of the script',
    ])
  }
}

/** @returns undefined of a file that may be executed and not read */
function headOf(file: string, path: string): string | undefined {
  try {
    return readHead(file)
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException
    if (code === 'EACCES' && isExecutable(file) && statSync(file).isFile()) return undefined
    throw unreadable(code, path, error)
  }
}

function unreadable(code: string, path: string, cause: unknown): GuardError {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const hints = [
      'use the name of a configured job (guard config show) or a file',
      'for a command: guard run -- command',
    ]
    return new GuardError('not-found', `${path}: no such job or file`, hints, {cause})
  }
  const why =
    code === 'EISDIR' ? 'is a directory, not a script' : code === 'EACCES' ? 'is not readable by this user' : code
  return new GuardError('not-executable', `${path}: ${why}`, [`check it: ls -ld ${shellWord(path)}`], {cause})
}

/** What guard itself lacks to start anything. */
const shortages = ['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']

/** Why a program could not be started, as in the shell and `env(1)`: 127 not found, 126 not executable; `io` for want of means. */
export function startError(program: string, cwd: string | undefined, cause: NodeJS.ErrnoException): GuardError {
  if (cwd !== undefined && !statSync(cwd, {throwIfNoEntry: false})?.isDirectory())
    return new GuardError('not-executable', `cannot start in ${cwd}: no such directory`, ['check --cwd'], {cause})
  if (cause.code === 'ENOENT') {
    const path = (process.env['PATH'] ?? '').split(delimiter).join(', ')
    const hint = program.includes('/') ? `check it: ls -l ${shellWord(program)}` : `searched in ${path}`
    return new GuardError('not-found', `${program}: no such program`, [hint], {cause})
  }
  const why = {
    EACCES: 'is not executable by this user',
    EAGAIN: 'cannot be started, because there are too many processes (ulimit -u)',
    EMFILE: 'cannot be started, because guard has too many open files (ulimit -n)',
    ENFILE: 'cannot be started, because the machine has too many open files',
    ENOMEM: 'cannot be started, because memory is short (ulimit -v)',
    E2BIG: 'argument list too long',
    ENOTDIR: 'a part of its path is not a directory',
  }
  const text = why[cause.code as keyof typeof why] ?? cause.message
  return new GuardError(shortages.includes(cause.code ?? '') ? 'io' : 'not-executable', `${program}: ${text}`, [], {
    cause,
  })
}

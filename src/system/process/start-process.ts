import type {Argv} from '../../domain/settings/job.js'
import {realTimeSignal} from '../host/host.js'
import {childProcess} from './child-process.js'
import type {JobExit} from './job-command.js'

export interface ProcessStart {
  readonly argv: Argv
  /** By number, what its descriptors are. */
  readonly stdio: readonly ('inherit' | 'ignore' | number)[]
  /** In a session of its own. */
  readonly detached: boolean
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string | undefined
}

export interface StartedProcess {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined
  readonly exited: Promise<JobExit>
  /** Why it could not be started. */
  readonly failed: Promise<NodeJS.ErrnoException>
  /** It has ended and was reaped: its number may be another's. */
  hasExited(): boolean
  /** guard may end before it. */
  unref(): void
}

interface BunProcess {
  readonly pid: number
  readonly exitCode: number | null
  /** A number of a real-time signal. */
  readonly signalCode: NodeJS.Signals | number | null
  unref(): void
}

interface BunSpawn {
  readonly cmd: readonly string[]
  readonly stdio: ProcessStart['stdio']
  readonly detached: boolean
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  readonly onExit: (child: BunProcess) => void
}

/** The part of bun that starts processes. */
const {Bun: bun} = globalThis as {readonly Bun?: {spawn(options: BunSpawn): BunProcess}}

/**
 * Starts a process without a pipe to it. As Node does, it tells the commonest failures by `failed` and throws the others
 * (E2BIG, ENOTDIR, …). In bun, node:child_process would be a large part of each run.
 */
export function startProcess(start: ProcessStart): StartedProcess {
  return bun ? startWithBun(bun.spawn, start) : startWithNode(start)
}

function startWithNode({argv: [file, ...args], cwd, ...start}: ProcessStart): StartedProcess {
  const options = {...start, stdio: [...start.stdio], ...(cwd !== undefined && {cwd})}
  const child = childProcess().spawn(file, args, options)
  return {
    pid: child.pid,
    exited: new Promise((resolve) => child.on('exit', (code, signal) => resolve(exitOf(code, signal)))),
    failed: new Promise((resolve) => child.on('error', resolve)),
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    unref: () => child.unref(),
  }
}

/** What Node tells by an event. */
const toldLater = ['EACCES', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOENT']

function startWithBun(spawn: (options: BunSpawn) => BunProcess, start: ProcessStart): StartedProcess {
  const {argv, stdio, detached, env, cwd} = start
  let onExit: (child: BunProcess) => void = () => undefined
  const exited = new Promise<JobExit>((resolve) => {
    onExit = ({exitCode, signalCode}) => resolve(exitOf(exitCode, signalCode))
  })
  try {
    const child = spawn({cmd: argv, stdio, detached, env, ...(cwd !== undefined && {cwd}), onExit})
    const hasExited = () => child.exitCode !== null || child.signalCode !== null
    return {pid: child.pid, exited, failed: new Promise(() => undefined), hasExited, unref: () => child.unref()}
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    if (!toldLater.includes(cause.code ?? '')) throw error
    return {pid: undefined, exited, failed: Promise.resolve(cause), hasExited: () => true, unref: () => undefined}
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | number | null): JobExit {
  const name = typeof signal === 'number' ? realTimeSignal(signal) : (signal ?? undefined)
  return {code: name === undefined ? (code ?? undefined) : undefined, signal: name}
}

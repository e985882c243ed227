import type {Readable} from 'node:stream'
import {monotonicMs} from '../host/clock.js'
import {shellScriptOf} from './shell-script.js'

/** A command for a recovery step or an adapter, whose output is returned. */
export interface Command {
  /** Program and arguments; there is no shell. */
  readonly argv: readonly [string, ...string[]]
  readonly timeoutMs: number
  readonly cwd?: string
  /** Its standard input (default: none). */
  readonly input?: string
  /** Added to guard's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Ends the command like the time limit when it aborts. */
  readonly signal?: AbortSignal
  /** How many bytes of each stream are kept (default: `outputLimit`). */
  readonly outputLimitBytes?: number
}

export interface CommandResult {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  /** `ENOENT`, `EACCES`, … if the program could not be started. */
  readonly spawnError: string | undefined
  /** Limited to `outputLimitBytes`; the rest is read and dropped. */
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

/** Runs a command without a terminal. A failing command is a result, never an exception. */
export type RunCommand = (command: Command) => Promise<CommandResult>

export const outputLimit = 1024 * 1024

/** From TERM to KILL. */
const killAfterMs = 2000

/** How long to read on after the end of the program, if another process still holds its pipe. */
const pipeGraceMs = 250

/** How long to wait after KILL: a program that survives it hangs in the kernel. */
const giveUpAfterMs = 5000

interface Ending {
  readonly exitCode?: number
  readonly signal?: string
  readonly spawnError?: string
}

export const runCommand: RunCommand = async (command) => {
  const {argv, env} = command
  const result = await runOnce(command)
  const script = shellScriptOf(argv[0], env?.['PATH'] ?? process.env['PATH'], result.spawnError)
  return script === undefined ? result : runOnce({...command, argv: ['/bin/sh', script, ...argv.slice(1)]})
}

const runOnce: RunCommand = async ({argv: [file, ...args], timeoutMs, cwd, input, env, signal, ...limits}) => {
  const {outputLimitBytes = outputLimit} = limits
  const {execa} = await import('execa')
  const startedAt = monotonicMs()
  const child = execa(file, args, {
    reject: false,
    ...(input === undefined ? {stdin: 'ignore'} : {input}),
    // With its own process group, a time limit ends its children as well.
    detached: true,
    cleanup: false,
    buffer: false,
    encoding: 'buffer',
    ...(cwd !== undefined && {cwd}),
    ...(env && {env}),
  })
  const stdout = keepHead(child.stdout, outputLimitBytes)
  const stderr = keepHead(child.stderr, outputLimitBytes)
  const exited = new Promise<Ending>((resolve) => {
    child.once('exit', (code, died) => resolve({...(code !== null && {exitCode: code}), ...(died && {signal: died})}))
    // Without a pid the start has failed, and the reason is in the result of execa.
    if (child.pid === undefined) void child.then(({code}) => resolve({spawnError: code ?? 'unknown'}))
  })

  const limit = endInTime(child.pid, timeoutMs, signal)
  const {exitCode, signal: died, spawnError} = await Promise.race([exited, limit.givenUp])
  limit.stop()
  await Promise.race([Promise.all([stdout.ended, stderr.ended]), after(pipeGraceMs)])
  child.stdout.destroy()
  child.stderr.destroy()
  return {
    exitCode,
    signal: died,
    timedOut: limit.timedOut(),
    spawnError,
    stdout: stdout.text(),
    stderr: stderr.text(),
    durationMs: Math.round(monotonicMs() - startedAt),
  }
}

/** Reads a stream to its end and keeps its first bytes. */
function keepHead(stream: Readable, limitBytes: number): {readonly ended: Promise<void>; readonly text: () => string} {
  const chunks: Buffer[] = []
  let left = limitBytes
  stream.on('data', (chunk: Buffer) => {
    if (left > 0) chunks.push(chunk.subarray(0, left))
    left -= chunk.length
  })
  const ended = new Promise<void>((resolve) => {
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
  return {ended, text: () => Buffer.concat(chunks).toString('utf8')}
}

/** Sends TERM to the group at the time limit or the abort, and KILL to the rest of it later. */
function endInTime(pid: number | undefined, timeoutMs: number, signal: AbortSignal | undefined) {
  let state: 'running' | 'timed-out' | 'aborted' = 'running'
  const timers: NodeJS.Timeout[] = []
  let giveUp: (ending: Ending) => void
  const givenUp = new Promise<Ending>((resolve) => {
    giveUp = resolve
  })
  const end = (why: 'timed-out' | 'aborted') => {
    if (state !== 'running' || pid === undefined) return
    state = why
    signalGroup(pid, 'SIGTERM')
    timers.push(setTimeout(signalGroup, killAfterMs, pid, 'SIGKILL'))
    timers.push(setTimeout(() => giveUp({}), killAfterMs + giveUpAfterMs))
  }
  const abort = () => end('aborted')
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, {once: true})
  timers.push(setTimeout(end, timeoutMs, 'timed-out'))
  return {
    givenUp,
    timedOut: () => state === 'timed-out',
    stop: () => {
      timers.forEach(clearTimeout)
      signal?.removeEventListener('abort', abort)
      // A pid is not reused while its process group has members, so a group without its leader is still the command's.
      // The members that survived TERM are killed.
      if (state !== 'running' && pid !== undefined && !exists(pid)) signalGroup(pid, 'SIGKILL')
    },
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  sendSignal(-pid, signal)
}

function exists(pid: number): boolean {
  return sendSignal(pid, 0)
}

/** @returns false if there is no such process or group */
function sendSignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal)
  } catch (error) {
    // EPERM: it exists, but now runs as another user (sudo, a setuid program).
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EPERM') return true
    if (code === 'ESRCH') return false
    throw error
  }
}

/** Keeps no program alive, because the pipe that is waited for does. */
function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}

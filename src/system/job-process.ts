import {type ChildProcess, spawn} from 'node:child_process'
import {startError} from './script.js'

export type Argv = readonly [string, ...string[]]

/** A descriptor of guard's that the job gets, or its own copy of guard's standard stream. */
export type Stream = number | 'inherit'

export interface JobCommand {
  readonly argv: Argv
  readonly cwd?: string
  readonly env: NodeJS.ProcessEnv
  readonly stdout: Stream
  readonly stderr: Stream
  /** The job keeps the terminal, and so guard's session and process group. */
  readonly interactive: boolean
}

export interface JobExit {
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
}

export interface JobProcess {
  readonly pid: number
  readonly exited: Promise<JobExit>
  /** Sends a signal to the job's whole process group, as long as its first process has not been reaped. */
  signal(signal: NodeJS.Signals): void
}

/** Starts a job in a session and process group of its own. Rejects with GuardError `not-found`, `not-executable`. */
export async function startJob(command: JobCommand): Promise<JobProcess> {
  const child = spawnJob(command)
  const {pid} = child
  if (pid === undefined) throw startError(command.argv[0], command.cwd, await startFailure(child))
  const exited = new Promise<JobExit>((resolve) => {
    child.on('exit', (code, signal) => resolve({code: code ?? undefined, signal: signal ?? undefined}))
  })
  return {
    pid,
    exited,
    signal: (signal) => {
      if (child.exitCode === null && child.signalCode === null) sendSignal(command.interactive ? pid : -pid, signal)
    },
  }
}

/** Node reports the commonest failures by an event and throws the others (E2BIG, ENOTDIR, …). */
function spawnJob({argv: [file, ...args], cwd, env, stdout, stderr, interactive}: JobCommand): ChildProcess {
  try {
    const stdio = ['inherit', stdout, stderr] as const
    return spawn(file, args, {stdio: [...stdio], detached: !interactive, env, ...(cwd !== undefined && {cwd})})
  } catch (error) {
    throw startError(file, cwd, error as NodeJS.ErrnoException)
  }
}

function startFailure(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => child.on('error', resolve))
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended in between, or changed its user: both are seen when it is waited for.
    const {code} = error as NodeJS.ErrnoException
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

import type {ChildProcess} from 'node:child_process'
import type {JobCommand, JobExit, Launched} from './job-command.js'
import {startError} from './script.js'

/** Starts a job in a session and process group of its own. Rejects with GuardError `not-found`, `not-executable`. */
export async function launchChild(command: JobCommand): Promise<Launched> {
  const child = spawnChild(command)
  const {pid} = child
  if (pid === undefined) throw startError(command.argv[0], command.cwd, await startFailure(child))
  const exited = new Promise<JobExit>((resolve) => {
    child.on('exit', (code, signal) => resolve({code: code ?? undefined, signal: signal ?? undefined}))
  })
  return {pid, exited, hasExited: () => child.exitCode !== null || child.signalCode !== null}
}

/** Node reports the commonest failures by an event and throws the others (E2BIG, ENOTDIR, …). */
function spawnChild({argv: [file, ...args], cwd, env, stdout, stderr, interactive}: JobCommand): ChildProcess {
  try {
    // Loaded here, for where jobs are started without it this file is at hand too.
    const {spawn} = process.getBuiltinModule('node:child_process')
    const stdio = ['inherit', stdout, stderr] as const
    return spawn(file, args, {stdio: [...stdio], detached: !interactive, env, ...(cwd !== undefined && {cwd})})
  } catch (error) {
    throw startError(file, cwd, error as NodeJS.ErrnoException)
  }
}

function startFailure(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => child.on('error', resolve))
}

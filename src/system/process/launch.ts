import {type ChildProcess, spawn} from 'node:child_process'
import type {Argv} from '../../domain/settings/job.js'
import type {JobCommand, JobExit, Launched} from './job-command.js'
import {startError} from './script.js'
import {shellScriptOf} from './shell-script.js'

/** Starts a job in a session and process group of its own. Rejects with GuardError `not-found`, `not-executable`. */
export async function launchChild(command: JobCommand): Promise<Launched> {
  const child = spawnChild(command)
  const {pid} = child
  if (pid === undefined) throw startError(command.argv[0], command.cwd, await startFailure(child))
  const exited = new Promise<JobExit>((resolve) => {
    child.on('exit', (code, signal) => resolve({code: code ?? undefined, signal: signal ?? undefined}))
  })
  const hasExited = () => child.exitCode !== null || child.signalCode !== null
  return {pid, exited, hasExited, forget: () => child.unref()}
}

/** Node reports the commonest failures by an event and throws the others (E2BIG, ENOTDIR, …). */
function spawnChild(command: JobCommand): ChildProcess {
  const {argv, cwd, env} = command
  try {
    return spawnArgv(command, argv)
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    const script = shellScriptOf(argv[0], env['PATH'], cause.code)
    if (script === undefined) throw startError(argv[0], cwd, cause)
    return spawnArgv(command, ['/bin/sh', script, ...argv.slice(1)])
  }
}

function spawnArgv({cwd, env, stdout, stderr, interactive, around}: JobCommand, [file, ...args]: Argv): ChildProcess {
  const stdio = ['inherit', stdout, stderr] as const
  const start = () =>
    spawn(file, args, {stdio: [...stdio], detached: !interactive, env, ...(cwd !== undefined && {cwd})})
  return around ? around(start) : start()
}

function startFailure(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => child.on('error', resolve))
}

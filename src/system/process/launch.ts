import {type ChildProcess, type StdioOptions, spawn} from 'node:child_process'
import type {Argv} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import {theCaller} from './caller.js'
import type {JobCommand, JobExit, Launched} from './job-command.js'
import {startWithOpenFiles} from './open-files.js'
import {execLines, limitLines, preludeOfCaller} from './prelude.js'
import {startError} from './script.js'
import {requireProgram, shellScriptOf} from './shell-script.js'

/** Starts a job in a session and process group of its own. Rejects with GuardError `not-found`, `not-executable`, `io`. */
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
  const {openFiles} = theCaller()
  const exec = execLines(argv)
  const lines = [...preludeOfCaller(theCaller(), env), ...exec.slice(0, -1)]
  try {
    requireProgram(argv[0], cwd, env['PATH'])
    const plain = lines.length === 0 ? spawnPlainly(command, openFiles) : undefined
    if (plain) return plain
    return spawnArgv(command, [
      '/bin/sh',
      '-c',
      [...limitLines(openFiles), ...lines, ...exec.slice(-1)].join('\n'),
      'sh',
      ...argv,
    ])
  } catch (error) {
    if (error instanceof GuardError) throw error
    const cause = error as NodeJS.ErrnoException
    const script = shellScriptOf(argv[0], env['PATH'], cause.code)
    if (script === undefined) throw startError(argv[0], cwd, cause)
    const line: Argv = ['/bin/sh', script, ...argv.slice(1)]
    return spawnArgv(command, ['/bin/sh', '-c', [...limitLines(openFiles), 'exec "$@"'].join('\n'), 'sh', ...line])
  }
}

/** @returns undefined, having started nothing, if only a shell can set the limit of open files */
function spawnPlainly(command: JobCommand, openFiles: string | undefined): ChildProcess | undefined {
  const start = () => spawnArgv(command, command.argv)
  return openFiles === undefined ? start() : startWithOpenFiles(openFiles, start)
}

function spawnArgv(command: JobCommand, [file, ...args]: Argv): ChildProcess {
  const {cwd, env, interactive, around} = command
  const stdio = streamsOf(command)
  const start = () => spawn(file, args, {stdio, detached: !interactive, env, ...(cwd !== undefined && {cwd})})
  return around ? around(start) : start()
}
/** The job gets the descriptors that the caller has opened for it, by their numbers. */
function streamsOf({stdin = 'inherit', stdout, stderr}: JobCommand): StdioOptions {
  const streams: ('inherit' | 'ignore' | number)[] = [stdin, stdout, stderr]
  for (const descriptor of theCaller().descriptors) {
    while (streams.length < descriptor) streams.push('ignore')
    streams[descriptor] = descriptor
  }
  return streams
}

function startFailure(child: ChildProcess): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => child.on('error', resolve))
}

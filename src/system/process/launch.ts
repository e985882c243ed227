import type {Argv} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import {type Caller, theCaller} from './caller.js'
import type {JobCommand, Launched} from './job-command.js'
import {startWithOpenFiles} from './open-files.js'
import {execLines, limitLines, preludeOfCaller} from './prelude.js'
import {startError} from './script.js'
import {requireProgram} from './shell-script.js'
import {type ProcessStart, type StartedProcess, startProcess} from './start-process.js'

/** Starts a job in a session and process group of its own. Rejects with GuardError `not-found`, `not-executable`, `io`. */
export async function launchChild(command: JobCommand): Promise<Launched> {
  const {pid, exited, failed, hasExited, unref} = startChild(inCallersDirectory(command, theCaller()))
  if (pid === undefined) throw startError(command.argv[0], command.cwd, await failed)
  return {pid, exited, hasExited, forget: unref}
}

/** A directory that has vanished is left by guard, and not by the job. */
function inCallersDirectory(command: JobCommand, {leftDirectory}: Caller): JobCommand {
  const {cwd = '.'} = command
  if (leftDirectory === undefined || cwd.startsWith('/')) return command
  if (leftDirectory !== 'lost') return {...command, cwd: `${leftDirectory}/${cwd}`}
  throw new GuardError('not-executable', 'cannot start in the working directory, which is gone', [
    'change to a directory that is there',
  ])
}

function startChild(command: JobCommand): StartedProcess {
  const {argv, cwd, env} = command
  const {openFiles} = theCaller()
  const exec = execLines(argv)
  const lines = [...preludeOfCaller(theCaller(), env), ...exec.slice(0, -1)]
  const startByShell = () => {
    const script = [...limitLines(openFiles), ...lines, ...exec.slice(-1)].join('\n')
    return startArgv(command, ['/bin/sh', '-c', script, 'sh', ...argv])
  }
  try {
    requireProgram(argv[0], cwd, env['PATH'])
    const plain = lines.length === 0 ? startPlainly(command, openFiles) : undefined
    return plain ?? startByShell()
  } catch (error) {
    if (error instanceof GuardError) throw error
    const cause = error as NodeJS.ErrnoException
    // The shell reads a script without a first line itself, and refuses what is neither text nor a program of this machine.
    if (cause.code === 'ENOEXEC') return startByShell()
    throw startError(argv[0], cwd, cause)
  }
}

/** @returns undefined, having started nothing, if only a shell can set the limit of open files */
function startPlainly(command: JobCommand, openFiles: string | undefined): StartedProcess | undefined {
  const start = () => startArgv(command, command.argv)
  return openFiles === undefined ? start() : startWithOpenFiles(openFiles, start)
}

function startArgv(command: JobCommand, argv: Argv): StartedProcess {
  const {cwd, env, interactive, around} = command
  const stdio = streamsOf(command)
  const start = () => startProcess({argv, stdio, detached: !interactive, env, cwd})
  return around ? around(start) : start()
}

/** The job gets the descriptors that the caller has opened for it, by their numbers. */
function streamsOf({stdin = 'inherit', stdout, stderr}: JobCommand): ProcessStart['stdio'] {
  const streams: ('inherit' | 'ignore' | number)[] = [stdin, stdout, stderr]
  for (const descriptor of theCaller().descriptors) {
    while (streams.length < descriptor) streams.push('ignore')
    streams[descriptor] = descriptor
  }
  return streams
}

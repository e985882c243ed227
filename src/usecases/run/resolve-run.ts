import {defaultName, fileOf, type NamedLine} from '../../domain/job/default-name.js'
import {isJobName, jobNameRule} from '../../domain/job/job-name.js'
import type {Argv, JobSettings} from '../../domain/settings/job.js'
import {jobNames, type Settings, settingsOfJob} from '../../domain/settings/settings.js'
import {closestNames} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'
import type {ScriptRequest} from '../../system/process/script.js'
import {refuseWrongJob} from './refuse-wrong-job.js'

/** Settings from flags; what they do not say of retries stays the job's own. */
export type FlagSettings = Partial<Omit<JobSettings, 'retry'>> & {readonly maxAttempts?: number}

/** What the user asked to run, and under which settings. */
export interface RunAsked {
  readonly form: 'script' | 'command'
  readonly argv: readonly string[]
  readonly jobFlag: string | undefined
  /** They override the job's own. */
  readonly flags: FlagSettings
}

export interface RunResolved {
  readonly job: string
  readonly settings: JobSettings
  /** The command line; deferred, because a script that is missing is a run that did not start. */
  readonly argv: () => Argv
  /** The settings name this job, so it is recorded even if it cannot start. */
  readonly configured: boolean
}

interface ResolveDeps {
  readonly settings: Settings
  readonly commandOfScript: (request: ScriptRequest) => Argv
  /** The absolute path of a file named on the command line, seen from `folder`, default: the working directory. */
  readonly absolute: (path: string, folder?: string) => string
  /** The same by the links through which the working directory was reached. */
  readonly asNamed: (path: string, folder?: string) => string
  /** PATH of the environment. */
  readonly path: string | undefined
  /** The SHA-256 of a text in hex digits. */
  readonly digest: (text: string) => string
  /** Whether there is a file of this name, as it was given. */
  readonly exists: (path: string) => boolean
}

/** Finds the job and the command line that `guard run` means. Throws GuardError `usage`, `config`, `not-found`, `not-executable`. */
export function resolveRun(deps: ResolveDeps, asked: RunAsked): RunResolved {
  const [first, ...rest] = asked.argv
  if (first === undefined || first === '')
    throw new GuardError('usage', 'nothing to run', ['guard run SCRIPT', 'guard run -- COMMAND ARGUMENTS'])
  if (asked.jobFlag !== undefined && !isJobName(asked.jobFlag))
    throw new GuardError('usage', `--job ${JSON.stringify(asked.jobFlag)} is not a name of a job`, [
      `a name is ${jobNameRule}`,
    ])
  const {settings} = deps
  const isLine = asked.form === 'command' || (asked.flags.shell === true && /\s/.test(first))
  const isConfigured = asked.form === 'script' && Object.hasOwn(settings.jobs, first)
  const name = isConfigured ? (asked.jobFlag ?? first) : nameOf(deps, asked, isLine)
  if (settings.wrong) refuseWrongJob(deps, settings.wrong, {...asked, name})
  if (isConfigured) return configuredJob(deps, asked, first)
  if (name === undefined)
    throw new GuardError('usage', `no job can be named after ${JSON.stringify(first)}`, ['name it: --job NAME'])
  const merged = overlaid(settingsOfJob(settings, name), asked.flags)
  const configured = Object.hasOwn(settings.jobs, name)
  if (!isLine && !configured && asked.jobFlag === undefined) refuseBareName(deps, first)
  const argv = (): Argv => {
    if (isLine && merged.shell) return shellLine([first, ...rest])
    if (isLine) return [first, ...rest]
    return scriptLine(deps, merged, first, rest)
  }
  return {job: name, settings: merged, argv, configured}
}

/** A word that is neither a job nor a file is a typing error, not a job that did not start. Throws GuardError `usage`. */
function refuseBareName({settings, exists}: ResolveDeps, name: string): void {
  if (name.includes('/') || exists(name)) return
  const near = closestNames(name, jobNames(settings)).slice(0, 3)
  throw new GuardError('usage', `${name}: no such job or file`, [
    ...near.map((job) => `did you mean ${job}?`),
    'use the name of a configured job (guard config show) or a file',
    'for a command: guard run -- command',
  ])
}

/** Without flags the settings are not copied, because a copy of forty costs as much as reading a journal. */
function overlaid(settings: JobSettings, flags: FlagSettings): JobSettings {
  for (const _ in flags) {
    const {maxAttempts = settings.retry.maxAttempts, ...own} = flags
    return withoutZeroLimits({...settings, ...own, retry: {...settings.retry, maxAttempts}})
  }
  return settings
}

/** As with timeout(1), 0 takes the limit of the settings away. */
function withoutZeroLimits(settings: JobSettings): JobSettings {
  if (settings.timeoutMs !== 0 && settings.silenceMs !== 0) return settings
  const {timeoutMs, silenceMs, ...rest} = settings
  return {...rest, ...(timeoutMs && {timeoutMs}), ...(silenceMs && {silenceMs})}
}

function configuredJob(deps: ResolveDeps, asked: RunAsked, name: string): RunResolved {
  const own = overlaid(settingsOfJob(deps.settings, name), asked.flags)
  const args = asked.argv.slice(1)
  const {script, command} = own
  if (script === undefined && command === undefined)
    throw new GuardError('usage', `job ${name} has neither script nor command in the settings`, [
      `add one to ${deps.settings.file}: jobs.${name}.script`,
      `or give it here: guard run --job ${name} -- COMMAND`,
    ])
  const argv = (): Argv => {
    if (script !== undefined) return ownScriptLine(deps, own, {name, script, args})
    const [program, ...words] = command ?? ['']
    const line: Argv = [program, ...words, ...own.args, ...args]
    return own.shell ? shellLine(line) : line
  }
  return {job: asked.jobFlag ?? name, settings: own, argv, configured: true}
}

/** Where the settings name the script, what to do about one that is not there stands in them. */
function ownScriptLine(
  deps: ResolveDeps,
  own: JobSettings,
  {name, script, args}: {readonly name: string; readonly script: string; readonly args: readonly string[]},
): Argv {
  try {
    return scriptLine(deps, own, script, args)
  } catch (error) {
    if (!(error instanceof GuardError) || error.kind !== 'not-found') throw error
    const hints = [`put it back, or correct jobs.${name}.script in ${deps.settings.file}`]
    throw new GuardError('not-found', `${script}: there is no such file`, hints, {cause: error})
  }
}

function scriptLine(
  {settings, commandOfScript}: ResolveDeps,
  own: JobSettings,
  path: string,
  args: readonly string[],
): Argv {
  return commandOfScript({
    path,
    args: [...own.args, ...args],
    interpreters: settings.interpreters,
    ...(own.interpreter && {interpreter: own.interpreter}),
  })
}

/** The one place where a shell reads a command line, because it was asked for. */
function shellLine(words: Argv): Argv {
  return ['/bin/sh', '-c', words.join(' ')]
}

/** The name by the flag, else by the script of a configured job, else the default one. */
function nameOf(deps: ResolveDeps, {argv, flags, jobFlag, form}: RunAsked, isLine: boolean): string | undefined {
  if (jobFlag !== undefined) return jobFlag
  const line: NamedLine = {argv, isLine, shell: isLine && flags.shell === true}
  // A command line is started in the directory of the job, but a script is looked for in that of guard.
  const folder = form === 'command' ? flags.cwd : undefined
  const file = line.shell ? undefined : fileOf(line)
  const paths = file === undefined ? [] : [deps.absolute(file, folder), deps.asNamed(file, folder)]
  const {path, digest, asNamed} = deps
  const absolute = (own: string) => asNamed(own, folder)
  return jobOfScript(deps, paths) ?? defaultName(line, {path, digest, absolute, directory: asNamed(flags.cwd ?? '.')})
}

/** Uses the index, so that of a hundred jobs in the cache only one is read. */
function jobOfScript({settings: {scripts, wrong}}: ResolveDeps, paths: readonly string[]): string | undefined {
  const path = paths.find((one) => Object.hasOwn(scripts, one))
  if (path !== undefined) return scripts[path]
  return wrong && Object.keys(wrong.jobs).find((name) => paths.includes(wrong.jobs[name]?.script ?? ''))
}

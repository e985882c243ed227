import {jobNameOfFile} from '../../domain/job/job-name.js'
import type {Settings} from '../../domain/settings/settings.js'
import {problemsOfJob, type WrongSettings} from '../../domain/settings/wrong.js'
import {GuardError} from '../../errors.js'

interface RefuseDeps {
  readonly settings: Settings
  readonly absolute: (path: string) => string
  readonly exists: (path: string) => boolean
}

interface CalledFor {
  readonly form: 'script' | 'command'
  readonly argv: readonly string[]
  readonly jobFlag: string | undefined
}

/**
 * Refuses the job whose own settings are wrong and, while the settings as a whole cannot be trusted, every job that is
 * called by its name. Throws GuardError `config`.
 */
export function refuseWrongJob(deps: RefuseDeps, wrong: WrongSettings, asked: CalledFor): void {
  const [first = ''] = asked.argv
  const isScript = asked.form === 'script'
  const name = asked.jobFlag ?? (isScript ? nameOfScript(deps, wrong, first) : jobNameOfFile(first))
  for (const job of isScript ? [first, name] : [name]) {
    const problems = job === undefined ? undefined : problemsOfJob(wrong, job)
    if (problems !== undefined) throw refused(`job ${job} does not run, because its settings are wrong: ${problems}`)
  }
  if (wrong.refusal === undefined || !isScript || !isNamed(deps, first)) return
  throw refused(`job ${first} does not run: ${wrong.refusal}`)
}

function refused(message: string): GuardError {
  return new GuardError('config', message, ['correct it and check it: guard config check'])
}

function nameOfScript({settings, absolute}: RefuseDeps, wrong: WrongSettings, file: string): string | undefined {
  if (isJob(settings, file)) return file
  const path = absolute(file)
  const ofPath = Object.keys(wrong.jobs).find((name) => wrong.jobs[name]?.script === path)
  if (ofPath !== undefined) return ofPath
  return Object.hasOwn(settings.scripts, path) ? settings.scripts[path] : jobNameOfFile(file)
}

/** Without the settings, a word that is no file can only be the name of a job. */
function isNamed({settings, exists}: RefuseDeps, word: string): boolean {
  return isJob(settings, word) || (!word.includes('/') && !exists(word))
}

function isJob({jobs}: Settings, name: string): boolean {
  return Object.hasOwn(jobs, name)
}

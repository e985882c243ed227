import type {Settings} from '../../domain/settings/settings.js'
import {problemsOfJob, type WrongSettings} from '../../domain/settings/wrong.js'
import {GuardError} from '../../errors.js'

interface RefuseDeps {
  readonly settings: Settings
  readonly exists: (path: string) => boolean
}

interface CalledFor {
  readonly form: 'script' | 'command'
  readonly argv: readonly string[]
  /** The name that the run would have. */
  readonly name: string | undefined
}

/**
 * Refuses the job whose own settings are wrong and, while the settings as a whole cannot be trusted, every job that is
 * called by its name. Throws GuardError `config`.
 */
export function refuseWrongJob(deps: RefuseDeps, wrong: WrongSettings, {form, argv, name}: CalledFor): void {
  const [first = ''] = argv
  const isScript = form === 'script'
  for (const job of isScript ? [first, name] : [name]) {
    const problems = job === undefined ? undefined : problemsOfJob(wrong, job)
    if (problems !== undefined)
      throw refused(job, `job ${job} does not run, because its settings are wrong: ${problems}`)
  }
  if (wrong.refusal === undefined || !isScript || !isNamed(deps, first)) return
  throw refused(first, `job ${first} does not run: ${wrong.refusal}`)
}

/** For what needs a job's own settings. Throws GuardError `config` if they are wrong. */
export function requireRightJob({wrong}: Pick<Settings, 'wrong'>, job: string): void {
  const problems = problemsOfJob(wrong, job)
  if (problems !== undefined) throw refused(job, `the settings of job ${job} are wrong: ${problems}`)
}

function refused(job: string | undefined, message: string): GuardError {
  return new GuardError('config', message, ['correct it and check it: guard config check'], {details: {job}})
}

/** Without the settings, a word that names no file can only be the name of a job. */
function isNamed({settings, exists}: RefuseDeps, word: string): boolean {
  return isJob(settings, word) || (!word.includes('/') && !exists(word))
}

function isJob({jobs}: Settings, name: string): boolean {
  return Object.hasOwn(jobs, name)
}

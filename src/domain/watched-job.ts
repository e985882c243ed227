import type {OutputSettings} from './job-settings.js'
import type {Limits} from './watchdog-facts.js'

/** A job as the watchdog is told to look after it. */
export interface WatchedJob {
  readonly name: string
  readonly schedule: string | undefined
  readonly timezone: string | undefined
  readonly outputs: readonly OutputSettings[]
  /** Folder of the outputs' patterns. */
  readonly dir: string | undefined
  readonly limits: Limits
  readonly openclawId: string | undefined
}

/** Changes when the job is to do something else than before: what it has not done yet is then no reproach. */
export function watchedAs(job: WatchedJob): string {
  let as = known.get(job)
  if (as === undefined) {
    as = describe(job)
    known.set(job, as)
  }
  return as
}

/** Asked twice of each job in each round, and always the same. */
const known = new WeakMap<WatchedJob, string>()

function describe({schedule, timezone, outputs, limits}: WatchedJob): string {
  const what = outputs.length === 0 ? '' : JSON.stringify(outputs.map(({files, maxAgeMs}) => [files, maxAgeMs]))
  return `${schedule ?? '-'} ${timezone ?? '-'} ${limits.graceMs}${what}`
}

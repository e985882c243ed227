import type {OutputSettings} from '../settings/job.js'
import type {Limits} from './job-facts.js'

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
export function watchedAs({schedule, timezone, outputs, limits}: Omit<WatchedJob, 'name'>): string {
  const what = outputs.length === 0 ? '' : JSON.stringify(outputs.map(({files, maxAgeMs}) => [files, maxAgeMs]))
  return `${schedule ?? '-'} ${timezone ?? '-'} ${limits.graceMs}${what}`
}

import type {OutputSettings} from '../settings/job.js'
import type {WatchLimits} from './job-facts.js'

/** A job as the settings say that it is watched. */
export interface WatchedJob {
  readonly name: string
  readonly schedule: string | undefined
  readonly timezone: string | undefined
  readonly outputs: readonly OutputSettings[]
  /** Folder of the outputs' patterns. */
  readonly dir: string | undefined
  readonly limits: WatchLimits
  readonly openclawId: string | undefined
  /** Why `guard run` refuses the job; undefined if its settings are right. */
  readonly settingsProblem?: string | undefined
}

/** Changes with schedule and outputs: what the job has not done yet then does not count against it. */
export function watchKey({schedule, timezone, outputs, limits}: Omit<WatchedJob, 'name'>): string {
  const what = outputs.length === 0 ? '' : JSON.stringify(outputs.map(({files, maxAgeMs}) => [files, maxAgeMs]))
  return `${schedule ?? '-'} ${timezone ?? '-'} ${limits.graceMs}${what}`
}

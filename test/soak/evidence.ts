import type {Kind, TrueRun} from './kind.js'
import type {IncidentHistory, SeenAlert} from './records.js'
import type {Round, Survey} from './rounds.js'

/** Everything that is held against each other: what was so, and what guard said. */
export interface Evidence {
  readonly kinds: readonly Kind[]
  readonly runsOf: (job: string) => readonly TrueRun[]
  readonly firstRoundAt: number
  /** Whole rounds alone. */
  readonly rounds: readonly Round[]
  readonly surveys: readonly Survey[]
  readonly incidents: readonly IncidentHistory[]
  readonly alerts: readonly SeenAlert[]
  /** By job: id of the run → outcome, skipped ones left out. */
  readonly historyOf: (job: string) => History
  readonly health: Health
  readonly escalateAfterMs: number
}

export interface History {
  readonly outcomes: ReadonlyMap<string, string>
  /** What people read. */
  readonly text: string
}

export interface Health {
  readonly code: number | null
  readonly openJobs: readonly string[]
  readonly text: string
}

/** The job that a record is about. The incident of OpenClaw itself counts for the job that only OpenClaw knows. */
export function jobOf(job: string): string {
  return /openclaw/i.test(job) ? 'scanner' : job
}

import type {SeenMessage} from './check-messages.js'
import type {Kind, Trouble, TrueRun} from './kind.js'
import type {IncidentHistory, SeenAlert} from './records.js'
import type {Round, Survey} from './rounds.js'

/** Everything that is held against each other: what was so, and what guard said. */
export interface Evidence {
  readonly kinds: readonly Kind[]
  readonly runsOf: (job: string) => readonly TrueRun[]
  /** Whole rounds alone, in the order of their ends. */
  readonly rounds: readonly Round[]
  readonly surveys: readonly Survey[]
  readonly incidents: readonly IncidentHistory[]
  readonly alerts: readonly SeenAlert[]
  readonly messages: readonly SeenMessage[]
  /** Messages that wait at the end. */
  readonly unsent: number
  /** By job: id of the run → outcome, skipped ones left out. */
  readonly historyOf: (job: string) => History
  readonly health: Health
  readonly escalateAfterMs: number
}

export interface History {
  readonly outcomes: ReadonlyMap<string, string>
  readonly skipped: number
  /** What people read. */
  readonly text: string
}

export interface Health {
  readonly code: number | null
  readonly openJobs: readonly string[]
  readonly text: string
}

/** The times in which something was wrong with a job. */
export function troublesOf({name, troubles}: Kind, {runsOf, rounds}: Evidence): readonly Trouble[] {
  return troubles(runsOf(name), rounds)
}

/** The job that a record is about. The incident of OpenClaw itself counts for the job that only OpenClaw knows. */
export function jobOf(job: string): string {
  return /openclaw/i.test(job) ? 'scanner' : job
}

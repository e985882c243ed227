import type {JobState} from '../../domain/diagnose/job-status.js'
import type {Outcome} from '../../domain/run/outcome.js'

/** The answers of the API as far as the page uses them; docs/json.md has them all. Times are ISO 8601. */

export type OutcomeName = Outcome | 'interrupted'

/** What is usual for a duration, ms. */
export interface UsualBand {
  readonly usualMs: number
  readonly fromMs: number
  readonly toMs: number
}

export interface JobJson {
  readonly job: string
  readonly state: JobState
  readonly verdict: string
  readonly reason?: string
  readonly schedule?: string
  readonly timezone?: string | null
  readonly incident?: {readonly incidentId: string; readonly level: string; readonly openedAt: string}
  readonly told: readonly {readonly channel: string; readonly at: string; readonly arrived: boolean}[]
  readonly recent: readonly OutcomeName[]
  readonly lastEndedAt?: string
  readonly durationMs?: number
  readonly usual?: UsualBand
  readonly duration?: 'usual' | 'short' | 'long'
  readonly runningSince?: string
  readonly nextAt?: string
  readonly silence?: {readonly silenceId: string; readonly reason: string; readonly until: string}
}

export interface JobsJson {
  readonly at: string
  readonly status: string
  readonly settingsProblem?: string
  readonly jobs: readonly JobJson[]
}

export interface RunJson {
  readonly runId: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly durationMs?: number
  readonly outcome?: OutcomeName
  readonly exitCode?: number
  readonly signal?: string
  readonly class?: string
  readonly detail?: string
}

export interface JobPageJson extends JobJson {
  readonly lastRun?: RunJson
  readonly lease?: {
    readonly state: string
    readonly holder?: string
    readonly token?: number
    readonly expiresAt?: string
    readonly pid?: number
    readonly jobPid?: number
    readonly abandoned?: true
  }
  /** Instead of `lease`, of a job of a fleet. */
  readonly fleetLease?: {readonly jobPid?: number}
  readonly breaker?: {
    readonly target: string
    readonly state: string
    readonly reason?: string
    readonly retryAt?: string
  }
  readonly budgets: readonly {
    readonly class: string | null
    readonly left: number
    readonly allowed: number
    readonly perMs: number
  }[]
  readonly outputs: readonly {
    readonly files: string
    readonly maxAgeMs?: number
    readonly ageMs?: number
    readonly problem?: string
  }[]
  readonly starters: readonly string[]
}

export interface SentenceJson {
  readonly at?: string
  readonly text: string
  readonly journal?: string
  readonly record?: Readonly<Record<string, unknown>>
}

export interface StoryJson {
  readonly answer: string
  readonly sections: readonly {readonly title: string; readonly sentences: readonly SentenceJson[]}[]
  readonly known: readonly string[]
  readonly mend: readonly string[]
}

export interface RunsJson {
  readonly runs: readonly RunJson[]
}

export interface OutputJson {
  readonly runId?: string
  readonly lines: readonly string[]
}

export interface IncidentJson {
  readonly incidentId: string
  readonly job: string
  readonly verdict: JobState
  readonly level: string
  readonly openedAt: string
  readonly told: boolean
  readonly reason: string
}

export interface UpcomingJson {
  readonly upcoming: readonly {readonly job: string; readonly at: string}[]
}

export interface CheckJson {
  readonly check: string
  readonly verdict: 'healthy' | 'degraded' | 'unhealthy'
  readonly reason: string
  /** They differ from check to check. */
  readonly facts: {readonly is?: unknown}
}

export interface HealthJson {
  readonly verdict: string
  readonly checks: readonly CheckJson[]
}

export interface SessionJson {
  /** Of the server; only for those who may read. */
  readonly version?: string
  readonly host?: string
  readonly readOnly: boolean
  /** For changes. */
  readonly needsKey: boolean
  readonly keyAccepted: boolean
  readonly schedulerAvailable: boolean
}

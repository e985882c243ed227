import type {OpenClawJobStatus} from '../openclaw/job-status.js'
import type {Outcome} from '../run/outcome.js'

/**
 * All that is known of one job in a round. Times called `…UptimeMs` are milliseconds of the uptime clock (uptime.ts), so
 * that the difference of two of them is an age that no clock jump, suspend or downtime has changed.
 */
export interface JobFacts {
  readonly job: string
  readonly now: NowFacts
  readonly limits: WatchLimits
  /** Why `guard run` refuses the job; undefined if its settings are right. */
  readonly settingsProblem?: string | undefined
  /** Since when the job has been watched with its present schedule and outputs; uptime clock. */
  readonly watchedSinceMs: number
  /** Since when a round has seen content that breaks its rule, and none since that keeps it; uptime clock. */
  readonly badOutputSinceMs?: number | undefined
  readonly liveness: Liveness
  /** How long the run that goes on may last, ms; undefined if nothing says, or no run goes on. */
  readonly longestRunMs?: number | undefined
  readonly lastEnd: LastEnd | undefined
  /** The last run, if it has ended without a word for or against the job; it is not the `lastEnd`. */
  readonly uncounted?: UncountedEnd | undefined
  /** The last ended runs that all ended well, or all did not. */
  readonly streak: StreakFacts | undefined
  /** Wall clock, ms: when the last good run ended; for texts alone. */
  readonly lastGoodAt?: number | undefined
  /** Whether the job leaves runs on record, and not its lease alone. */
  readonly hasRuns: boolean
  /** Until the next run begins, ms: 0 while one goes on; undefined if it is not known. */
  readonly nextRunInMs: number | undefined
  readonly incident: IncidentFacts | undefined
  /** The last run that was skipped, if none took place after it. */
  readonly skipped: SkippedFacts | undefined
  /** When another host of the fleet ran it well, later than this one ran it last; uptime clock. */
  readonly ranWellElsewhereMs?: number | undefined
  readonly outputs: readonly OutputFacts[]
  readonly slot: SlotFacts | undefined
  readonly openclaw: OpenClawJobStatus | undefined
  /** When the last ended run that OpenClaw knows of began; uptime clock. */
  readonly openclawRanUptimeMs: number | undefined
}

interface SkippedFacts {
  readonly uptimeMs: number
  readonly reason: string
  /** Another host of the fleet has the job; that says nothing of how it goes on there. */
  readonly byOtherHost?: true
}

export interface NowFacts {
  /** Wall clock, for texts alone. */
  readonly at: number
  readonly uptimeMs: number
  /** The last boot, suspend or jump of the clock. */
  readonly disturbance: {readonly is: 'boot' | 'jump'; readonly uptimeMs: number}
  /** Until then nothing counts as late; uptime clock. */
  readonly graceEndMs: number
}

export interface WatchLimits {
  /** How long the end of a run proves health; undefined if the schedule alone says when the next run is due. */
  readonly freshForMs: number | undefined
  /** How late a slot may start, and how long an output may be unfinished. */
  readonly graceMs: number
  /** How long the end of a run outranks what OpenClaw says. */
  readonly vetoForMs: number
  readonly bootGraceMs: number
  /** A job that flaps is well again after so long. */
  readonly wellForMs: number
  /** How long a run may last; undefined if the settings do not say. */
  readonly longestRunMs?: number | undefined
  /** guard itself ends a run that takes too long. */
  readonly hasTimeout?: boolean
}

/**
 * What lease and run records prove.
 * - running: the lease is held and has not expired
 * - expired: the lease expired without a release, or its process is dead
 * - running-unleased: a run without a lease goes on (`overlap: allow`); others may begin beside it
 * - ended: the last run is over, well or badly; a reboot ends a run too
 * - never-seen: there is no record of the job
 */
export type Liveness =
  | {readonly is: 'running'; readonly startedUptimeMs: number; readonly seenUptimeMs: number}
  | {readonly is: 'running-unleased'; readonly startedUptimeMs: number; readonly seenUptimeMs: number}
  | {readonly is: 'ended'; readonly startedUptimeMs: number; readonly seenUptimeMs: number}
  | {
      readonly is: 'expired'
      readonly startedUptimeMs: number
      readonly seenUptimeMs: number
      /** Its process is provably dead, whatever time the lease has left. */
      readonly isDead: boolean
    }
  | {readonly is: 'never-seen'}

/** The last end that counts: skipped runs have none. */
export interface LastEnd {
  /** Undefined if only the lease shows the run. */
  readonly runId: string | undefined
  /** `error`: the lease was released with it, and there is no run on record. */
  readonly outcome: Outcome | 'interrupted' | 'error'
  /** Class and detail of the failure, for texts. */
  readonly detail: string | undefined
  readonly failureClass?: string | undefined
  /** The line of the output that says why, or what its result file said. */
  readonly errorLine?: string | undefined
  readonly durationMs?: number | undefined
  readonly uptimeMs: number
  /** Wall clock, ms, for texts alone. */
  readonly endedAt: number
  readonly byReboot: boolean
  /** Why it was not recovered any more; undefined if it was, or did not need to. */
  readonly refused: string | undefined
}

interface UncountedEnd {
  /** `cut-short`: guard ended it for what others have done; `skipped`: its result file says so. */
  readonly is: 'cut-short' | 'skipped'
  readonly detail: string | undefined
  readonly durationMs: number | undefined
  readonly uptimeMs: number
  /** Wall clock, ms, for texts alone. */
  readonly endedAt: number
}

interface StreakFacts {
  readonly isWell: boolean
  readonly count: number
  /** End of the first of these runs. */
  readonly firstEndUptimeMs: number
  /** Its wall clock, ms, for texts alone. */
  readonly firstEndedAt: number
  readonly firstRunId: string
}

/** The open incident of the job. */
export interface IncidentFacts {
  readonly kind: string
  readonly level: 'CRITICAL' | 'WARNING'
  readonly openedUptimeMs: number
  readonly isFlapping: boolean
  /** Since when nothing has spoken against the job; undefined while something does. Kept of a flapping incident. */
  readonly wellSinceMs: number | undefined
}

/** One rule of the settings and the newest file that matches it. */
export interface OutputFacts {
  /** The patterns, for texts. */
  readonly files: string
  readonly maxAgeMs: number | undefined
  readonly newest: OutputFile | undefined
  /** A file that is dated into the future, which proves nothing. */
  readonly future: {readonly path: string; readonly aheadMs: number} | undefined
  /** Why the files could not be read; it says nothing about the job. */
  readonly unreadable: string | undefined
}

interface OutputFile {
  readonly path: string
  readonly modifiedUptimeMs: number
  readonly size: number
  /** What is wrong with its content: too small, a pattern absent or present. */
  readonly problem: string | undefined
}

/** The latest slot of the schedule that is late by the grace, and the one before it. */
export interface SlotFacts {
  readonly at: number
  readonly due: SlotPassage
  readonly former: SlotPassage | undefined
}

/** Whether the machine was up at a slot, or why cron could not start anything then. */
export interface SlotPassage {
  readonly is: 'up' | 'down' | 'skipped' | 'repeated' | 'before'
  readonly uptimeMs: number
}

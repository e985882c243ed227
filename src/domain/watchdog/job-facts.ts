import type {OpenClawJobStatus} from '../openclaw/job-status.js'

/**
 * All that is known of one job when the watchdog comes by. Times called `…Awake` are milliseconds of the uptime clock
 * (uptime.ts), so that a difference of two of them is an age that no clock jump, suspend or downtime has touched.
 */
export interface JobFacts {
  readonly job: string
  readonly now: NowFacts
  readonly limits: WatchLimits
  /** Since when the watchdog has known the job with its present schedule and outputs. */
  readonly watchedSinceMs: number
  readonly liveness: Liveness
  /** The last time a run was not to happen, and why. */
  readonly skipped: {readonly uptimeMs: number; readonly reason: string} | undefined
  readonly outputs: readonly OutputFacts[]
  readonly slot: SlotFacts | undefined
  readonly openclaw: OpenClawJobStatus | undefined
}

export interface NowFacts {
  /** Wall clock, for texts alone. */
  readonly at: number
  readonly uptimeMs: number
  /** The boot, or the last jump of the clock or end of a suspend. */
  readonly undisturbedSinceMs: number
}

export interface WatchLimits {
  /** How long the end of a run proves health. Undefined: the schedule alone says when the next run is due. */
  readonly freshForMs: number | undefined
  /** How late a slot may start, and how long an output may be unfinished. */
  readonly graceMs: number
  /** How long the end of a run outranks what OpenClaw says. */
  readonly vetoForMs: number
  readonly bootGraceMs: number
}

/**
 * What lease and run records prove.
 * - running: the lease is held and has not expired
 * - expired: the lease expired and nobody gave it back
 * - running-unleased: a run goes on that takes no lease (`overlap: allow`); others may begin beside it
 * - ended: the last run is over, well or badly; a reboot ends a run too
 * - never-seen: no sign of the job has ever been seen
 */
export type Liveness =
  | {readonly is: 'running' | 'expired'; readonly startedUptimeMs: number; readonly seenUptimeMs: number}
  | {readonly is: 'running-unleased'; readonly startedUptimeMs: number; readonly seenUptimeMs: number}
  | {
      readonly is: 'ended'
      readonly startedUptimeMs: number
      readonly seenUptimeMs: number
      /** How it ended when it did not end well. */
      readonly trouble: string | undefined
      /** Why its trouble is not recovered from again: the budget is spent. Absent: it is, or there was none. */
      readonly givenUp?: string
    }
  | {readonly is: 'never-seen'}

/** One rule of the settings and the newest file that fits it. */
export interface OutputFacts {
  /** The patterns, for texts. */
  readonly files: string
  readonly maxAgeMs: number | undefined
  readonly newest: OutputFile | undefined
  /** Why the files could not be looked at; it says nothing about the job. */
  readonly unreadable: string | undefined
}

interface OutputFile {
  readonly path: string
  readonly modifiedUptimeMs: number
  readonly size: number
  /** What is wrong with its content: too small, a mark absent or present. */
  readonly problem: string | undefined
}

/** The latest slot of the schedule that is late by the grace, and the one before it. */
export interface SlotFacts {
  readonly at: number
  readonly due: SlotPassage
  readonly former: SlotPassage | undefined
}

/** - awake: the machine lived through it; the others say why nobody could have run it. */
export interface SlotPassage {
  readonly is: 'up' | 'down' | 'skipped' | 'repeated' | 'before'
  readonly uptimeMs: number
}

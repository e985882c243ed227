import type {OpenClawSighting} from '../openclaw/job-status.js'

/**
 * All that is known of one job when the watchdog comes by. Times called `…Awake` are milliseconds of the awake clock
 * (timeline.ts), so that a difference of two of them is an age that no clock jump, suspend or downtime has touched.
 */
export interface JobFacts {
  readonly job: string
  readonly now: NowFacts
  readonly limits: Limits
  /** Since when the watchdog has known the job with its present schedule and outputs. */
  readonly watchedAwake: number
  readonly life: Life
  /** The last time a run was not to happen, and why. */
  readonly skipped: {readonly awake: number; readonly reason: string} | undefined
  readonly outputs: readonly OutputFacts[]
  readonly slot: SlotFacts | undefined
  readonly openclaw: OpenClawSighting | undefined
}

export interface NowFacts {
  /** Wall clock, for texts alone. */
  readonly at: number
  readonly awake: number
  /** The boot, or the last jump of the clock or end of a suspend. */
  readonly calmAwake: number
}

export interface Limits {
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
 * - lost: the lease expired and nobody gave it back
 * - leaseless: a run goes on that takes no lease (`overlap: allow`); others may begin beside it
 * - ended: the last run is over, well or badly; a reboot ends a run too
 * - none: no sign of the job has ever been seen
 */
export type Life =
  | {readonly is: 'running' | 'lost'; readonly startedAwake: number; readonly seenAwake: number}
  | {readonly is: 'leaseless'; readonly startedAwake: number; readonly seenAwake: number}
  | {
      readonly is: 'ended'
      readonly startedAwake: number
      readonly seenAwake: number
      /** How it ended when it did not end well. */
      readonly trouble: string | undefined
      /** Why its trouble is not recovered from again: the budget is spent. Absent: it is, or there was none. */
      readonly givenUp?: string
    }
  | {readonly is: 'none'}

/** One rule of the settings and the newest file that fits it. */
export interface OutputFacts {
  /** The patterns, for texts. */
  readonly files: string
  readonly maxAgeMs: number | undefined
  readonly newest: OutputFile | undefined
  /** Why the files could not be looked at; it says nothing about the job. */
  readonly unreadable: string | undefined
}

export interface OutputFile {
  readonly path: string
  readonly modifiedAwake: number
  readonly size: number
  /** What is wrong with its content: too small, a mark absent or present. */
  readonly problem: string | undefined
}

/** The latest slot of the schedule that is late by the grace, and the one before it. */
export interface SlotFacts {
  readonly at: number
  readonly due: SlotDue
  readonly former: SlotDue | undefined
}

/** - awake: the machine lived through it; the others say why nobody could have run it. */
export interface SlotDue {
  readonly is: 'awake' | 'down' | 'skipped' | 'repeated' | 'before'
  readonly awake: number
}

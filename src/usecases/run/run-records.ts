import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {SeenEnd} from '../../domain/fleet/seen-end.js'
import type {Entry} from '../../domain/journal/record.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import type {LogRange} from '../../domain/run/run.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'

/** Where the records of runs go. */
interface RecordDeps {
  readonly runs: Journal<RunsByJob> | undefined
  readonly warn: (text: string) => void
}

interface RecordedRun {
  readonly job: string
  readonly runId: string
  /** For which slot of the schedule it is; no other run is for the same. */
  readonly slot?: string | undefined
}

export interface RunRecorder {
  /** @returns false if another run has begun for the slot */
  started(facts: {
    readonly token: number | undefined
    readonly process: ProcessRef | undefined
    readonly log: LogRange | undefined
    /** Of a job of a fleet: the slot that was claimed there, or that nothing was. */
    readonly claimedSlotAt?: number
    readonly unfenced?: true
  }): boolean
  attemptEnded(facts: object): void
  stepEnded(facts: object): void
  /** @returns why it is not on record */
  ended(facts: object): GuardError | undefined
  /** Whether the start is on record. */
  isBegun(): boolean
  interrupted(reason: string): void
  /** Another run, `byRun`, is about to end this one. */
  cancelled(byRun: string): void
  /** `by`: the other host that has the job. */
  skipped(why: {
    readonly reason: string
    readonly by?: string | undefined
    readonly lastEnd?: SeenEnd | undefined
  }): void
}

/**
 * Writes the records of one run. A journal that cannot be written stops no job: the user is warned, and the job goes on.
 * Only the end waits for the disk, because later decisions depend on it.
 */
export function recorder(deps: RecordDeps, {job, runId, slot}: RecordedRun): RunRecorder {
  const of = {job, run: runId}
  const ofSlot = slot === undefined ? of : {...of, slot}
  const write = (kind: string, facts: object, durability: 'durable' | 'buffered') => {
    try {
      deps.runs?.note({kind, ...of, ...facts} as Entry, durability)
      return undefined
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      return error
    }
  }
  const note = (kind: string, facts: object, durability: 'durable' | 'buffered' = 'buffered') => {
    const error = write(kind, facts, durability)
    if (error) deps.warn(notRecorded(job, error))
    return error === undefined
  }
  let isBegun = true
  // Only a record that was read back shows whether the slot is this run's.
  const claimSlot = (facts: object) => {
    try {
      return deps.runs?.append({kind: 'started', ...ofSlot, ...facts}, 'durable').verdict !== 'void'
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      deps.warn(notRecorded(job, error))
      isBegun = false
      return true
    }
  }
  return {
    started: ({log, ...known}) => {
      // Where its output ends is not known yet.
      const facts = {...known, log: log && {...log, to: undefined}}
      if (slot !== undefined) return claimSlot(facts)
      isBegun = note('started', facts)
      return true
    },
    attemptEnded: (facts) => note('attempt-ended', facts),
    stepEnded: (facts) => note('step-ended', facts),
    ended: (facts) => write('ended', facts, 'durable'),
    isBegun: () => isBegun,
    interrupted: (reason) => note('interrupted', {reason}, 'durable'),
    cancelled: (byRun) => note('cancelled', {byRun}),
    skipped: (why) => note('skipped', {...ofSlot, ...why}),
  }
}

export function notRecorded(job: string, {message}: GuardError): string {
  return `run of ${job} not recorded: ${message}`
}

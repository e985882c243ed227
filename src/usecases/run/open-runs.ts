import type {ClockReading} from '../../domain/clock/reading.js'
import type {Leases} from '../../domain/lease/lease.js'
import {holderOf, type InferredEnd, inferredEnd} from '../../domain/run/interrupted-run.js'
import {openRuns, type RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import type {LivingProcess} from '../../system/process/holder-liveness.js'
import {type FindLivingProcess, holderStatus} from '../history/lease-holder.js'

export interface OpenRunsDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  readonly readClock: () => ClockReading
  readonly livingProcessOf: FindLivingProcess
}

/** A run without an end on record. */
export interface OpenRun {
  readonly run: Run
  readonly living: LivingProcess
  /** Undefined if it goes on, or may go on. */
  readonly end: InferredEnd | undefined
}

/** Looks at the processes of each run without an end on record, or only at those of some jobs. */
export async function inspectOpenRuns(
  {leases, runs, readClock, livingProcessOf}: OpenRunsDeps,
  isAsked: (job: string) => boolean = () => true,
): Promise<readonly OpenRun[]> {
  const {byJob} = leases.read()
  const found: OpenRun[] = []
  for (const run of openRuns(runs.read())) {
    if (!isAsked(run.job)) continue
    const lease = byJob.get(run.job)
    const holder = holderOf(run, lease)
    const living = holder ? await livingProcessOf(holder) : 'unknown'
    found.push({run, living, end: inferredEnd(run, {lease, processes: holderStatus(living), now: readClock()})})
  }
  return found
}

/**
 * By their ids, the ends of runs that are over without an end on record. Look before the history is read: a run that
 * ends in between has then written its end.
 */
export async function inferEnds(
  deps: OpenRunsDeps,
  isAsked?: (job: string) => boolean,
): Promise<ReadonlyMap<string, InferredEnd>> {
  const open = await inspectOpenRuns(deps, isAsked)
  return new Map(open.flatMap(({run, end}) => (end ? [[run.id, end] as const] : [])))
}

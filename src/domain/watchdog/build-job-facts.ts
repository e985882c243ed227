import {undisturbedSince, uptimeAt, wasUpAt} from '../clock/uptime.js'
import type {OpenClawJobStatus} from '../openclaw/job-status.js'
import type {JobFacts, NowFacts, OutputFacts, SlotFacts, SlotPassage} from './job-facts.js'
import {type Clocks, type JobRecords, livenessOf, skippedOf} from './liveness.js'
import {type WatchedJob, type WatchRecord, watchKey} from './watched-job.js'

/** What was seen of one job, still in the clocks of whoever wrote it. */
interface Observations {
  readonly records: JobRecords
  readonly history: WatchRecord | undefined
  readonly outputs: readonly ObservedOutput[]
  readonly openclaw: OpenClawJobStatus | undefined
  /** What `slotFacts` tells of the job's schedule. */
  readonly slot: SlotFacts | undefined
}

/** One rule of a job's outputs and the newest file that fits it. */
export interface ObservedOutput {
  readonly newest:
    | {readonly path: string; readonly modifiedAt: number; readonly size: number; readonly problem?: string}
    | undefined
  /** Why the files could not be looked at; says nothing about the job. */
  readonly unreadable?: string
}

/** Turns everything into the uptime clock. */
export function buildJobFacts(job: WatchedJob, observations: Observations, clocks: Clocks): JobFacts {
  const {records, history, openclaw, slot} = observations
  const liveness = livenessOf(records, clocks)
  return {
    job: job.name,
    now: nowFacts(clocks),
    limits: job.limits,
    watchedSinceMs: watchedSince(job, history, clocks),
    liveness,
    skipped: skippedOf(records, clocks),
    outputs: job.outputs.map((rule, index) => outputFacts(rule, observations.outputs[index], clocks)),
    slot,
    openclaw,
  }
}

/** Since when the job has been watched as it is now; uptime clock. */
export function watchedSince(job: WatchedJob, history: WatchRecord | undefined, {nowUptimeMs}: Clocks): number {
  return history?.watchKey === watchKey(job) ? history.watchedSinceMs : nowUptimeMs
}

function nowFacts({now, nowUptimeMs, uptime}: Clocks): NowFacts {
  return {at: now.at, uptimeMs: nowUptimeMs, undisturbedSinceMs: undisturbedSince(uptime)}
}

function outputFacts(
  {files, maxAgeMs}: WatchedJob['outputs'][number],
  observed: ObservedOutput | undefined,
  {uptime, nowUptimeMs}: Clocks,
): OutputFacts {
  const newest = observed?.newest
  return {
    files: files.join(', '),
    maxAgeMs,
    unreadable: observed?.unreadable,
    newest: newest && {
      path: newest.path,
      modifiedUptimeMs: uptimeAt(uptime, {at: newest.modifiedAt}, nowUptimeMs),
      size: newest.size,
      problem: newest.problem,
    },
  }
}

/** The latest slot at or before a wall clock time, ms. */
type LatestSlot = (atMs: number) => number | undefined

/** The latest slot of a schedule that is late by `graceMs`, and how it was lived through: the same for all its jobs. */
export function slotFacts(latestSlot: LatestSlot, graceMs: number, clocks: Clocks): SlotFacts | undefined {
  const at = latestSlot(clocks.now.at - graceMs)
  if (at === undefined) return undefined
  const former = latestSlot(at - 1)
  return {at, due: dueOf(at, clocks), former: former === undefined ? undefined : dueOf(former, clocks)}
}

function dueOf(slot: number, {uptime, nowUptimeMs}: Clocks): SlotPassage {
  const passed = wasUpAt(uptime, slot, nowUptimeMs)
  return passed.is === 'before' ? {is: 'before', uptimeMs: Number.NEGATIVE_INFINITY} : passed
}

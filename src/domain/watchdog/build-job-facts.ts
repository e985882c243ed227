import {awakeAt, calmSince, passage} from '../clock/uptime.js'
import type {JobHistory} from '../incident/incident.js'
import type {OpenClawSighting} from '../openclaw/job-status.js'
import type {JobFacts, NowFacts, OutputFacts, SlotDue, SlotFacts} from './job-facts.js'
import {type Clocks, lifeOf, skippedOf, type Traces} from './liveness.js'
import {type WatchedJob, watchedAs} from './watched-job.js'

/** What was seen of one job, still in the clocks of whoever wrote it. */
export interface Sightings {
  readonly traces: Traces
  readonly history: JobHistory | undefined
  readonly outputs: readonly OutputSighting[]
  readonly openclaw: OpenClawSighting | undefined
  /** What `slotFacts` tells of the job's schedule. */
  readonly slot: SlotFacts | undefined
}

/** One rule of a job's outputs and the newest file that fits it. */
export interface OutputSighting {
  readonly newest:
    | {readonly path: string; readonly modifiedAt: number; readonly size: number; readonly problem?: string}
    | undefined
  /** Why the files could not be looked at; says nothing about the job. */
  readonly unreadable?: string
}

/** Turns everything into the awake clock. */
export function gatherFacts(job: WatchedJob, sightings: Sightings, clocks: Clocks): JobFacts {
  const {traces, history, openclaw, slot} = sightings
  const life = lifeOf(traces, clocks)
  return {
    job: job.name,
    now: nowFacts(clocks),
    limits: job.limits,
    watchedAwake: watchedSince(job, history, clocks),
    life,
    skipped: skippedOf(traces, clocks),
    outputs: job.outputs.map((rule, index) => outputFacts(rule, sightings.outputs[index], clocks)),
    slot,
    openclaw,
  }
}

/** Since when the job has been watched as it is now; awake clock. */
export function watchedSince(job: WatchedJob, history: JobHistory | undefined, {nowAwake}: Clocks): number {
  return history?.watchedAs === watchedAs(job) ? history.watchedAwake : nowAwake
}

function nowFacts({now, nowAwake, timeline}: Clocks): NowFacts {
  return {at: now.at, awake: nowAwake, calmAwake: calmSince(timeline)}
}

function outputFacts(
  {files, maxAgeMs}: WatchedJob['outputs'][number],
  sighting: OutputSighting | undefined,
  {timeline, nowAwake}: Clocks,
): OutputFacts {
  const newest = sighting?.newest
  return {
    files: files.join(', '),
    maxAgeMs,
    unreadable: sighting?.unreadable,
    newest: newest && {
      path: newest.path,
      modifiedAwake: awakeAt(timeline, {at: newest.modifiedAt}, nowAwake),
      size: newest.size,
      problem: newest.problem,
    },
  }
}

/** The latest slot at or before a wall clock time, ms. */
export type LatestSlot = (atMs: number) => number | undefined

/** The latest slot of a schedule that is late by `graceMs`, and how it was lived through: the same for all its jobs. */
export function slotFacts(latestSlot: LatestSlot, graceMs: number, clocks: Clocks): SlotFacts | undefined {
  const at = latestSlot(clocks.now.at - graceMs)
  if (at === undefined) return undefined
  const former = latestSlot(at - 1)
  return {at, due: dueOf(at, clocks), former: former === undefined ? undefined : dueOf(former, clocks)}
}

function dueOf(slot: number, {timeline, nowAwake}: Clocks): SlotDue {
  const passed = passage(timeline, slot, nowAwake)
  return passed.is === 'before' ? {is: 'before', awake: Number.NEGATIVE_INFINITY} : passed
}

import {graceEnd, lastDisturbance} from '../clock/disturbance.js'
import {type Clocks, uptimeAt, wallAt} from '../clock/uptime.js'
import {wasUpAt} from '../clock/was-up.js'
import type {OpenClawJobStatus} from '../openclaw/job-status.js'
import {hasTakenPlace} from '../run/run.js'
import {median} from '../run/usual-time.js'
import type {IncidentFacts, JobFacts, Liveness, NowFacts, OutputFacts, SlotFacts, SlotPassage} from './job-facts.js'
import {lastEndOf, streakOf, uncountedEndOf} from './last-end.js'
import {type JobRecords, livenessOf, ranWellElsewhereAt, skippedOf} from './liveness.js'
import {longestRunMs, mostPeriods} from './longest-run.js'
import {nextRunInMs} from './next-run.js'
import {earlyMs} from './slot.js'
import {type WatchedJob, watchKey} from './watched-job.js'
import type {WatchRecord} from './watches.js'

/** What was observed of one job, in the clocks of its records and files. */
interface Observations {
  readonly records: JobRecords
  /** By the settings of the round. */
  readonly watch: WatchedAs | undefined
  /** Uptime clock, ms: since when its outputs are bad. */
  readonly badOutputSinceMs?: number | undefined
  readonly incident: IncidentFacts | undefined
  readonly outputs: readonly ObservedOutput[]
  readonly openclaw: OpenClawJobStatus | undefined
  /** What `slotFacts` says of the job's schedule. */
  readonly slot: SlotFacts | undefined
  /** The next slot of the schedule, wall clock. */
  readonly nextSlotAt: number | undefined
  /** The first slot of the schedule after a time, wall clock. */
  readonly slotAfter?: ((atMs: number) => number | undefined) | undefined
}

/** Since when a job is watched, and as what. */
type WatchedAs = Pick<WatchRecord, 'watchKey' | 'watchedSinceMs'>

/** One rule of a job's outputs and the newest file that matches it. */
export interface ObservedOutput {
  /** The newest one that is not dated into the future. */
  readonly newest:
    | {readonly path: string; readonly modifiedAt: number; readonly size: number; readonly problem?: string}
    | undefined
  readonly future?: {readonly path: string; readonly modifiedAt: number}
  /** Why the files could not be read; says nothing about the job. */
  readonly unreadable?: string
}

/** Turns all times into the uptime clock. */
export function buildJobFacts(job: WatchedJob, observations: Observations, clocks: Clocks): JobFacts {
  const {records, watch, incident, openclaw, slot, nextSlotAt} = observations
  const liveness = livenessOf(records, clocks)
  const lastEnd = lastEndOf(records, clocks)
  const {freshForMs} = job.limits
  return {
    job: job.name,
    now: nowFacts(job, clocks),
    limits: job.limits,
    settingsProblem: job.settingsProblem,
    watchedSinceMs: watchedSince(job, watch, clocks),
    badOutputSinceMs: observations.badOutputSinceMs,
    liveness,
    longestRunMs: longestRunOf(job, liveness, observations, clocks),
    lastEnd,
    uncounted: uncountedEndOf(records, lastEnd, clocks),
    streak: streakOf(records, clocks),
    lastGoodAt: records.jobRuns?.lastGoodAt,
    hasRuns: records.jobRuns?.lastEnd !== undefined || (records.jobRuns?.runs ?? []).some(hasTakenPlace),
    nextRunInMs: nextRunInMs({liveness, records, nextSlotAt, freshForMs, clocks}),
    incident,
    skipped: skippedOf(records, clocks),
    ranWellElsewhereMs: ranWellElsewhereAt(records, clocks),
    outputs: job.outputs.map((rule, index) => outputFacts(rule, observations.outputs[index], clocks)),
    slot,
    openclaw,
    openclawRanUptimeMs: openclawRan(openclaw, clocks),
  }
}

function longestRunOf(
  {limits}: WatchedJob,
  liveness: Liveness,
  {records, slotAfter, slot}: Observations,
  {uptime}: Clocks,
): number | undefined {
  if (liveness.is !== 'running' && liveness.is !== 'running-unleased') return undefined
  const {startedUptimeMs} = liveness
  // Most runs are young, and their third slot need not be searched.
  const isOld = slot?.former !== undefined && slot.former.uptimeMs > startedUptimeMs
  const startedAt = wallAt(uptime, startedUptimeMs)
  const periodsMs = isOld && slotAfter ? slotsLater(slotAfter, startedAt) - startedAt : undefined
  return longestRunMs(limits, {periodsMs, usualMs: median(records.jobRuns?.goodTimes ?? [])})
}

/** The time of the slot that is `mostPeriods` later. */
function slotsLater(slotAfter: (atMs: number) => number | undefined, startedAt: number): number {
  // A run may begin a little before its slot.
  let at = startedAt + earlyMs
  for (let period = 0; period < mostPeriods; period++) at = slotAfter(at) ?? Number.POSITIVE_INFINITY
  return at
}

function openclawRan(openclaw: OpenClawJobStatus | undefined, {uptime, nowUptimeMs}: Clocks): number | undefined {
  const at = openclaw?.lastRunAtMs
  return at === undefined ? undefined : uptimeAt(uptime, {at}, nowUptimeMs)
}

/** Since when the job has been watched as it is now; uptime clock. */
export function watchedSince(job: WatchedJob, watch: WatchedAs | undefined, {nowUptimeMs}: Clocks): number {
  return watch?.watchKey === watchKey(job) ? watch.watchedSinceMs : nowUptimeMs
}

function nowFacts({limits}: WatchedJob, {now, nowUptimeMs, uptime}: Clocks): NowFacts {
  return {
    at: now.at,
    uptimeMs: nowUptimeMs,
    disturbance: lastDisturbance(uptime),
    graceEndMs: graceEnd(uptime, limits.bootGraceMs),
  }
}

function outputFacts(
  {files, maxAgeMs}: WatchedJob['outputs'][number],
  observed: ObservedOutput | undefined,
  {uptime, now, nowUptimeMs}: Clocks,
): OutputFacts {
  const {newest, future} = observed ?? {}
  return {
    files: files.join(', '),
    maxAgeMs,
    unreadable: observed?.unreadable,
    future: future && {path: future.path, aheadMs: future.modifiedAt - now.at},
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

interface SlotRule {
  readonly graceMs: number
  /** Whether cron goes by the new time at once after the clock was set back. */
  readonly isWildcard: boolean
}

/** The latest slot of a schedule that is late by `graceMs`, and whether the machine was up then. */
export function slotFacts(latestSlot: LatestSlot, rule: SlotRule, clocks: Clocks): SlotFacts | undefined {
  const at = latestSlot(clocks.now.at - rule.graceMs)
  if (at === undefined) return undefined
  const former = latestSlot(at - 1)
  return {at, due: dueOf(at, rule, clocks), former: former === undefined ? undefined : dueOf(former, rule, clocks)}
}

function dueOf(slot: number, {isWildcard}: SlotRule, {uptime, nowUptimeMs}: Clocks): SlotPassage {
  const passed = wasUpAt(uptime, slot, {nowUptimeMs, isWildcard})
  return passed.is === 'before' ? {is: 'before', uptimeMs: Number.NEGATIVE_INFINITY} : passed
}

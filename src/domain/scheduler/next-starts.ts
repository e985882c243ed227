import type {Schedule} from '../schedule/schedule.js'
import {decidedUntil, type JobSlots, type SchedulerState, wasClockWrong} from './scheduler.js'

/** The slots of a schedule, ms. `@every` is counted from `fromMs`. */
export interface SlotTimes {
  /** The latest slot at or before `atMs`. */
  latest(schedule: Schedule & {readonly fromMs?: number}, atMs: number): number | undefined
  /** The first slot after `atMs`. */
  next(schedule: Schedule & {readonly fromMs?: number}, atMs: number): number | undefined
}

/** What is on record of a job whose slots are counted. */
export interface SlotRecords {
  /** As the scheduler has it; undefined where none starts the job. */
  readonly known: JobSlots | undefined
  /** When its last run began, wall clock, ms. */
  readonly lastStartMs: number | undefined
}

/** Which slots of a job count. */
interface CountedSlots {
  readonly schedule: Schedule & {readonly fromMs?: number}
  /** Those up to this one are decided, or came before the schedule, ms. */
  readonly decidedMs: number
}

/** How the schedule of a job is known again; a change of it is a new schedule. */
export function scheduleId({expression, timezone}: Schedule): string {
  return timezone === undefined ? expression : `${expression} ${timezone}`
}

interface CountedAt {
  readonly nowMs: number
  /** Of the job on this host, ms. */
  readonly spread: number
}

/**
 * `@every` is counted from the last start, and before the first one from when the scheduler saw the schedule. A start comes
 * by the spread after its slot, so the slot before the next one is earlier than the start by that.
 */
export function countedSlots(
  job: Schedule,
  {known, lastStartMs}: SlotRecords,
  {nowMs, spread}: CountedAt,
): CountedSlots {
  const {expression, timezone} = job
  const counted = known?.schedule === scheduleId(job) && !wasClockWrong(known, nowMs) ? known : undefined
  const decidedMs = counted ? decidedUntil(counted) : Number.NEGATIVE_INFINITY
  const fromMs = countedFrom(counted && {sinceMs: counted.sinceMs, decidedMs}, lastStartMs, {nowMs, spread})
  return {schedule: {expression, timezone, ...(fromMs !== undefined && {fromMs})}, decidedMs}
}

function countedFrom(
  counted: {readonly sinceMs: number; readonly decidedMs: number} | undefined,
  lastStartMs: number | undefined,
  {nowMs, spread}: CountedAt,
): number | undefined {
  if (lastStartMs === undefined) return counted?.sinceMs
  // A clock that was set back since that start has not come to it again; the last decision is what is left.
  return lastStartMs > nowMs ? counted?.decidedMs : lastStartMs - spread
}

interface NextStart {
  /** Wall clock times, ms: of the schedule, and when the job is started by it. */
  readonly slotMs: number
  readonly dueMs: number
}

interface Asked extends CountedAt {
  readonly slots: Pick<SlotTimes, 'next'>
  /** So many at most, none of them due later. */
  readonly count: number
  readonly untilMs: number
}

/** When a job is started next by its schedule, the earliest first. Throws as `slots.next`. */
export function nextStarts(job: Schedule, records: SlotRecords, asked: Asked): readonly NextStart[] {
  const {nowMs, slots, spread, count, untilMs} = asked
  const {schedule, decidedMs} = countedSlots(job, records, asked)
  const starts: NextStart[] = []
  let afterMs = Math.max(decidedMs, nowMs - spread)
  while (starts.length < count) {
    const slotMs = slots.next(schedule, afterMs)
    if (slotMs === undefined || slotMs + spread > untilMs) break
    starts.push({slotMs, dueMs: slotMs + spread})
    afterMs = slotMs
  }
  return starts
}

/** What the scheduler has on record of a job that it starts. @returns undefined if none is on duty, or not for this job */
export function slotsOnDuty({jobs, daemon}: SchedulerState, job: string): JobSlots | undefined {
  return daemon === undefined || daemon.stopped !== undefined ? undefined : jobs.get(job)
}

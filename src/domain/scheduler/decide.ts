import type {Entry} from '../journal/record.js'
import {isCounted, type Schedule} from '../schedule/schedule.js'
import type {CatchUp} from '../settings/job.js'
import {countedSlots, type SlotTimes, scheduleId} from './next-starts.js'
import {type JobSlots, type SchedulerState, wasClockWrong} from './scheduler.js'
import {slotKey} from './slot-key.js'
import {spreadOf} from './spread.js'

/** Decides for which slots a job is started: on time, or caught up after the scheduler, the machine or the clock was away. */

export interface ScheduledJob extends Schedule {
  readonly name: string
  readonly spreadMs: number
  readonly catchUp: CatchUp
  /** With `overlap: wait`: how long a run waits for another one, ms; Infinity for as long as it takes. */
  readonly patienceMs?: number
  /** At most so long its guard waits at random before the run. Milliseconds. */
  readonly jitterMs?: number
}

interface SlotsFacts {
  /** Wall clock, ms. */
  readonly nowMs: number
  readonly host: string
  readonly slots: SlotTimes
  /** When the last run of a job began, wall clock, ms. */
  lastStartOf(job: string): number | undefined
  /** Whether a run of this slot has begun, or was refused. */
  isStarted(job: string, slotMs: number): boolean
}

interface SlotsDecision {
  /** To be appended in this order. A `fired` that counts is launched. */
  readonly records: readonly SlotEntry[]
  /** When to decide again at the latest, wall clock, ms. */
  readonly nextAtMs: number | undefined
}

export type SlotEntry = Entry & {readonly kind: 'adopted' | 'fired' | 'missed'; readonly job: string}

/** A slot that is decided later than so is caught up. The scheduler's timer is never longer. Milliseconds. */
const onTimeMs = 60_000

/** Decides what is due now of each job. Pure: the caller appends the records, and learns which of them count. */
export function decideSlots(
  {jobs: known}: Pick<SchedulerState, 'jobs'>,
  jobs: readonly ScheduledJob[],
  facts: SlotsFacts,
): SlotsDecision {
  const records: SlotEntry[] = []
  let nextAtMs = Number.POSITIVE_INFINITY
  for (const job of jobs) {
    const decision = decideJob(known.get(job.name), job, facts)
    records.push(...decision.records)
    nextAtMs = Math.min(nextAtMs, decision.nextAtMs ?? Number.POSITIVE_INFINITY)
  }
  return {records: bySlot(records), nextAtMs: Number.isFinite(nextAtMs) ? nextAtMs : undefined}
}

function decideJob(known: JobSlots | undefined, job: ScheduledJob, facts: SlotsFacts): SlotsDecision {
  const {nowMs, host} = facts
  const id = scheduleId(job)
  const isOfWrongClock = known !== undefined && wasClockWrong(known, nowMs)
  if (known?.schedule !== id || isOfWrongClock) return adopt(job, {id, isOfWrongClock}, facts)
  const spread = spreadOf(host, job.name, job.spreadMs)
  const records = {known, lastStartMs: facts.lastStartOf(job.name)}
  const {schedule, decidedMs: decided} = countedSlots(job, records, {nowMs, spread})
  const latest = (atMs: number) => facts.slots.latest(schedule, atMs)
  const next = (atMs: number) => facts.slots.next(schedule, atMs)
  const dueMs = nowMs - spread
  const last = latest(dueMs)
  const nextSlot = next(Math.max(decided, dueMs))
  const nextAtMs = nextSlot === undefined ? undefined : nextSlot + spread
  if (last === undefined || last <= decided) return {records: [], nextAtMs}
  const due: Due = {job, decided, last, isLate: dueMs - last > onTimeMs, dueMs, latest, next}
  const settled = known.open.filter(({slotMs}) => facts.isStarted(job.name, slotMs)).map(({slotMs}) => slotMs)
  return {records: recordsOf(due).map((record) => withSettled(record, settled)), nextAtMs}
}

function adopt(
  job: ScheduledJob,
  {id, isOfWrongClock}: {readonly id: string; readonly isOfWrongClock: boolean},
  {nowMs, slots}: SlotsFacts,
): SlotsDecision {
  const {name, expression, timezone, spreadMs} = job
  const setBack = isCounted(expression) ? 'the clock was set back' : 'the clock was set back by more than a day'
  const reason = isOfWrongClock ? setBack : 'its schedule is new'
  const adopted: SlotEntry = {kind: 'adopted', job: name, schedule: id, reason}
  const nextSlot = slots.next({expression, timezone, fromMs: nowMs}, nowMs)
  return {records: [adopted], nextAtMs: nextSlot === undefined ? undefined : nextSlot + spreadMs}
}

interface Due {
  readonly job: ScheduledJob
  readonly decided: number
  /** The last slot that is due. */
  readonly last: number
  readonly isLate: boolean
  /** Slots up to here are due. */
  readonly dueMs: number
  readonly latest: (atMs: number) => number | undefined
  readonly next: (atMs: number) => number | undefined
}

function recordsOf(due: Due): readonly SlotEntry[] {
  const {job, last, isLate, dueMs} = due
  const {mode, windowMs, limit} = job.catchUp
  if (mode === 'all') return all(due, limit)
  const isTooOld = dueMs - last > windowMs
  if (!isLate) return [...missedBefore(due, last, supersededBy(last)), fired(job, last, false)]
  if (mode === 'skip') return [missed(due, last, 'catchUp is skip')]
  if (isTooOld) return [missed(due, last, 'it is older than the window of catchUp')]
  return [...missedBefore(due, last, supersededBy(last)), fired(job, last, true)]
}

/** The last slots within the window, in order. */
function all(due: Due, limit: number): readonly SlotEntry[] {
  const {job, decided, last, dueMs, latest} = due
  const earliest = Math.max(decided + 1, dueMs - job.catchUp.windowMs)
  const taken: number[] = []
  for (let slot: number | undefined = last; slot !== undefined && slot >= earliest; slot = latest(slot - 1)) {
    if (taken.length === limit) break
    taken.unshift(slot)
  }
  const first = taken[0]
  if (first === undefined) return [missed(due, last, 'it is older than the window of catchUp')]
  const reason = taken.length === limit ? `catchUp takes the last ${limit}` : 'it is older than the window of catchUp'
  // If there are several, the last one waits for those before it, though it may be on time itself.
  const isCatchUp = taken.length > 1 || dueMs - first > onTimeMs
  return [...missedBefore(due, first, reason), ...taken.map((slot) => fired(job, slot, isCatchUp))]
}

function supersededBy(slotMs: number): string {
  return `the slot of ${new Date(slotMs).toISOString()} is run for it`
}

/** One record for all slots that are not decided yet and come before `slotMs`. */
function missedBefore(due: Due, slotMs: number, reason: string): readonly SlotEntry[] {
  const before = due.latest(slotMs - 1)
  return before === undefined || before <= due.decided ? [] : [missed(due, before, reason)]
}

function missed({job, decided, next}: Due, slotMs: number, reason: string): SlotEntry {
  const first = next(decided)
  const from = first !== undefined && first < slotMs ? {from: first} : {}
  return {kind: 'missed', job: job.name, ...from, slot: slotMs, reason}
}

function fired({name}: ScheduledJob, slotMs: number, catchUp: boolean): SlotEntry {
  return {kind: 'fired', job: name, slot: slotMs, key: slotKey(name, slotMs), ...(catchUp && {catchUp})}
}

/** A slot whose run is known to have begun is open no longer; the next record of the job says so. */
function withSettled(record: SlotEntry, settled: readonly number[]): SlotEntry {
  return record.kind === 'fired' && settled.length > 0 ? {...record, settled} : record
}

/** What is on time before what is caught up, and earlier slots first; the records of one job keep their order. */
function bySlot(records: readonly SlotEntry[]): readonly SlotEntry[] {
  const keyed = records.map((record, index) => ({record, index, slot: Number(record['slot'] ?? 0)}))
  keyed.sort((a, b) => a.slot - b.slot || a.index - b.index)
  return keyed.map(({record}) => record)
}

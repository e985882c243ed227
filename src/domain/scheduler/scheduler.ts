import type {Fold} from '../journal/fold.js'
import {isTime, type RawRecord} from '../journal/record.js'
import {isCounted} from '../schedule/schedule.js'

/**
 * What the schedulers of a machine have decided, one after the other or two at once: of each job the slots that are decided,
 * so that none is run twice. Its records:
 *
 * - adopted: from now on the slots of this schedule of the job count
 * - fired: the job is started for a slot; the first record of a slot counts
 * - missed: the job is not started for the slots up to this one, with the reason
 * - dropped: the job is not started any more for these slots, which have fired, with the reason
 * - started, heartbeat, reloaded, stopped: what became of the scheduler itself
 * - healed: the watchdog has found it dead, and started it again or failed to
 */
export interface SchedulerState {
  readonly jobs: Map<string, JobSlots>
  /** The scheduler that started last. */
  readonly daemon: SchedulerDaemon | undefined
  /** When the watchdog started a dead one the last times, wall clock, ms, oldest first. */
  readonly heals: readonly number[]
}

export interface JobSlots {
  /** As `scheduleId` writes it. */
  readonly schedule: string
  /** Wall clock, ms: slots after it count. */
  readonly sinceMs: number
  /** The last slot that was decided, ms. */
  readonly decidedMs?: number
  /** Fired slots of which no run is known to have started, oldest first. */
  readonly open: readonly FiredSlot[]
  readonly lastFired?: FiredSlot
  /** Slots, ms, after which none was fired for over an hour: there a clock may have been set forward. Newest last. */
  readonly firedBeforeGaps?: readonly number[]
  readonly lastMissed?: {readonly slotMs: number; readonly reason: string}
}

interface FiredSlot {
  readonly slotMs: number
  /** Wall clock, ms: when the record was written. */
  readonly at: number
  readonly isCatchUp: boolean
}

export interface SchedulerDaemon {
  /** Of the record `started`. */
  readonly id: string
  readonly pid: number | undefined
  /** It was started by `guard scheduler run`, and what has started it starts it again. */
  readonly isForeground?: true
  /** Wall clock times, ms. */
  readonly startedAt: number
  readonly heartbeatAt: number | undefined
  /** As the last heartbeat says: runs that go on, slots that wait for one to end, and by how much slots were late, ms. */
  readonly running?: number
  readonly queued?: number
  readonly lateMs?: number
  readonly stopped?: {readonly at: number; readonly reason: string}
  readonly reload?: {readonly at: number; readonly problem?: string}
  /** Jobs that it does not start, because their own settings are wrong. */
  readonly wrongJobs?: readonly WrongScheduledJob[]
}

export interface WrongScheduledJob {
  readonly job: string
  readonly problem: string
}

/** A job that never starts keeps no more fired slots than these; older ones are given up. */
export const mostOpen = 100
/** Why slots of a job are dropped that was taken out of the settings. */
export const jobIsGone = 'the settings have its job no longer, or no schedule of it'
const mostGaps = 8
/** A clock that was set forward by less is no clock that was wrong by a day. Milliseconds. */
const gapMs = 3_600_000

export const schedulerFold: Fold<SchedulerState> = {
  empty: () => ({jobs: new Map(), daemon: undefined, heals: []}),
  apply(state, record) {
    const {at, kind} = record
    if (!isTime(at)) return 'void'
    const isOfJob = kind === 'adopted' || kind === 'fired' || kind === 'missed' || kind === 'dropped'
    if (!isOfJob) return applyDaemon(state as Mutable<SchedulerState>, {...record, at}) ? 'ok' : 'void'
    if (typeof record['job'] !== 'string') return 'void'
    const next = nextSlots(state.jobs.get(record['job']), {...record, at})
    if (next) state.jobs.set(record['job'], next)
    return next ? 'ok' : 'void'
  },
  save: ({jobs, daemon, heals}) => ({daemon, heals, jobs: Array.from(jobs, ([job, slots]) => ({job, ...slots}))}),
  restore(saved) {
    const {jobs, daemon, heals = []} = saved as Saved
    return {jobs: new Map(jobs.map(({job, ...slots}) => [job, slots])), daemon, heals}
  },
}

type SavedSlots = JobSlots & {readonly job: string}

interface Saved extends Pick<SchedulerState, 'heals'> {
  readonly jobs: readonly SavedSlots[]
  readonly daemon?: SchedulerDaemon
}

const keptHeals = 10

type Mutable<T> = {-readonly [Key in keyof T]: T[Key]}
type Timed = RawRecord & {readonly at: number}

/** @returns undefined for a record that does not count */
function nextSlots(known: JobSlots | undefined, record: Timed): JobSlots | undefined {
  const {kind, at, schedule, slot, reason} = record
  if (kind === 'adopted') {
    if (typeof schedule !== 'string') return undefined
    if (known?.schedule === schedule && !wasClockWrong(known, at)) return undefined
    const {open = [], lastFired, firedBeforeGaps} = known ?? {}
    return {
      open,
      ...(lastFired && {lastFired}),
      ...(firedBeforeGaps && {firedBeforeGaps}),
      schedule,
      sinceMs: since(known, schedule, at),
    }
  }
  if (kind === 'dropped') return known && {...known, open: without(known.open, record['slots'])}
  if (!known || !isTime(slot) || slot <= decidedUntil(known)) return undefined
  if (kind === 'missed')
    return {...known, decidedMs: slot, lastMissed: {slotMs: slot, reason: typeof reason === 'string' ? reason : ''}}
  const fired = {slotMs: slot, at, isCatchUp: record['catchUp'] === true}
  const open = [...without(known.open, record['settled']), fired]
  return {...known, ...gapBefore(known, at), decidedMs: slot, lastFired: fired, open: open.slice(-mostOpen)}
}

function without(open: JobSlots['open'], slots: unknown): JobSlots['open'] {
  return Array.isArray(slots) ? open.filter(({slotMs}) => !slots.includes(slotMs)) : open
}

function gapBefore({lastFired, firedBeforeGaps = []}: JobSlots, at: number): Pick<JobSlots, 'firedBeforeGaps'> {
  if (!lastFired || at - lastFired.at <= gapMs) return {}
  return {firedBeforeGaps: [...firedBeforeGaps, lastFired.slotMs].slice(-mostGaps)}
}

/** A slot that was fired by a right clock is not fired again, although the clock shows it again or the schedule is new. */
function since(known: JobSlots | undefined, schedule: string, at: number): number {
  if (isCounted(schedule)) return at
  const fired = [...(known?.firedBeforeGaps ?? []), ...(known?.lastFired ? [known.lastFired.slotMs] : [])]
  return Math.max(at, ...fired.filter((slotMs) => slotMs <= at + wrongClockMs))
}

/** Slots up to this one are decided or do not count, ms. */
export function decidedUntil({decidedMs, sinceMs}: JobSlots): number {
  return Math.max(decidedMs ?? sinceMs, sinceMs)
}

/**
 * A clock that is set back by more was wrong before, as of a machine without a battery for it; what was decided then is of
 * no use. For less, each slot that the clock shows again was decided the first time. Milliseconds.
 */
const wrongClockMs = 25 * 3_600_000

/**
 * Whether the slots of a job were decided by a clock that was more than a day ahead of this time, ms. Slots that are counted
 * from a start are shown by no clock again, so they need not wait for it.
 */
export function wasClockWrong(known: JobSlots, nowMs: number): boolean {
  return decidedUntil(known) > nowMs + (isCounted(known.schedule) ? 0 : wrongClockMs)
}

function applyDaemon(state: Mutable<SchedulerState>, record: Timed): boolean {
  const {kind, at, id, pid, foreground, reason, problem} = record
  const {daemon} = state
  if (kind === 'started') {
    state.daemon = {
      id: String(id),
      pid: typeof pid === 'number' ? pid : undefined,
      ...(foreground === true && {isForeground: true}),
      startedAt: at,
      heartbeatAt: undefined,
      ...wrongJobsIn(record),
    }
    return true
  }
  if (kind === 'healed') {
    state.heals = [...state.heals, at].slice(-keptHeals)
    return true
  }
  // Kinds of a later version change nothing.
  if (kind !== 'heartbeat' && kind !== 'stopped' && kind !== 'reloaded') return true
  if (!daemon) return false
  if (kind === 'heartbeat') state.daemon = {...daemon, heartbeatAt: at, ...countsOf(record)}
  else if (kind === 'stopped') state.daemon = {...daemon, stopped: {at, reason: String(reason ?? '')}}
  else if (typeof problem === 'string') state.daemon = {...daemon, reload: {at, problem}}
  else {
    const {wrongJobs: _, ...rest} = daemon
    state.daemon = {...rest, reload: {at}, ...wrongJobsIn(record)}
  }
  return true
}

function wrongJobsIn({wrongJobs}: Timed): Pick<SchedulerDaemon, 'wrongJobs'> {
  const jobs = Array.isArray(wrongJobs) ? wrongJobs.filter((one) => typeof one?.job === 'string') : []
  return jobs.length === 0 ? {} : {wrongJobs: jobs.map(({job, problem}) => ({job, problem: String(problem)}))}
}

function countsOf({running, queued, lateMs}: Timed): Pick<SchedulerDaemon, 'running' | 'queued' | 'lateMs'> {
  return {
    ...(typeof running === 'number' && {running}),
    ...(typeof queued === 'number' && {queued}),
    ...(typeof lateMs === 'number' && {lateMs}),
  }
}

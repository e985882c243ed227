import type {Fold} from '../journal/fold.js'
import {isStamped, isTime, type RawRecord} from '../journal/record.js'
import {isToken} from '../lease/lease.js'
import {type RunEnd, rerunEnd, runEndOf} from './last-end.js'
import {isCutShort} from './outcome.js'
import {withOutcome} from './recent-outcomes.js'
import {hasTakenPlace, newRun, nextRun, type Run} from './run.js'
import {usualOf, withGoodRun} from './usual-time.js'

/** The fold of the runs: by job, the runs themselves and what they show together. */

/** The last ended runs that all ended well, or all did not. */
interface Streak {
  readonly isWell: boolean
  readonly count: number
  readonly firstRunId: string
  /** Wall clock, ms; the end of the first of them. */
  readonly firstEndedAt: number
}

interface GoodElsewhere {
  readonly token: number
  /** Wall clock, ms. */
  readonly seenAt: number
  /** How long before that it had ended, ms, by the clock of the fleet's store. */
  readonly agoMs: number
}

export interface JobRuns {
  /** In the order in which they began; changed in place, because a history may be long. */
  readonly runs: Run[]
  /** In the order of the records, whichever run began last. */
  readonly lastEnd?: RunEnd
  readonly streak?: Streak | undefined
  /** The highest fencing token of its runs. */
  readonly token?: number
  /** Wall clock, ms: when the last good run ended. */
  readonly lastGoodAt?: number
  /** A good run of another host of the fleet, as this one has learnt it; kept, because later refusals may not tell of it. */
  readonly goodElsewhere?: GoodElsewhere
  /** Wall clock times of the last starts, ms, oldest first. */
  readonly starts?: readonly number[]
  /** How long the last good runs took, ms, oldest first. */
  readonly goodTimes?: readonly number[]
  /** The last outcomes, oldest first, skipped runs included (recent-outcomes.ts). */
  readonly recent?: string
  /** The last slots of its schedule that runs were for, skipped ones included, as their keys; newest last. */
  readonly slots?: readonly string[]
}

/** So many at least, and those of the last quarter of an hour: for so long a scheduler starts a run again for want of a sign of it. */
const keptSlots = {count: 32, withinMs: 15 * 60_000, mostCount: 1000}

/** When the last run began, wall clock, ms; `@every` is counted from it. */
export function lastStartOf(runs: JobRuns | undefined): {readonly fromMs?: number} {
  const fromMs = runs?.starts?.at(-1)
  return fromMs === undefined ? {} : {fromMs}
}

/** Whether a run has begun for this slot, or was refused. */
export function isSlotTaken(runs: JobRuns | undefined, slot: string): boolean {
  return runs?.slots?.includes(slot) === true
}

const keptStarts = usualOf + 1

export type RunsByJob = Map<string, JobRuns>

/** Which runs of a job are kept. `last`: those that go on, the last that took place, the last that skipped its work, and the last that was refused. */
type Keeps = 'all' | 'last'

/** What the watchdog needs of every job; `guard history` reads the records themselves. */
export const runsFold = runFold('last')
export const allRunsFold = runFold('all')

function runFold(keeps: Keeps): Fold<RunsByJob> {
  return {
    empty: () => new Map(),
    apply: (book, record) => (applyRun(book, record, keeps) ? 'ok' : 'void'),
    save: (book) => Array.from(book, ([job, known]) => ({job, ...known})),
    restore: (saved) => new Map((saved as readonly SavedRuns[]).map(({job, ...known}) => [job, known])),
  }
}

type SavedRuns = JobRuns & {readonly job: string}

/** Every run that has no end. */
export function openRuns(book: RunsByJob): readonly Run[] {
  const open: Run[] = []
  // Nearly all runs of many jobs are over: a list for each job would take most of the time.
  for (const {runs} of book.values()) for (const run of runs) if (run.outcome === undefined) open.push(run)
  return open
}

export interface GivenToken {
  readonly job: string
  readonly token: number
}

/** The highest token that a run has had. @returns undefined if no run had a lease */
export function highestToken(book: RunsByJob): GivenToken | undefined {
  let highest: GivenToken | undefined
  for (const [job, {token = 0}] of book) if (token > (highest?.token ?? 0)) highest = {job, token}
  return highest
}

/** @returns whether the record says something new of a run: of two interruptions found at once the second does not */
function applyRun(book: RunsByJob, record: RawRecord, keeps: Keeps): boolean {
  const {job, at, run: id, kind} = record
  if (typeof job !== 'string' || !isTime(at)) return false
  if (kind === 'seen') return applySeen(book, record, {job, at})
  if (typeof id !== 'string') return false
  const known = book.get(job) ?? {runs: []}
  const slot = typeof record['slot'] === 'string' ? record['slot'] : undefined
  if (slot !== undefined && record['kind'] === 'started' && isSlotTaken(known, slot)) return false
  // A record is nearly always of one of the last runs.
  const index = known.runs.findLastIndex((run) => run.id === id)
  const before = known.runs[index]
  const run = nextRun(before, record, newRun(id, job, at))
  if (!run || run === before) return false
  put(known.runs, run, {index, keeps})
  const slots = slot === undefined ? {} : {slots: withSlot(known.slots ?? [], slot)}
  book.set(job, {...known, ...derived(known, {before, run, record}), ...slots})
  return true
}

/** No run of this host: what it has learnt of the last one of another host. */
function applySeen(
  book: RunsByJob,
  record: RawRecord,
  {job, at}: {readonly job: string; readonly at: number},
): boolean {
  const known = book.get(job)
  const seen = known && seenElsewhere(known, record, at)
  if (seen) book.set(job, {...known, ...seen})
  return seen !== undefined
}

function withSlot(slots: readonly string[], slot: string): readonly string[] {
  const next = [...slots, slot].slice(-keptSlots.mostCount)
  const oldestMs = slotTime(slot) - keptSlots.withinMs
  let dropped = 0
  while (next.length - dropped > keptSlots.count && slotTime(next[dropped] ?? '') < oldestMs) dropped++
  return next.slice(dropped)
}

/** The time of a key as `slotKey` writes it, ms; of any other text, before all others. */
function slotTime(slot: string): number {
  return Date.parse(slot.slice(slot.lastIndexOf('#') + 1)) || 0
}

interface Change {
  readonly before: Run | undefined
  readonly run: Run
  readonly record: RawRecord
}

/** What a record changes beside the run itself. */
function derived(known: JobRuns, {before, run, record}: Change): Partial<JobRuns> {
  const {streak, token, lastEnd, starts = [], goodTimes = [], recent = ''} = known
  if (run.outcome === 'skipped') {
    const seen = seenElsewhere(known, record, run.startedAt)
    return {recent: withOutcome(recent, 'skipped', undefined), ...seen}
  }
  if (run.outcome === undefined)
    return before ? {} : {starts: [...starts, run.startedAt].slice(-keptStarts), ...higherToken(token, record)}
  if (record['kind'] === 'step-ended') return lastEnd?.runId === run.id ? {lastEnd: {...lastEnd, ...rerunEnd(run)}} : {}
  if ((record['kind'] === 'interrupted' || record['fenced'] === true) && before && isOutdated(run, known))
    return {recent: withOutcome(recent, run.outcome, before.outcome)}
  if (isCutShort(run)) return {recent: withOutcome(recent, 'cut-short', before?.outcome)}
  const isWell = run.outcome === 'healthy'
  const first = {isWell, count: 1, firstRunId: run.id, firstEndedAt: run.endedAt ?? run.startedAt}
  // A run that was called interrupted, and has ended after all, is in the row already.
  const more = before?.outcome === 'interrupted' && lastEnd?.runId === run.id ? 0 : 1
  const next = streak?.isWell === isWell ? {...streak, count: streak.count + more} : first
  const good = isWell && {lastGoodAt: first.firstEndedAt}
  const isTimed = isWell && run.durationMs !== undefined
  const times = isTimed && {goodTimes: withGoodRun(goodTimes, run.durationMs ?? 0)}
  const outcomes = {recent: withOutcome(recent, run.outcome, before?.outcome)}
  return {streak: next, lastEnd: runEndOf(run, record), ...outcomes, ...good, ...times}
}

/** What a record tells of a good run of another host, if that was later than the last run of this one: it ends a row of bad ones. */
function seenElsewhere(known: JobRuns, record: RawRecord, seenAt: number): Partial<JobRuns> | undefined {
  const {token: ownToken = 0, streak} = known
  const {token, status, agoMs} = (record['lastEnd'] ?? {}) as RawRecord
  if (status !== 'ok' || !isToken(token) || token <= ownToken || !isTime(agoMs) || agoMs < 0) return undefined
  const goodElsewhere = {token, seenAt, agoMs}
  const isOver = streak?.isWell === false && isEndBefore(goodElsewhere, known, record)
  return {goodElsewhere, ...(isOver && {streak: undefined})}
}

/** What is known of a good run of another host since the last run of this one. */
export function goodElsewhereSince(job: JobRuns | undefined): GoodElsewhere | undefined {
  const {goodElsewhere, token = 0} = job ?? {}
  return goodElsewhere && goodElsewhere.token > token ? goodElsewhere : undefined
}

/** The last run that has ended here. */
function lastEnded({runs, lastEnd}: JobRuns): Run | undefined {
  return runs.find(({id}) => id === lastEnd?.runId)
}

/**
 * Whether the last run that has ended here came before a run of another host: by their tokens, whatever the clocks say. A
 * run without one of the fleet, or that did not keep it, says nothing by it, nor does one whose slot nobody runs any more.
 */
export function isEndOlder(job: JobRuns): boolean {
  const {token, class: cause, outcome, claimedSlotAt} = lastEnded(job) ?? {}
  return token !== undefined && cause !== 'fenced' && (outcome !== 'interrupted' || claimedSlotAt === undefined)
}

/** @param record tells of the good run; what the machine slept through since the end here shows on the wall clock alone */
function isEndBefore({agoMs}: GoodElsewhere, job: JobRuns, {at, mono, boot}: RawRecord): boolean {
  const {lastEnd} = job
  if (!lastEnd || isEndOlder(job)) return true
  const awakeMs = boot === lastEnd.boot && Number(mono) - Number(lastEnd.mono)
  return agoMs <= Math.max(0, Number(at) - lastEnd.at, awakeMs || 0)
}

/** Its end is older than it is found: a run that began after it has ended since, and says more of the job. */
function isOutdated({token = 0, startedAt, claimedSlotAt}: Run, job: JobRuns): boolean {
  if (claimedSlotAt !== undefined) return false
  const isFollowedElsewhere = token > 0 && (job.goodElsewhere?.token ?? 0) > token
  return isFollowedElsewhere || (lastEnded(job)?.startedAt ?? 0) > startedAt
}

function higherToken(known = 0, record: RawRecord): Pick<JobRuns, 'token'> {
  const {token} = record
  return isToken(token) && token > known && isStamped(record) ? {token} : {}
}

interface Where {
  /** Index of the run among those of its job; -1 if it is new. */
  readonly index: number
  readonly keeps: Keeps
}

function put(runs: Run[], run: Run, {index, keeps}: Where): void {
  if (index < 0) runs.push(run)
  else runs[index] = run
  if (run.outcome && keeps === 'last') forgetEarlier(runs, run)
}

/** Keeps the last of the ended runs that were refused, of those whose job said that it skipped its work, or of the others. */
function forgetEarlier(runs: Run[], ended: Run): void {
  const isSkipped = ended.outcome === 'skipped'
  const tookPlace = hasTakenPlace(ended)
  const isOne = (run: Run) =>
    run.outcome !== undefined && (run.outcome === 'skipped') === isSkipped && hasTakenPlace(run) === tookPlace
  const last = runs.findLastIndex(isOne)
  for (let index = last - 1; index >= 0; index--) if (isOne(runs[index] as Run)) runs.splice(index, 1)
}

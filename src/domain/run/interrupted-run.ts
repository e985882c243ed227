import {shortIsoTime} from '../clock/iso-time.js'
import {type BootRef, isOfPastBoot} from '../clock/process-ref.js'
import type {ClockReading} from '../clock/reading.js'
import type {RawRecord} from '../journal/record.js'
import {type Lease, type LeaseState, leaseState} from '../lease/lease.js'
import {nextRun, type Run} from './run.js'

/** Whether the processes of a lease are alive; unknown in another container or on another host. */
export type HolderStatus = 'alive' | 'gone' | 'unknown'

/** A lease and the state of its processes. */
export interface LeaseHolder {
  readonly lease: Lease
  readonly status: HolderStatus
}

/** A job that goes on without its guard: nobody keeps its time limit, and how it ends will not be known. */
export interface OrphanedJob {
  /** Undefined if its guard was gone before it had recorded it. */
  readonly pid: number | undefined
}

/** The process of the job, behind a sentence about it. */
export function orphanText({pid}: OrphanedJob): string {
  return pid === undefined ? '' : ` (process ${pid})`
}

/** Where the processes of a run are recorded. */
export type RunHolder = BootRef & Pick<Lease, 'holder' | 'process' | 'jobProcess'>

/**
 * By its lease, or by its first record if another run has the lease by now.
 *
 * @returns undefined if the run has named no process
 */
export function holderOf({id, owner}: Run, lease: Lease | undefined): RunHolder | undefined {
  return lease?.holder === id ? lease : owner && {...owner, holder: id}
}

/** What is seen of a run without an end on record. */
interface OpenRunSeen {
  /** The present lease of its job. Read it before the run: a run that ends in between has then already written its end. */
  readonly lease: Lease | undefined
  /** Of the guard and the job of the run. */
  readonly processes: HolderStatus
  readonly now: ClockReading
}

/**
 * Why a run without an end on record is over nevertheless.
 *
 * - over: its processes are gone, or cannot be looked at and another holder has the lease of the job since; that may be
 *   recorded, because the end that it may still write says that the run was fenced
 * - presumed-over: its processes cannot be looked at, and it holds its lease no longer; it may still write its end
 */
export interface InferredEnd {
  readonly is: 'over' | 'presumed-over'
  readonly reason: string
  /** What the record of its end would have said, where it could be left in the release of its lease alone. */
  readonly end?: RawRecord
}

/** @returns undefined if the run goes on, or may go on */
export function inferredEnd(run: Run, {lease, processes, now}: OpenRunSeen): InferredEnd | undefined {
  const released = releasedEnd(run, lease)
  if (released) return released
  if (processes === 'alive') return undefined
  const holder = holderOf(run, lease)
  if (processes === 'gone' && holder) return {is: 'over', reason: goneText(holder, now, run.claimedSlotAt)}
  if (lease?.holder === run.id) {
    const reason = lostTexts[leaseState(lease, now)]
    return reason === undefined ? undefined : {is: 'presumed-over', reason}
  }
  if (!lease || run.token === undefined || lease.token <= run.token) return undefined
  return {is: 'over', reason: `${unseen}, and ${lease.holder} has had its lease since${claimedText(run.claimedSlotAt)}`}
}

/** The lease is the run's own, or that of the run after it. */
function releasedEnd({id}: Run, lease: Lease | undefined): InferredEnd | undefined {
  const former = lease?.formerEnd
  const own = lease?.released && {...lease.released, boot: lease.boot}
  const release = [own, former].find((one) => one?.end?.['run'] === id)
  if (!release) return undefined
  const {at, mono, boot, end} = release
  const late = mono === undefined ? {at} : {at, mono, boot}
  return {is: 'over', reason: 'its guard could not record its end, and left it with its lease', end: {...end, late}}
}

/** The record that closes a run which is over. */
export function closingRecord({job, id}: Pick<Run, 'job' | 'id'>, {reason, end}: Omit<InferredEnd, 'is'>): RawRecord {
  return end ? {...end, kind: 'ended', job, run: id} : {kind: 'interrupted', job, run: id, reason}
}

const unseen = 'its processes cannot be looked at from here'

const lostTexts: Readonly<Record<LeaseState, string | undefined>> = {
  held: undefined,
  released: 'it gave its lease back',
  expired: `${unseen}, and its lease was not renewed in time`,
}

/** The run, interrupted if that is inferred. */
export function withInferredEnd(run: Run, end: InferredEnd | undefined): Run {
  if (run.outcome !== undefined || !end) return run
  if (end.end) return nextRun(run, closingRecord(run, end), run) ?? run
  return {...run, outcome: 'interrupted', detail: unrecordedText(end)}
}

/** Of a run that is over though its end is not on record. */
export function unrecordedText({reason}: InferredEnd): string {
  return `not yet recorded: ${reason}`
}

const gone = 'its guard and its job are gone'

/** No other host knows that the slot which this host had claimed was not run to its end. */
function claimedText(slotAt: number | undefined): string {
  return slotAt === undefined
    ? ''
    : `; its slot ${shortIsoTime(slotAt)} was claimed in the fleet, so no other host runs it`
}

/** A run that did not take place: its slot was claimed for it only after it had given up, or its guard was gone by then. */
export function unrunText(slotAt: number, why: 'given-up' | 'gone'): string {
  const claimed = `its slot ${shortIsoTime(slotAt)} was claimed for it in the fleet`
  return why === 'gone'
    ? `its guard was gone before its job began, and ${claimed}, so no host runs it`
    : `it had given up asking when ${claimed}, so no host runs it`
}

/** What proves that the processes of a run are gone, for its record. `here` is where that was found. */
function goneText(run: RunHolder, here: BootRef, claimedSlotAt: number | undefined): string {
  const claimed = claimedText(claimedSlotAt)
  const pids = [run.process, run.jobProcess].flatMap((ref) => (ref ? [ref.pid] : []))
  if (isOfPastBoot(run, here)) return `${gone}: the machine was booted again since${claimed}`
  const what = pids.length === 1 ? `process ${pids[0]} no longer runs` : `processes ${pids.join(' and ')} no longer run`
  return `${gone}: ${what}${claimed}`
}

/** How the last attempt of a run ended. @returns undefined if none of its attempts is on record */
export function lastAttemptOf(
  newestFirst: Iterable<RawRecord>,
  {job, id}: Pick<Run, 'job' | 'id'>,
): string | undefined {
  for (const record of newestFirst) {
    const {kind, outcome} = record
    if (record['run'] !== id || record['job'] !== job) continue
    if (kind === 'attempt-ended') return typeof outcome === 'string' ? outcome : undefined
    if (kind === 'started') return undefined
  }
  return undefined
}

/** Its guard was gone after the job had ended, or could record nothing any more. */
export function attemptText(outcome: string | undefined): string {
  return outcome === undefined ? '' : `; its last attempt had ended ${outcome}`
}

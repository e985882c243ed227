import {type BootRef, type ProcessRef, processOwner} from '../clock/process-ref.js'
import {isTime, type RawRecord} from '../journal/record.js'
import {isToken} from '../lease/lease.js'
import {isOutcome, type Outcome} from './outcome.js'

/**
 * A run is one time a job happened. Its records: `started`, an `attempt-ended` for each attempt, a `step-ended` for
 * each recovery step, then `ended`; or `interrupted`, written by the process that finds its guard gone, and perhaps
 * the step `rerun`; or `skipped` if it did not take place, and perhaps `interrupted` with the slot that it got too late. A
 * run that ends another one to take its place writes `cancelled` before.
 */

/** A stretch of a log file that holds output of one run. A rotation renames the file, its inode stays. */
export interface LogRange {
  readonly file: string
  readonly inode: number
  readonly from: number
  /** Absent while the run goes on, and if its guard was killed. */
  readonly to?: number
  /** Length of the header line of this run, which stands just before `from`. */
  readonly headerBytes?: number
}

interface RunStep {
  readonly do: string
  readonly ok: boolean
  readonly durationMs: number
  readonly at: number
  readonly evidence?: string
  readonly service?: string
  /** An alert that was not raised, because it had been raised a short time before. */
  readonly suppressed?: true
}

/** One run; `outcome` is absent while it goes on. Times are milliseconds. */
export interface Run {
  readonly id: string
  readonly job: string
  readonly startedAt: number
  /** Of an interrupted run: when the interruption was found. */
  readonly endedAt?: number
  /** Absent if the run was interrupted: nothing says how long it lasted. */
  readonly durationMs?: number
  readonly outcome?: Outcome | 'interrupted'
  readonly class?: string
  readonly detail?: string
  readonly exitCode?: number
  readonly signal?: string
  readonly attempts: number
  readonly recovered: boolean
  readonly steps: readonly RunStep[]
  readonly log?: LogRange
  /** The fencing token of its lease; absent if it has none, or none of its fleet. */
  readonly token?: number
  /** Its guard. */
  readonly owner?: BootRef & {readonly process: ProcessRef}
  /** The boot in which it started, as `HOST BOOT`. */
  readonly boot?: string
  /** The slot of its schedule for which a scheduler has started it. */
  readonly slot?: string
  /** The slot that it claimed for all hosts of a fleet, ms: none of them runs it again. */
  readonly claimedSlotAt?: number
  /** It was skipped because this other host of the fleet has the job. */
  readonly by?: string
  /** The run that has cancelled it. */
  readonly cancelledBy?: string
  /** It ran without the lease of its fleet, whose store gave no answer. */
  readonly unfenced?: true
}

/**
 * The run after a record about it.
 *
 * @returns undefined if the record changes nothing
 */
export function nextRun(known: Run | undefined, record: RawRecord, begun: Run): Run | undefined {
  const {kind} = record
  const at = begun.startedAt
  if (kind === 'skipped')
    return {
      ...begun,
      endedAt: at,
      durationMs: 0,
      outcome: 'skipped',
      attempts: 0,
      ...text(record),
      ...otherHost(record),
    }
  if (kind === 'started') return known ?? startedRun(begun, record)
  if (kind === 'interrupted' && isTime(record['claimedSlotAt'])) return claimedTooLate(known, record, begun)
  if (known?.outcome === 'interrupted' && kind === 'ended' && record['fenced'] === true)
    return endedRun(reopened(known), record)
  if (known?.outcome === 'interrupted' && kind === 'step-ended' && record['do'] === rerunStep)
    return rerunOf(known) ? undefined : {...known, steps: [...known.steps, stepOf(record, at)]}
  if (!known || known.outcome) return undefined
  if (kind === 'attempt-ended') return {...known, attempts: known.attempts + 1}
  if (kind === 'step-ended') return {...known, steps: [...known.steps, stepOf(record, at)]}
  if (kind === 'interrupted') return {...known, endedAt: at, outcome: 'interrupted', ...text(record)}
  if (kind === 'cancelled') return cancelledRun(known, record)
  return kind === 'ended' ? endedRun(known, record) : undefined
}

function cancelledRun(known: Run, {byRun}: RawRecord): Run | undefined {
  return typeof byRun === 'string' && known.cancelledBy === undefined ? {...known, cancelledBy: byRun} : undefined
}

/** A run that was refused has no attempt; a job may also say itself that it skipped its work. */
export function hasTakenPlace({outcome, attempts}: Pick<Run, 'outcome' | 'attempts'>): boolean {
  return outcome !== 'skipped' || attempts > 0
}

/** A run that was skipped, and perhaps forgotten since, has got its slot in the fleet after all, and nobody runs it. */
function claimedTooLate(known: Run | undefined, record: RawRecord, begun: Run): Run | undefined {
  const {claimedSlotAt} = record
  if ((known && known.outcome !== 'skipped') || !isTime(claimedSlotAt)) return undefined
  const {durationMs: _, ...skipped} = known ?? begun
  return {...skipped, endedAt: begun.startedAt, outcome: 'interrupted', claimedSlotAt, ...text(record)}
}

/** The step that decides, once, whether the job of an interrupted run is run again; it failed if it is not. */
export const rerunStep = 'rerun'

export function rerunOf({steps}: Run): RunStep | undefined {
  return steps.find((step) => step.do === rerunStep)
}

/** The run that took its lease could not know that this one would still end. */
function reopened({outcome: _, endedAt: __, detail: ___, ...run}: Run): Run {
  return run
}

function startedRun(begun: Run, record: RawRecord): Run {
  const boot = bootOf(record)
  const {slot, token, claimedSlotAt, unfenced} = record
  return {
    ...begun,
    ...logOf(record),
    ...processOwner(record),
    ...(boot !== undefined && {boot}),
    ...(isToken(token) && {token}),
    ...(typeof slot === 'string' && {slot}),
    ...(isTime(claimedSlotAt) && {claimedSlotAt}),
    ...(unfenced === true && {unfenced}),
  }
}

export function newRun(id: string, job: string, startedAt: number): Run {
  return {id, job, startedAt, attempts: 0, recovered: false, steps: []}
}

/** When a run ended: as its record was written, unless another process has written it `late`, from the release of its lease. */
export function endReading(record: RawRecord): RawRecord {
  const late = record['late'] as RawRecord | undefined
  return isTime(late?.at) ? late : record
}

function endedRun(run: Run, record: RawRecord): Run {
  const at = endReading(record).at as number
  const {durationMs, outcome, exitCode, signal, recovered} = record
  return {
    endedAt: at,
    // The clock may have been set back between both ends.
    durationMs: Math.max(0, typeof durationMs === 'number' ? durationMs : at - run.startedAt),
    outcome: isOutcome(outcome) ? outcome : 'failed',
    // Behind the new fields, because V8 is far slower at adding a field to a copy.
    ...run,
    recovered: recovered === true,
    ...(typeof exitCode === 'number' && {exitCode}),
    ...(typeof signal === 'string' && {signal}),
    ...text(record),
    ...logOf(record),
  }
}

function text({class: failureClass, detail, reason}: RawRecord): Pick<Run, 'class' | 'detail'> {
  const said = typeof detail === 'string' ? detail : reason
  return {
    ...(typeof failureClass === 'string' && {class: failureClass}),
    ...(typeof said === 'string' && {detail: said}),
  }
}

function otherHost({by}: RawRecord): Pick<Run, 'by'> {
  return typeof by === 'string' ? {by} : {}
}

function logOf({log}: RawRecord): Pick<Run, 'log'> {
  return typeof log === 'object' && log !== null ? {log: log as LogRange} : {}
}

function stepOf(record: RawRecord, at: number): RunStep {
  const {do: what, ok, durationMs, evidence, service, suppressed} = record
  return {
    do: String(what),
    ok: ok === true,
    durationMs: Number(durationMs) || 0,
    at,
    ...(typeof evidence === 'string' && {evidence}),
    ...(typeof service === 'string' && {service}),
    ...(suppressed === true && {suppressed}),
  }
}

/** The boot in which a record was written, as `HOST BOOT`. */
export function bootOf({host, boot}: RawRecord): string | undefined {
  return typeof host === 'string' && typeof boot === 'string' ? `${host} ${boot}` : undefined
}

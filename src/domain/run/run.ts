import {type BootRef, type ProcessRef, parseProcessRef} from '../clock/process-ref.js'
import type {Fold} from '../journal/fold.js'
import {isTime, type RawRecord} from '../journal/record.js'
import type {Outcome} from './outcome.js'

/**
 * A run is one time a job happened. Its records: `started`, an `attempt-ended` for each attempt, a `step-ended` for
 * each recovery step, then `ended`; or `interrupted`, written by whoever finds that its guard is gone; or, when it
 * was not to happen at all, `skipped` alone.
 */

/** A stretch of a log file that holds output of one run. A rotation renames the file, its inode stays. */
export interface LogRange {
  readonly file: string
  readonly inode: number
  readonly from: number
  /** Absent while the run goes on, and for ever when its guard was killed. */
  readonly to?: number
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

/** What is known of one run; `outcome` is absent while it goes on. Times are milliseconds. */
export interface Run {
  readonly id: string
  readonly job: string
  readonly startedAt: number
  readonly endedAt?: number
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
  /** Its guard, where no lease speaks for it. */
  readonly owner?: BootRef & {readonly process: ProcessRef}
}

interface JobRuns {
  /** In the order in which they began. */
  runs: Run[]
}

export type RunsByJob = Map<string, JobRuns>

/** Which runs of a job a book keeps. Without `all`: those that go on, the last that happened, and the last that was skipped. */
type Keeps = 'all' | 'last'

/** What is asked of every job in every round; `guard history` reads the records themselves. */
export const runsFold = runFold('last')
export const allRunsFold = runFold('all')

function runFold(keeps: Keeps): Fold<RunsByJob> {
  return {
    empty: () => new Map(),
    apply: (book, record) => {
      applyRun(book, record, keeps)
      return 'ok'
    },
    save: (book) => [...book.values()].flatMap(({runs}) => runs),
    restore: (saved) => {
      const book: RunsByJob = new Map()
      for (const run of saved as readonly Run[]) put(book, run, {index: -1, keeps})
      return book
    },
  }
}

/** Every run that has no end. */
export function openRuns(book: RunsByJob): readonly Run[] {
  return Array.from(book.values()).flatMap(({runs}) => runs.filter(({outcome}) => outcome === undefined))
}

function applyRun(book: RunsByJob, record: RawRecord, keeps: Keeps): void {
  const {job, at, run: id} = record
  if (typeof job !== 'string' || !isTime(at) || typeof id !== 'string') return
  const runs = book.get(job)?.runs ?? []
  // A record is of one of the last runs nearly always.
  const index = runs.findLastIndex((run) => run.id === id)
  const run = nextRun(runs[index], record, newRun(id, job, at))
  if (run) put(book, run, {index, keeps})
}

/** Undefined when the record changes nothing. */
function nextRun(known: Run | undefined, record: RawRecord, begun: Run): Run | undefined {
  const {kind} = record
  const at = begun.startedAt
  if (kind === 'skipped')
    return {...begun, endedAt: at, durationMs: 0, outcome: 'skipped', attempts: 0, ...text(record)}
  if (kind === 'started') return known ?? {...begun, ...logOf(record), ...ownerOf(record)}
  if (!known || known.outcome) return undefined
  if (kind === 'attempt-ended') return {...known, attempts: known.attempts + 1}
  if (kind === 'step-ended') return {...known, steps: [...known.steps, stepOf(record, at)]}
  if (kind === 'interrupted')
    return {...known, endedAt: at, durationMs: at - known.startedAt, outcome: 'interrupted', ...text(record)}
  return kind === 'ended' ? endedRun(known, record, at) : undefined
}

function newRun(id: string, job: string, startedAt: number): Run {
  return {id, job, startedAt, attempts: 0, recovered: false, steps: []}
}

function endedRun(run: Run, record: RawRecord, at: number): Run {
  const {durationMs, outcome, exitCode, signal, recovered} = record
  return {
    endedAt: at,
    durationMs: typeof durationMs === 'number' ? durationMs : at - run.startedAt,
    outcome: typeof outcome === 'string' ? (outcome as Outcome) : 'failed',
    // Behind the new fields: V8 takes ten times as long to add a field to a copy.
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

function logOf({log}: RawRecord): Pick<Run, 'log'> {
  return typeof log === 'object' && log !== null ? {log: log as LogRange} : {}
}

function ownerOf({process: named, host, boot}: RawRecord): Pick<Run, 'owner'> | undefined {
  const process = parseProcessRef(named)
  return process && {owner: {process, host: `${host}`, boot: `${boot}`}}
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

interface Where {
  /** Where the run stands among those of its job; -1: not yet. */
  readonly index: number
  readonly keeps: Keeps
}

function put(book: RunsByJob, run: Run, {index, keeps}: Where): void {
  const {runs} = book.get(run.job) ?? {runs: []}
  if (index < 0) runs.push(run)
  else runs[index] = run
  if (run.outcome && keeps === 'last') forgetEarlier(runs, run.outcome === 'skipped')
  book.set(run.job, {runs})
}

/** Of the ended runs that were skipped, or of those that were not, keeps the last. */
function forgetEarlier(runs: Run[], skipped: boolean): void {
  const isOne = ({outcome}: Run) => outcome !== undefined && (outcome === 'skipped') === skipped
  const last = runs.findLastIndex(isOne)
  for (let index = last - 1; index >= 0; index--) if (isOne(runs[index] as Run)) runs.splice(index, 1)
}

import type {LogStretch} from '../../domain/log/head-truncation.js'
import type {LogRange, Run} from '../../domain/run/run.js'
import {GuardError} from '../../errors.js'
import type {Stretch} from '../../system/log/files.js'
import {findRun, type HistoryDeps} from './read-history.js'

export interface LogDeps extends HistoryDeps {
  /** The files that hold a stretch of a log and are still kept; only those made before `writtenByMs` (wall clock). */
  readonly findStretches: (file: string, stretch: LogStretch, writtenByMs: number | undefined) => readonly Stretch[]
  /** Whether older files of a log are kept, which only a rotation makes. */
  readonly hasRotated: (file: string) => boolean
}

export interface RunLog {
  readonly run: Run
  /** In order; several if the head of the log was truncated while the job ran. */
  readonly stretches: readonly Stretch[]
  /** Bytes that were rotated away. */
  readonly missingBytes: number
}

/** Finds the output of a run: of the named one, else of the last one that wrote any. Throws GuardError `usage`, `io`. */
export function locateLog(deps: LogDeps, job: string, runId: string | undefined): RunLog {
  const run = runId === undefined ? lastWithLog(deps, job) : findRun(deps, job, runId)
  if (!run) throw new GuardError('usage', `no run of ${job} has written a log`, [`see its runs: guard history ${job}`])
  return logOfRun(deps, job, run)
}

/** Finds the output of a run that is known. Throws GuardError `usage`, `io`. */
export function logOfRun(deps: LogDeps, job: string, run: Run): RunLog {
  if (!run.log) throw new GuardError('usage', `run ${run.id} of ${job} kept no log`, ['it was skipped or interactive'])
  const {file, inode, from, to = nextStart(deps, job, run)} = run.log
  const stretches = deps.findStretches(file, {inode, from, ...(to !== undefined && {to})}, run.endedAt)
  if (stretches.length === 0) throw goneLog(run, file, deps.hasRotated(file))
  return {run, stretches, missingBytes: to === undefined ? 0 : to - from - lengthOf(stretches)}
}

/** A file that was removed and one that a rotation has removed look the same, but for what the rotation has kept. */
function goneLog({id}: Run, file: string, hasRotated: boolean): GuardError {
  return hasRotated
    ? new GuardError('io', `the log of run ${id} has been rotated away`, ['keep more: logs.keep in the settings'])
    : new GuardError('io', `the log of run ${id} is not there any more: ${file}`, [
        'guard removes old logs by their number and age: logs.keep, logs.maxAge in the settings',
      ])
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, {from, to = from}) => sum + to - from, 0)
}

/** The last run of the job that wrote a log; many may have been skipped since it began. */
export function lastWithLog(deps: LogDeps, job: string): Run | undefined {
  for (const {job: of, run: id, kind, log} of deps.runs.newestFirst()) {
    if (of !== job || kind !== 'started' || typeof id !== 'string' || !log) continue
    // Of two starts for one slot the second is void.
    const run = findRun(deps, job, id)
    if (run.log) return run
  }
  return undefined
}

/** A run whose guard was killed has no recorded end: its output reaches to the beginning of the next one in the same file. */
function nextStart({runs}: LogDeps, job: string, run: Run): number | undefined {
  if (run.outcome === undefined) return undefined
  let next: LogRange | undefined
  for (const {job: of, run: id, kind, log} of runs.newestFirst()) {
    if (of !== job || kind !== 'started') continue
    if (id === run.id) break
    const range = log as LogRange | undefined
    if (range?.inode === run.log?.inode) next = range
  }
  return next && next.from - (next.headerBytes ?? 0)
}

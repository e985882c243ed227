import type {Run} from '../domain/run.js'
import {GuardError} from '../errors.js'
import type {Stretch} from '../system/log-files.js'
import {findRun, type HistoryDeps, readHistory} from './read-history.js'

export interface LogDeps extends HistoryDeps {
  /** Finds the file with this inode that had been made by then (wall clock, ms). */
  readonly findLog: (file: string, inode: number, writtenByMs: number | undefined) => string | undefined
}

export interface RunLog {
  readonly run: Run
  readonly stretch: Stretch
}

/** Where the output of a run stands: of the one asked for, else of the last one that wrote any. Throws `not-found`, `io`. */
export function locateLog(deps: LogDeps, job: string, runId: string | undefined): RunLog {
  const run = runId === undefined ? lastWithLog(deps, job) : findRun(deps, job, runId)
  if (!run) {
    const what = runId === undefined ? `no run of ${job} has written a log` : `no run ${runId} of ${job} is known`
    throw new GuardError('usage', what, [`see its runs: guard history ${job}`])
  }
  if (!run.log) throw new GuardError('usage', `run ${run.id} of ${job} kept no log`, ['it was skipped or interactive'])
  const file = deps.findLog(run.log.file, run.log.inode, run.endedAt)
  if (file === undefined)
    throw new GuardError('io', `the log of run ${run.id} has been rotated away`, [
      'keep more: logs.keep in the settings',
    ])
  return {run, stretch: {file, from: run.log.from, to: run.log.to ?? nextStart(deps, job, run)}}
}

function lastWithLog(deps: LogDeps, job: string): Run | undefined {
  return readHistory(deps, job, 50).find(({log}) => log)
}

/** A run whose guard was killed has no recorded end: its output reaches to the beginning of the next one in the same file. */
function nextStart(deps: LogDeps, job: string, run: Run): number | undefined {
  const later = readHistory(deps, job, Number.POSITIVE_INFINITY).filter(
    ({log, startedAt}) => log?.inode === run.log?.inode && startedAt > run.startedAt,
  )
  return run.outcome === undefined ? undefined : later.at(-1)?.log?.from
}

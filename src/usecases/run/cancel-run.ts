import type {Lease} from '../../domain/lease/lease.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import type {Survivor} from '../../domain/run/stop-report.js'
import type {Journal} from '../../journal/journal.js'
import {isRunOpen} from './close-older.js'
import {recorder} from './run-records.js'

export interface CancelDeps {
  readonly runs: Journal<RunsByJob>
  readonly warn: (text: string) => void
  /** Ends the guard and the job of the lease. @returns what could not be ended */
  readonly stop: (lease: Lease) => Promise<readonly Survivor[]>
}

/**
 * Ends the run that holds a lease, with all its attempts, waits and recovery steps. That it is cancelled is on record
 * before its guard is asked to end, which reads it there.
 *
 * @returns what could not be ended; undefined if the holder is not a run: then nothing says that its process may be ended
 */
export async function cancelRun(
  deps: CancelDeps,
  lease: Lease,
  byRun: string,
): Promise<readonly Survivor[] | undefined> {
  const isOnRecord = isRunOpen(deps, lease.holder)
  if (!isOnRecord && lease.jobProcess === undefined) return undefined
  if (isOnRecord) recorder(deps, {job: lease.job, runId: lease.holder}).cancelled(byRun)
  return deps.stop(lease)
}

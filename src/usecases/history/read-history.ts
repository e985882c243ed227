import {findById} from '../../domain/journal/id-prefix.js'
import type {RawRecord} from '../../domain/journal/record.js'
import type {Leases} from '../../domain/lease/lease.js'
import {withInferredOutcome} from '../../domain/run/interrupted-run.js'
import {allRunsFold, type RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import {type FindLivingProcess, leaseHolder} from './lease-holder.js'

export interface HistoryDeps {
  readonly runs: Journal<RunsByJob>
}

/** The last `limit` runs of a job, newest first, as far back as the archives go. */
export function readHistory({runs}: HistoryDeps, job: string, limit: number): readonly Run[] {
  const records: RawRecord[] = []
  let begun = 0
  for (const record of runs.newestFirst()) {
    if (record['job'] !== job) continue
    records.push(record)
    if (record['kind'] === 'started' || record['kind'] === 'skipped') begun += 1
    if (begun >= limit) break
  }
  const book = allRunsFold.empty()
  for (const record of records.reverse()) allRunsFold.apply(book, record)
  return [...(book.get(job)?.runs ?? [])].reverse().slice(0, limit)
}

interface InferenceDeps extends HistoryDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly livingProcessOf: FindLivingProcess
}

/** The same, but a run whose processes are gone is `interrupted` even before that is recorded. */
export async function readInferredHistory(deps: InferenceDeps, job: string, limit: number): Promise<readonly Run[]> {
  const lease = deps.leases.read().byJob.get(job)
  // Read the lease before the runs: a run that ends in between has then already written its end.
  const holder = lease && (await leaseHolder(deps.livingProcessOf, lease))
  return readHistory(deps, job, limit).map((run) => withInferredOutcome(run, holder))
}

/** One run by its id or the beginning of it. @returns undefined if none is known, `ambiguous` if several are */
export function findRun(deps: HistoryDeps, job: string, id: string): Run | 'ambiguous' | undefined {
  return findById(readHistory(deps, job, Number.POSITIVE_INFINITY), id)
}

import type {RawRecord} from '../../domain/journal/record.js'
import type {Leases} from '../../domain/lease/lease.js'
import {withInferredOutcome} from '../../domain/run/interrupted-run.js'
import {allRunsFold, type Run, type RunsByJob} from '../../domain/run/run.js'
import type {Journal} from '../../journal/journal.js'
import {leaseHolder, type SurvivorOf} from './lease-holder.js'

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

interface StandingDeps extends HistoryDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly survivorOf: SurvivorOf
}

/** The same, and a run that crashed is told as interrupted before anybody has put that on record. */
export async function readStanding(deps: StandingDeps, job: string, limit: number): Promise<readonly Run[]> {
  const lease = deps.leases.read().byJob.get(job)
  // Before the records are read: who ends in between has written its end by then.
  const sighting = lease && (await leaseHolder(deps.survivorOf, lease))
  return readHistory(deps, job, limit).map((run) => withInferredOutcome(run, sighting))
}

/** One run by its id or an unambiguous beginning of it. */
export function findRun(deps: HistoryDeps, job: string, id: string): Run | undefined {
  return readHistory(deps, job, Number.POSITIVE_INFINITY).find((run) => run.id === id || run.id.startsWith(id))
}

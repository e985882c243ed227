import type {Rec} from '../domain/record.js'
import {type Run, type RunBook, runFold} from '../domain/run.js'
import type {Journal} from '../journal/journal.js'

export interface HistoryDeps {
  readonly runs: Journal<RunBook>
}

/** The last `limit` runs of a job, newest first, as far back as the archives go. */
export function readHistory({runs}: HistoryDeps, job: string, limit: number): readonly Run[] {
  const records: Rec[] = []
  let begun = 0
  for (const record of runs.newestFirst()) {
    if (record['job'] !== job) continue
    records.push(record)
    if (record['kind'] === 'started' || record['kind'] === 'skipped') begun += 1
    if (begun >= limit) break
  }
  const fold = runFold(Number.POSITIVE_INFINITY)
  const book = fold.empty()
  for (const record of records.reverse()) fold.apply(book, record)
  return [...(book.get(job)?.runs ?? [])].reverse().slice(0, limit)
}

/** One run by its id or an unambiguous beginning of it. */
export function findRun(deps: HistoryDeps, job: string, id: string): Run | undefined {
  return readHistory(deps, job, Number.POSITIVE_INFINITY).find((run) => run.id === id || run.id.startsWith(id))
}

import {findById, shortIdHints} from '../../domain/journal/id-prefix.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {withInferredEnd} from '../../domain/run/interrupted-run.js'
import {allRunsFold, type RunsByJob} from '../../domain/run/job-runs.js'
import type {Run} from '../../domain/run/run.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import {inferEnds, type OpenRunsDeps} from '../run/open-runs.js'

export interface HistoryDeps {
  readonly runs: Pick<Journal<RunsByJob>, 'newestFirst'>
}

/** The last `limit` runs of a job, newest first, as far back as the archives go. */
export function readHistory(deps: HistoryDeps, job: string, limit: number): readonly Run[] {
  return lastRuns(deps, limit, (record) => record['job'] === job)
}

function lastRuns({runs}: HistoryDeps, limit: number, isAsked: (record: RawRecord) => boolean): readonly Run[] {
  const records: RawRecord[] = []
  let begun = 0
  for (const record of runs.newestFirst()) {
    if (!isAsked(record)) continue
    records.push(record)
    if (record['kind'] === 'started' || record['kind'] === 'skipped') begun += 1
    if (begun >= limit) break
  }
  const book = allRunsFold.empty()
  for (const record of records.reverse()) allRunsFold.apply(book, record)
  // By their place in the journal, because clocks may be set back.
  const places = new Map<unknown, number>()
  for (const [place, {run}] of records.entries()) if (!places.has(run)) places.set(run, place)
  const found = [...book.values()].flatMap(({runs: ofJob}) => ofJob)
  return found.sort((one, other) => (places.get(other.id) ?? 0) - (places.get(one.id) ?? 0)).slice(0, limit)
}

/** The same, but a run that is over is `interrupted` even before that is recorded. */
export async function readInferredHistory(
  deps: OpenRunsDeps & HistoryDeps,
  job: string,
  limit: number,
): Promise<readonly Run[]> {
  const infer = await inference(deps, (name) => name === job)
  return readHistory(deps, job, limit).map(infer)
}

/** The last `limit` runs of all jobs, newest first. */
export async function readLastRuns(deps: OpenRunsDeps & HistoryDeps, limit: number): Promise<readonly Run[]> {
  const infer = await inference(deps)
  return lastRuns(deps, limit, () => true).map(infer)
}

async function inference(deps: OpenRunsDeps, isAsked?: (job: string) => boolean): Promise<(run: Run) => Run> {
  const ends = await inferEnds(deps, isAsked)
  return (run) => withInferredEnd(run, ends.get(run.id))
}

/** As `findRun`; a run that is over is `interrupted` even before that is recorded. */
export async function findInferredRun(deps: OpenRunsDeps & HistoryDeps, job: string, id: string): Promise<Run> {
  const infer = await inference(deps, (name) => name === job)
  return infer(findRun(deps, job, id))
}

/** A run by its whole id; reads no further back than it began. @returns undefined if none has it */
function readRun({runs}: HistoryDeps, job: string, id: string): Run | undefined {
  if (id.length < wholeIdLength) return undefined
  const records: RawRecord[] = []
  for (const record of runs.newestFirst()) {
    if (record['run'] !== id || record['job'] !== job) continue
    records.push(record)
    if (record['kind'] === 'started' || record['kind'] === 'skipped') break
  }
  const book = allRunsFold.empty()
  for (const record of records.reverse()) allRunsFold.apply(book, record)
  return book.get(job)?.runs[0]
}

/** 72 bits in base64. */
const wholeIdLength = 12

/** One run by its id or the beginning of it. Throws GuardError `usage` if none or several are known. */
export function findRun(deps: HistoryDeps, job: string, id: string): Run {
  const exact = readRun(deps, job, id)
  if (exact) return exact
  const run = findById(readHistory(deps, job, Number.POSITIVE_INFINITY), id)
  if (run === 'ambiguous')
    throw new GuardError('usage', `several runs of ${job} have an id that begins with ${id}`, [
      'write more of the id',
      `see its runs: guard history ${job}`,
    ])
  if (!run)
    throw new GuardError('usage', `no run ${id} of ${job} is known`, [
      ...shortIdHints(id),
      `see its runs: guard history ${job}`,
    ])
  return run
}

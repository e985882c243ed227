import type {ClockReading} from '../clock/reading.js'
import {closingRecord, type InferredEnd} from './interrupted-run.js'
import {openRuns, type RunsByJob, runsFold} from './job-runs.js'

/** The runs as they are once those that are over are on record as interrupted. The given ones stay as they are. */
export function withInferredEnds(
  book: RunsByJob,
  ends: ReadonlyMap<string, InferredEnd>,
  now: ClockReading,
): RunsByJob {
  const over = ends.size === 0 ? [] : openRuns(book).filter(({id}) => ends.get(id)?.is === 'over')
  if (over.length === 0) return book
  const inferred = new Map(book)
  for (const {job, id} of over) {
    const known = inferred.get(job)
    // The fold changes the list of the runs in place.
    if (known) inferred.set(job, {...known, runs: [...known.runs]})
    const end = ends.get(id)
    if (end) runsFold.apply(inferred, {...now, ...closingRecord({job, id}, end)})
  }
  return inferred
}

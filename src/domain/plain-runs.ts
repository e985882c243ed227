import type {Fields} from './column.js'
import type {ByName} from './column-map.js'
import {numbersIn} from './column-numbers.js'
import {type Ending, RunRows, type RunsOf} from './run-rows.js'

/** The runs that need no look, by row. */
export interface PlainRuns {
  /** The row of a job; another value for one that is no row. */
  readonly rows: {get(job: string): unknown}
  /** When the run of each row began, wall clock, ms. */
  readonly startedAt: Float64Array
}

export function plainRuns(book: ByName<RunsOf<Ending>>): PlainRuns {
  if (!(book instanceof RunRows)) return {rows: book, startedAt: new Float64Array()}
  const {is} = book.rows as {readonly is: Fields}
  return {rows: book.found, startedAt: numbersIn(is, 'startedAt', book.count)}
}

import {type Column, cellOf, type Fields} from './column.js'
import {numbersIn} from './column-numbers.js'
import {type ByName, LeaseMap} from './lease-map.js'

/** What is asked of a run to tell whether it goes on. */
interface Ending {
  readonly outcome?: string
}

interface RunsOf<R> {
  readonly runs: R[]
}

/**
 * The runs of a snapshot, where they may have to be passed by. A row is a job of which one run is known, that ended well
 * and without a recovery step: most are. To make the runs of ten thousand jobs takes as long as all else in a round.
 */
export class RunRows<R extends Ending> extends LeaseMap<RunsOf<R>> {
  /** The jobs that are more than a row. */
  readonly others = new Set<string>()
  private readonly count: number

  constructor(rows: Column) {
    super(rows, 'job')
    this.count = this.found.size
  }

  override get(job: string): RunsOf<R> | undefined {
    const found = this.found.get(job)
    if (typeof found !== 'number') return found
    return {runs: [{...(cellOf(this.rows, found) as R), steps: []}]}
  }

  override set(job: string, runs: RunsOf<R>): void {
    this.others.add(job)
    super.set(job, runs)
  }

  /** When the run of each row began, wall clock, ms. */
  startedAt(): Float64Array {
    return numbersIn((this.rows as {readonly is: Fields}).is, 'startedAt', this.count)
  }
}

/** The runs that need no look, by row. */
export interface PlainRuns {
  /** The row of a job; another value for one that is no row. */
  readonly rows: {get(job: string): unknown}
  readonly startedAt: Float64Array
}

export function plainRuns(book: ByName<RunsOf<Ending>>): PlainRuns {
  if (book instanceof RunRows) return {rows: book.found, startedAt: book.startedAt()}
  return {rows: book, startedAt: new Float64Array()}
}

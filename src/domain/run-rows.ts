import {type Column, cellOf} from './column.js'
import {ColumnMap} from './column-map.js'

/** What is asked of a run to tell whether it goes on. */
export interface Ending {
  readonly outcome?: string
}

export interface RunsOf<R> {
  readonly runs: R[]
}

/**
 * The runs of a snapshot, where they may have to be passed by. A row is a job of which one run is known, that ended well
 * and without a recovery step: most are. To make the runs of ten thousand jobs takes as long as all else in a round.
 */
export class RunRows<R extends Ending> extends ColumnMap<RunsOf<R>> {
  /** The jobs that are more than a row. */
  readonly others = new Set<string>()
  /** How many rows there are. */
  readonly count: number

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
}

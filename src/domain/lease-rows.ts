import {type Column, cellOf, type Fields, wordsIn} from './column.js'
import {type ByName, ColumnMap} from './column-map.js'
import {combine, numbersIn} from './column-numbers.js'
import type {Lease} from './lease.js'

/**
 * What a snapshot says of leases that ended well in the present boot, by row, for who passes by all of them: to make
 * ten thousand leases takes 30 ms, to make these lists 2.
 */
export interface EndedLeases {
  /** The row of a job; another value for a lease that has changed since the snapshot. */
  readonly rows: {get(job: string): unknown}
  readonly claimedAt: Float64Array
  /** On the boot's monotonic clock. NaN: that lease did not end well, or not in this boot. */
  readonly claimedMono: Float64Array
  readonly renewedMono: Float64Array
}

/** The leases of a snapshot, where they may have to be passed by. */
export class LeaseRows extends ColumnMap<Lease> {
  private readonly fields: Fields

  constructor(leases: Column) {
    super(leases, 'job')
    this.fields = (leases as {readonly is: Fields}).is
  }

  endedIn(boot: string): EndedLeases {
    const {fields} = this
    const {job, released, boot: boots} = fields
    const rows = wordsIn(job as {readonly words: string}).length
    const claims = numbersIn(fields, 'claimedMono', rows)
    const ends = released && 'is' in released ? released.is['status'] : undefined
    for (const row of unlike(boots, boot, rows)) claims[row] = Number.NaN
    for (const row of unlike(ends, 'ok', rows)) claims[row] = Number.NaN
    let claimTimes: Float64Array | undefined
    let renewals: Float64Array | undefined
    return {
      rows: this.found,
      claimedMono: claims,
      get claimedAt() {
        claimTimes ??= numbersIn(fields, 'claimedAt', rows)
        return claimTimes
      },
      get renewedMono() {
        renewals ??= combine(numbersIn(fields, 'expiresMono', rows), numbersIn(fields, 'ttlMs', rows), -1)
        return renewals
      },
    }
  }
}

const none: EndedLeases = {
  rows: new Map(),
  claimedAt: new Float64Array(),
  claimedMono: new Float64Array(),
  renewedMono: new Float64Array(),
}

/** Of leases that stand in no rows there is nothing to be told in passing. */
export function endedLeases(leases: ByName<Lease>, boot: string): EndedLeases {
  return leases instanceof LeaseRows ? leases.endedIn(boot) : none
}

/** The rows in which something else stands. */
function unlike(column: Column = [], value: unknown, rows: number): readonly number[] {
  if ('few' in column && column.else === value) return Object.keys(column.few).map(Number)
  return Array.from({length: rows}, (_, row) => row).filter((row) => cellOf(column, row) !== value)
}

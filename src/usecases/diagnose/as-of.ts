import type {Fold} from '../../domain/journal/fold.js'
import type {RawRecord} from '../../domain/journal/record.js'
import type {Journal} from '../../journal/journal.js'

type ReadJournal<S> = Pick<Journal<S>, 'read' | 'newestFirst'>

/** A journal as it was at a time (wall clock, ms). What its retention has removed is not in it. */
export function journalAsOf<S>({records, newestFirst}: Journal<S>, fold: Fold<S>, atMs: number): ReadJournal<S> {
  const isThen = ({at}: RawRecord) => typeof at === 'number' && at <= atMs
  let state: S | undefined
  return {
    read: () => {
      if (state !== undefined) return state
      state = fold.empty()
      for (const record of records()) if (isThen(record)) fold.apply(state, record)
      return state
    },
    *newestFirst() {
      for (const record of newestFirst()) if (isThen(record)) yield record
    },
  }
}

/** When the first record that is kept was written, wall clock, ms. @returns undefined without a record */
export function firstRecordAt({records}: Pick<Journal<unknown>, 'records'>): number | undefined {
  for (const {at} of records()) if (typeof at === 'number') return at
  return undefined
}

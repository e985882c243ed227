import type {Fold} from '../../src/domain/journal/fold.js'
import type {Entry, Stamp, StampedEntry} from '../../src/domain/journal/record.js'
import type {Journal} from '../../src/journal/journal.js'

/** The writer was killed: before its line reached the file, or right after. */
export class Killed extends Error {}

export type LiveJournal<S> = Pick<Journal<S>, 'read' | 'append' | 'note'>

/** What happens around a line that is written. */
export interface Around {
  readonly stamp: () => Stamp
  readonly before: () => void
  readonly after: (record: StampedEntry) => void
}

/** A journal that folds each line once as it is written: a day has too many lines to fold them all at every reading. */
export function liveJournal<S>(fold: Fold<S>, {stamp, before, after}: Around): LiveJournal<S> {
  const state = fold.empty()
  const write = (entry: Entry) => {
    before()
    const record: StampedEntry = Object.assign(stamp(), entry)
    const verdict = fold.apply(state, record)
    after(record)
    return {record, verdict, state}
  }
  return {read: () => state, append: write, note: (entry) => write(entry).record}
}

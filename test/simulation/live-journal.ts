import type {Fold} from '../../src/domain/fold.js'
import type {Entry, Stamp, Stamped} from '../../src/domain/record.js'
import type {Journal} from '../../src/journal/journal.js'

/** The writer was killed: before its line reached the file, or right after. */
export class Killed extends Error {}

export interface LiveJournal<S> extends Pick<Journal<S>, 'read' | 'append' | 'note'> {
  readonly lines: Stamped[]
}

/** A journal that folds each line once as it is written: a day has too many lines to fold them all at every reading. */
export function liveJournal<S>(fold: Fold<S>, stamp: () => Stamp, mayKill: () => void = () => {}): LiveJournal<S> {
  const state = fold.empty()
  const lines: Stamped[] = []
  const write = (entry: Entry) => {
    mayKill()
    const record: Stamped = {...stamp(), ...entry}
    lines.push(record)
    const verdict = fold.apply(state, record)
    mayKill()
    return {record, verdict, state}
  }
  return {lines, read: () => state, append: write, note: (entry) => write(entry).record}
}

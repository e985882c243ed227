import type {Fold} from '../../src/domain/journal/fold.js'
import type {JournalSpec} from '../../src/journal/spec.js'

/** Keeps the words in the order of their lines. */
const wordsFold: Fold<string[]> = {
  empty: () => [],
  apply: (words, {word}) => {
    if (typeof word !== 'string') return 'void'
    words.push(word)
    return 'ok'
  },
  save: (words) => words,
  restore: (saved) => [...(saved as string[])],
}

export const wordsSpec: JournalSpec<string[]> = {
  name: 'words',
  fold: wordsFold,
  limit: {bytes: 4000, records: 1000, timesSnapshot: 0},
  retention: {maxAgeMs: 1e12, maxBytes: 1e12},
}

import type {Fold} from '../domain/fold.js'
import type {Rec} from '../domain/record.js'
import {close, list, open, type Step} from './files.js'
import {generationName, stableName} from './names.js'
import {catchUp, emptyView} from './view.js'

/** Collects the records themselves; a snapshot only repeats what earlier generations said. */
const collector: Fold<Rec[]> = {
  empty: () => [],
  apply: (records, record) => {
    records.push(record)
    return 'ok'
  },
  save: (records) => records,
  restore: () => [],
}

/** The generations that retention has left, oldest first. */
export function* generations(): Step<readonly number[]> {
  return [...(yield* list())].sort((a, b) => a - b)
}

/** The records of one generation up to its seal, in order, with the lines that were carried into it. */
export function* recordsOf(journal: string, generation: number): Step<readonly Rec[]> {
  return yield* recordsIn(generationName(journal, generation), generation)
}

/** Lines of other programs in a journal that guard never wrote to. */
export function* unadoptedRecords(journal: string): Step<readonly Rec[]> {
  return yield* recordsIn(stableName(journal), 1)
}

function* recordsIn(name: string, generation: number): Step<readonly Rec[]> {
  const file = yield* open(name)
  if (!file) return []
  const view = emptyView(generation, file, collector)
  yield* catchUp(view, {reads: 'all', fold: collector})
  yield* close(file)
  return view.state
}

import type {Fold} from './fold.js'
import {type Run, type RunBook, runBookFold, type SavedRuns} from './run.js'
import {toColumn} from './to-column.js'

/** Below that, runs that a person can read in the snapshot are read as quickly. */
const fewRows = 64

/** `runBookFold` for who writes a snapshot of many jobs, and has the time to make columns of them. */
export const columnRunFold: Fold<RunBook> = {
  ...runBookFold,
  save: (book): unknown => {
    const all = Array.from(book.values(), ({runs}) => runs)
    const plain = all.filter(isPlain).flat()
    if (plain.length < fewRows) return runBookFold.save(book)
    const rows = toColumn(plain.map(({steps: _, ...run}) => run))
    return {rows, runs: all.filter((runs) => !isPlain(runs)).flat()} satisfies SavedRuns
  },
}

/** Whether all is said by one row: see `RunRows`. */
function isPlain(runs: readonly Run[]): boolean {
  const [run] = runs
  return runs.length === 1 && run?.outcome === 'healthy' && run.endedAt !== undefined && run.steps.length === 0
}

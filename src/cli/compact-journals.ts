import {GuardError} from '../errors.js'
import type {Journal} from '../journal/journal.js'
import {printWarning} from './stderr.js'

/** Compacts the journals that are due. Their records are written already, so a failure (a full disk) is only a warning. */
export function compactJournals(...journals: readonly Pick<Journal<unknown>, 'compactIfDue'>[]): void {
  try {
    for (const journal of journals) journal.compactIfDue()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    printWarning(`the journals were not compacted: ${error.message}`)
  }
}

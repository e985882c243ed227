import {GuardError} from '../errors.js'
import {bulkLeaseStream} from '../journal/bulk-streams.js'
import type {Guard} from './guard.js'
import {tell} from './tell.js'

/**
 * Gives what every run reads a snapshot where one is due. The leases are read once more for it: of many, the snapshot is
 * to be in columns, and what makes those is not loaded by a run that has nothing to tidy.
 */
export function compactRunJournals(guard: Guard): void {
  for (const journal of [guard.journal(bulkLeaseStream), guard.runs()]) {
    try {
      journal.compactIfDue()
    } catch (error) {
      if (!(error instanceof GuardError)) throw error
      tell(`a journal was not compacted: ${error.message}`)
    }
  }
}

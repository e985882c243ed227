import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../output/stderr.js'

/** Compacts the journals that are due. Their records are written already, so a failure (a full disk) is only a warning. */
export function compactJournals(...journals: readonly Pick<Journal<unknown>, 'compactIfDue'>[]): void {
  try {
    for (const journal of journals) journal.compactIfDue()
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (!(error instanceof GuardError) && syscall === undefined) throw error
    printWarning(`the journals were not compacted: ${message}`)
  }
}

/** Whether one of the journals that `guard run` writes has grown enough for a snapshot. */
export function haveGrown(guard: Guard): boolean {
  return guard.leases().hasGrown() || guard.runs().hasGrown()
}

/** A snapshot is due every few thousand lines: while the job runs, or after its end. */
export function compactIfGrown(guard: Guard): void {
  if (haveGrown(guard)) compactJournals(...[guard.leases(), guard.runs()].filter((journal) => journal.hasGrown()))
}

import type {Stamp} from '../domain/journal/record.js'
import {leaseFold} from '../domain/lease/lease.js'
import {runsFold} from '../domain/run/job-runs.js'
import type {Journal} from './journal.js'
import {historyLimits, stateLimits} from './limits.js'
import {openJournal} from './open.js'
import type {JournalSpec, Retention} from './spec.js'

/** The journals that every run writes. */
export const leaseStream = {name: 'leases', fold: leaseFold, ...stateLimits}
export const runStream = {name: 'runs', fold: runsFold, ...historyLimits}

interface JournalOptions {
  /** Path without symbolic links, as returned by `openStateDir`. */
  readonly dir: string
  readonly newStamp: () => Stamp
  /** Overrides the limit of the journal (`GUARD_COMPACT_BYTES`). */
  readonly compactBytes?: number
  /** Overrides the retention of the journal. */
  readonly retention?: Retention
  readonly mayMakeDir?: () => boolean
}

/** Opens no file: the journal does that at its first call. */
export function openStream<S>(spec: JournalSpec<S>, options: JournalOptions): Journal<S> {
  const {dir, newStamp, compactBytes, retention = spec.retention, mayMakeDir} = options
  const limit = compactBytes === undefined ? spec.limit : {...spec.limit, bytes: compactBytes, timesSnapshot: 0}
  return openJournal(dir, {...spec, limit, retention, ...(mayMakeDir && {mayMakeDir})}, newStamp)
}

import type {Fold} from '../domain/fold.js'
import {leaseFold} from '../domain/lease.js'
import type {Stamp} from '../domain/record.js'
import type {Journal} from './journal.js'
import type {CompactionLimit, Retention} from './journal-spec.js'
import {openJournal} from './open-journal.js'

const kibibyte = 1024
const dayMs = 86_400_000

/**
 * A journal whose state every command reads is kept short: its tail is parsed at each start (16 ms a MiB). One that is
 * history is cut into pieces of a MiB and kept for long.
 */
const state = {
  limit: {bytes: 128 * kibibyte, records: 2000},
  retention: {maxAgeMs: 7 * dayMs, maxBytes: 8 * kibibyte * kibibyte},
}

/** Every journal of the state directory. A new one starts with a line here. */
const streams = {
  leases: {file: 'leases', fold: leaseFold, ...state},
}

type StateOf<F> = F extends Fold<infer S> ? S : never
export type Journals = {readonly [N in keyof typeof streams]: Journal<StateOf<(typeof streams)[N]['fold']>>}

export interface JournalOptions {
  /** Path without symbolic links, as `prepareStateDir` returns it. */
  readonly dir: string
  readonly newStamp: () => Stamp
  /** Outranks the tail of each journal that calls for a snapshot. */
  readonly compactBytes?: number
  /** Outranks what each journal keeps. */
  readonly retention?: Retention
}

/** Opens no file: each journal does so at its first call. */
export function openJournals({dir, newStamp, compactBytes, retention}: JournalOptions): Journals {
  const open = Object.entries(streams).map(([name, {file, fold, ...own}]) => {
    const limit: CompactionLimit = compactBytes === undefined ? own.limit : {...own.limit, bytes: compactBytes}
    return [
      name,
      openJournal<unknown>(
        dir,
        {name: file, fold: fold as Fold<unknown>, limit, retention: retention ?? own.retention},
        newStamp,
      ),
    ]
  })
  return Object.fromEntries(open) as Journals
}

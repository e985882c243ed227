import {alertsFold} from '../domain/alert.js'
import {breakerFold} from '../domain/breaker.js'
import {incidentFold} from '../domain/incident.js'
import {leaseFold} from '../domain/lease.js'
import type {Stamp} from '../domain/record.js'
import {resetFold} from '../domain/reset.js'
import {resetRequestFold} from '../domain/reset-request.js'
import {runBookFold} from '../domain/run.js'
import type {Journal} from './journal.js'
import type {JournalSpec, Retention} from './journal-spec.js'
import {openJournal} from './open-journal.js'

const kibibyte = 1024
const dayMs = 86_400_000

/**
 * A journal whose state every command reads is kept short: its tail is parsed at each start (16 ms a MiB). One that is
 * history is only searched for a seal, in pieces that can be larger, and kept for long.
 */
const state = {
  limit: {bytes: 64 * kibibyte, records: 2000},
  retention: {maxAgeMs: 7 * dayMs, maxBytes: 8 * kibibyte * kibibyte},
}
const history = {
  limit: {bytes: 256 * kibibyte, records: 10_000},
  retention: {maxAgeMs: 90 * dayMs, maxBytes: 64 * kibibyte * kibibyte},
}

/**
 * Every journal of the state directory; a new one starts with a line here. Each is a constant of its own, so that a
 * program that opens one carries only that one's fold.
 */
export const leaseStream = {name: 'leases', fold: leaseFold, ...state}
export const breakerStream = {name: 'breakers', fold: breakerFold, ...state}
export const runStream = {name: 'runs', fold: runBookFold, ...history}
export const resetRequestStream = {name: 'openclaw_reset_requests', fold: resetRequestFold, ...history}
export const resetResultStream = {name: 'openclaw_reset_results', fold: resetFold, ...history}
export const incidentStream = {name: 'incidents', fold: incidentFold, ...history}
export const alertStream = {name: 'alerts', fold: alertsFold, ...history}

export interface JournalOptions {
  /** Path without symbolic links, as `openStateDir` returns it. */
  readonly dir: string
  readonly newStamp: () => Stamp
  /** Outranks the tail that calls for a snapshot (`GUARD_COMPACT_BYTES`). */
  readonly compactBytes?: number
  /** Outranks what the journal keeps. */
  readonly retention?: Retention
}

/** Opens no file: the journal does so at its first call. */
export function openStream<S>(spec: JournalSpec<S>, options: JournalOptions): Journal<S> {
  const {dir, newStamp, compactBytes, retention = spec.retention} = options
  const limit = compactBytes === undefined ? spec.limit : {...spec.limit, bytes: compactBytes}
  return openJournal(dir, {...spec, limit, retention}, newStamp)
}

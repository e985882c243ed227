import {shortIsoTime} from '../clock/iso-time.js'
import type {LeaseState, LeaseStatus} from '../lease/lease.js'
import type {FleetLease} from './lease.js'

/** A lease of a fleet, in the words of `--json`. Times are those of the store's clock. */
export interface FleetLeaseReport {
  readonly job: string
  readonly scope: 'fleet'
  readonly state: LeaseState
  readonly host: string
  readonly holder: string
  readonly token: number
  readonly claimedAt: string
  /** Only while it is held. */
  readonly expiresAt?: string
  readonly ttlMs: number
  /** The newest slot of the job's schedule that was claimed. */
  readonly slot?: string
  readonly status?: LeaseStatus
  readonly detail?: string
}

export function reportFleetLease(lease: FleetLease): FleetLeaseReport {
  const {job, host, holder, token, claimedAt, ttlMs, slotAt, remainingMs, serverAt, released} = lease
  const state = released ? 'released' : remainingMs > 0 ? 'held' : 'expired'
  return {
    ...{job, scope: 'fleet', state, host, holder, token},
    claimedAt: new Date(claimedAt).toISOString(),
    ...(state === 'held' && {expiresAt: new Date(serverAt + remainingMs).toISOString()}),
    ttlMs,
    ...(slotAt !== undefined && {slot: shortIsoTime(slotAt)}),
    ...(released && {status: released.status}),
    ...(released?.detail !== undefined && {detail: released.detail}),
  }
}

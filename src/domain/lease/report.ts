import type {ClockReading} from '../clock/reading.js'
import {type Lease, type LeaseState, type LeaseStatus, leaseState} from './lease.js'

/** A lease, in the words of `--json`. */
export interface LeaseReport {
  readonly job: string
  readonly state: LeaseState
  readonly holder: string
  readonly token: number
  readonly claimedAt: string
  readonly expiresAt: string
  readonly ttlMs: number
  readonly pid?: number
  readonly jobPid?: number
  readonly status?: LeaseStatus
  readonly detail?: string
  /** Its holder is provably gone: the next claim gets it at once. */
  readonly abandoned?: true
}

/** @param isAbandoned whether its processes were looked at and are gone */
export function reportLease(lease: Lease, now: ClockReading, isAbandoned = false): LeaseReport {
  const {job, holder, token, ttlMs, process: owner, jobProcess, released} = lease
  return {
    job,
    state: leaseState(lease, now),
    holder,
    token,
    claimedAt: clampedIsoTime(lease.claimedAt),
    expiresAt: clampedIsoTime(lease.expiresAt),
    ttlMs,
    ...(owner && {pid: owner.pid}),
    ...(jobProcess && {jobPid: jobProcess.pid}),
    ...(released && {status: released.status}),
    ...(released?.detail !== undefined && {detail: released.detail}),
    ...(isAbandoned && {abandoned: true}),
  }
}

/** A wall clock may show any time; beyond the range of a date, this is the nearest date. */
function clampedIsoTime(ms: number): string {
  const latest = 8_640_000_000_000_000
  return new Date(Math.min(latest, Math.max(-latest, ms))).toISOString()
}

import type {Place, ProcessRef} from './process-ref.js'

/** A lease as it stands; what it is and how it comes about is told in lease.ts. */
export interface Lease extends Place {
  readonly job: string
  readonly holder: string
  /** Fencing token: one counter for the whole journal, so that no number is ever given twice. */
  readonly token: number
  readonly claimId: string
  readonly ttlMs: number
  /** Wall clock of the claim, ms. */
  readonly claimedAt: number
  /** Monotonic clock of `boot`, ms: what the wall clock showed then may mean nothing today. */
  readonly claimedMono: number
  /** When its holder last wrote about it, wall clock, ms. */
  readonly seenAt: number
  /** The end of the lease on the wall clock, and on the monotonic clock of `boot`, ms. */
  readonly expiresAt: number
  readonly expiresMono: number
  /** Who holds it. Unknown when the claim named nobody: then only the time frees the lease. */
  readonly process?: ProcessRef
  /** The job itself, which may outlive its holder. */
  readonly jobProcess?: ProcessRef
  readonly released?: Release
}

export interface Release {
  readonly at: number
  readonly status: LeaseStatus
  readonly detail?: string
}

export type LeaseStatus = 'ok' | 'error'

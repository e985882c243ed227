/** A job's lease in the fleet's store, as the store tells it. Times are the store's own clock, ms since 1970. */
export interface FleetLease {
  readonly job: string
  /** Fencing token: that of one job only grows, whatever happens to the store. */
  readonly token: number
  readonly host: string
  readonly holder: string
  /** Names the claim that the token was given for: a run's id. */
  readonly claimId: string
  /** The newest slot of the job's schedule that was claimed; undefined if none ever was. */
  readonly slotAt?: number
  readonly claimedAt: number
  readonly ttlMs: number
  /** What is left of it, ms; 0 once it has expired or was released. */
  readonly remainingMs: number
  readonly released?: {readonly at: number; readonly status: 'ok' | 'error'; readonly detail?: string}
  /** How the job's last run that has given the lease back ended, on whichever host; undefined if none has. */
  readonly lastEnd?: {readonly token: number; readonly status: 'ok' | 'error'; readonly at: number}
  /** The store's clock when it answered. */
  readonly serverAt: number
}

/** Names one lease of one job. */
export interface FleetTicket {
  readonly job: string
  readonly token: number
  /** That of the grant, where it is known: a store that lost its last commits gives another claim the same token. */
  readonly claimId?: string
}

/** With what a lease is given back. */
export interface FleetEnd {
  readonly status: 'ok' | 'error'
  readonly detail?: string
  /** The run says nothing for or against its job: it did not take place, or was cut short. */
  readonly isUncounted?: boolean
}

/** Ids of claims of one job. */
export interface GivenUpClaims {
  readonly claimIds: readonly string[]
  /** Those for the slot that is asked for. */
  readonly ofSlot: readonly string[]
}

/** What a host asks for. */
export interface FleetClaim {
  readonly job: string
  readonly host: string
  readonly holder: string
  /** A claim that is asked for again, because its answer was lost, gets a new and higher token. */
  readonly claimId: string
  readonly ttlMs: number
  /** The highest token of the job that this host has seen: the store gives none that is not above it. */
  readonly floor: number
  /** The slot to run, ms since 1970; undefined for a lease without one. */
  readonly slotAt?: number
  /** Claims of this host that it has given up, or whose run is dead and is run again: what they hold is this one's. */
  readonly givenUp?: GivenUpClaims
}

/**
 * - granted: `lease` is the asker's
 * - held: `lease` is another's
 * - done: the slot, or a later one, was claimed before; `lease` tells by whom
 * - early: the slot is too far ahead of the store's clock
 */
export type FleetAnswer =
  | {readonly state: 'granted' | 'held' | 'done'; readonly lease: FleetLease}
  | {readonly state: 'early'; readonly slotAt: number; readonly serverAt: number}

/**
 * - held: the token holds; `release` says so of a lease that it has given back, now or before
 * - expired: it does not hold, and can still be renewed
 * - fenced: it never holds again
 *
 * `lease` is the job's present one; undefined if the store knows none of it.
 */
export type FleetHolding =
  | {readonly state: 'held'; readonly lease: FleetLease}
  | {readonly state: 'fenced' | 'expired'; readonly lease: FleetLease | undefined}

import type {
  FleetAnswer,
  FleetClaim,
  FleetEnd,
  FleetHolding,
  FleetLease,
  FleetTicket,
} from '../../domain/fleet/lease.js'

/**
 * Where the hosts of a fleet agree. Each verb is one question and one answer, each decided by the store alone and by its
 * own clock; nothing is kept open between two. All reject with StoreFault.
 */
export interface FleetStore {
  readonly acquire: (claim: FleetClaim) => Promise<FleetAnswer>
  /** Keeps a lease for another ttl of the same length; one that has expired, but was given to nobody else, too. */
  readonly renew: (ticket: FleetTicket) => Promise<FleetHolding>
  /** Gives a lease back; a second call changes nothing. */
  readonly release: (ticket: FleetTicket & FleetEnd) => Promise<FleetHolding>
  /** Whether the token still holds. */
  readonly check: (ticket: FleetTicket) => Promise<FleetHolding>
  /** Every job that was ever claimed, by name. */
  readonly list: () => Promise<readonly FleetLease[]>
}

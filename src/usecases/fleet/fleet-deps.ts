import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {FleetKnown, StoreTrouble} from '../../domain/fleet/known.js'
import type {FleetAnswer, FleetClaim, FleetLease} from '../../domain/fleet/lease.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import type {FateDeps} from './fate-of-claim.js'
import type {FleetStore} from './store.js'

export interface FleetDeps extends FateDeps {
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly store: FleetStore
  /** Undefined if the state directory cannot be used. */
  readonly known: Journal<FleetKnown> | undefined
  /** This guard; unknown without /proc. */
  readonly self: ProcessRef | undefined
  /** By which the other hosts know this one. */
  readonly host: string
  /** How long a store that is away is tried again. */
  readonly waitMs: number
  /** The highest token of the job in the journals of this machine. Throws GuardError `io`. */
  readonly machineFloor: (job: string) => number
  /** Makes the leases of this machine go on above a token of the fleet. Throws GuardError `io`. */
  readonly raiseMachine: (job: string, token: number) => void
  /** Tells a person once that the store fails this host, and once that it answers again. */
  readonly tell: (trouble: StoreTrouble, is: 'begun' | 'over') => void
  readonly warn: (text: string) => void
}

export interface FleetRequest extends Pick<FleetClaim, 'job' | 'holder' | 'claimId' | 'ttlMs'> {
  readonly slotAt: number | undefined
  /** How long to wait for a lease that another host has; 0 for not at all. */
  readonly patienceMs: number
  /** Ends the wait early. */
  readonly isWanted?: () => boolean
  /** Its run takes place also if the store gives no answer: what is granted after that is not given up. */
  readonly runsAnyway?: boolean
}

export interface FleetGrant {
  readonly lease: FleetLease
  /** Monotonic clock, ms, before the question: from then on the lease is counted, because the answer took its time. */
  readonly askedAt: number
}

export type FleetRefusal = Exclude<FleetAnswer, {readonly state: 'granted'}>

import type {FleetClaim, FleetLease} from '../../domain/fleet/lease.js'
import type {StoreFault} from '../../domain/fleet/store-fault.js'
import {GuardError} from '../../errors.js'
import {tellIfOver, troubleOf} from './claim-of.js'
import type {FleetDeps, FleetRefusal} from './fleet-deps.js'

/** What a claim leaves in `fleet.jsonl`. */

export function noteAsked(deps: FleetDeps, claim: FleetClaim): void {
  note(deps, {kind: 'asked', ...of(claim), ...(deps.self && {process: deps.self})}, 'durable')
}

export function noteGrant(deps: FleetDeps, claim: FleetClaim, {token, ttlMs, serverAt}: FleetLease): void {
  note(deps, {kind: 'granted', ...of(claim), token, ttlMs, serverAt}, 'durable')
  raise(deps, claim.job, token)
}

/** `isOpen`: a question of the claim may be carried out yet. */
export function noteRefusal(deps: FleetDeps, claim: FleetClaim, answer: FleetRefusal, isOpen: boolean): void {
  const {serverAt} = answer.state === 'early' ? answer : answer.lease
  const lease = answer.state === 'early' ? undefined : answer.lease
  const other = lease && {token: lease.token, by: lease.host}
  note(deps, {kind: 'refused', ...of(claim), reason: answer.state, ...other, serverAt, ...(isOpen && {open: true})})
  if (lease) raise(deps, claim.job, lease.token)
}

/** `isUnfenced`: its run goes on without the lease. */
export function noteFault(
  deps: FleetDeps,
  claim: FleetClaim,
  {kind, message}: StoreFault,
  {isOpen, isUnfenced}: {readonly isOpen: boolean; readonly isUnfenced: boolean},
): void {
  const after = {...(isOpen && {open: true}), ...(isUnfenced && {unfenced: true})}
  note(deps, {kind: 'refused', ...of(claim), reason: kind, detail: message, ...after})
}

function of({job, claimId, slotAt}: FleetClaim): {
  readonly job: string
  readonly claim: string
  readonly slotAt?: number
} {
  return {job, claim: claimId, ...(slotAt !== undefined && {slotAt})}
}

/** Tells a token of the fleet to the leases of this machine. */
export function raise(deps: FleetDeps, job: string, token: number): void {
  try {
    deps.raiseMachine(job, token)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    deps.warn(`the leases of this machine do not know the token of ${job}: ${error.message}`)
  }
}

/**
 * Writes a record into `fleet.jsonl`, and tells a person where it ends the trouble with the store. A journal that cannot be
 * written stops no job.
 */
export function note(
  deps: Pick<FleetDeps, 'known' | 'warn' | 'tell'>,
  entry: {readonly kind: string; readonly job: string; readonly [field: string]: unknown},
  durability: 'durable' | 'buffered' = 'buffered',
): void {
  const before = troubleOf(deps)
  try {
    deps.known?.note(entry, durability)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    deps.warn(`${entry.kind} of ${entry.job} in the fleet is not recorded: ${error.message}`)
  }
  tellIfOver(deps, before)
}

import {type BootRef, type ProcessRef, processOwner} from '../clock/process-ref.js'
import {isTime, type StampedRecord} from '../journal/record.js'
import type {GivenUpClaims} from './lease.js'

/** A claim that the store may have granted, or may grant yet, and of which the end is not on record. */
export interface OpenClaim {
  readonly claimId: string
  /**
   * - asked: no answer is on record
   * - granted: it has its slot; that its run has given it back is not on record
   * - given-up: its host goes without it, and its statement may live on in the store
   * - unfenced: its run takes place without the lease
   */
  readonly is: 'asked' | 'granted' | 'given-up' | 'unfenced'
  readonly slotAt?: number
  /** Wall clock, ms. */
  readonly at: number
  /** The guard that asks: the claim is its own while it lives. */
  readonly owner?: BootRef & {readonly process: ProcessRef}
  /** Whether it is on record that no host ran its slot. */
  readonly isTold?: true
}

/**
 * What became of the run of an open claim.
 *
 * - alive: its guard or its job goes on
 * - ran: it is on record
 * - abandoned: it did not begin, and never will
 * - unknown: nothing is proved from here
 */
export type ClaimFate = 'alive' | 'ran' | 'abandoned' | 'unknown'

/** The claims whose lease, and those whose slot, the next claim of this host takes. */
export function takenOver(
  claims: readonly (OpenClaim & {readonly fate: ClaimFate})[],
  slotAt: number | undefined,
): GivenUpClaims {
  const ids = (some: readonly OpenClaim[]) => some.map(({claimId}) => claimId)
  // What was granted on record may have begun without a record of it.
  const unrun = claims.filter(({is, fate}) => fate === 'abandoned' && is !== 'granted')
  return {
    claimIds: ids(unrun),
    ofSlot: ids(unrun.filter((one) => slotAt !== undefined && one.slotAt === slotAt)),
  }
}

/** The slot of an older claim is history. */
const longestAskedMs = 24 * 60 * 60 * 1000

/**
 * Whether the fate of the claim has yet to be found out: that of its slot, or of a run that took place without its
 * lease.
 */
export function isUnsettled({is, slotAt, at, isTold}: OpenClaim, nowMs: number): boolean {
  return (slotAt !== undefined || is === 'unfenced') && !isTold && nowMs - at <= longestAskedMs
}

/** An outage may last for many slots of a job. */
const mostOpen = 32

/** The open claims of a job after a record of it. */
export function openClaimsAfter(before: readonly OpenClaim[], record: StampedRecord): readonly OpenClaim[] {
  const {kind, claim, reason, slotAt} = record
  const own = before.find(({claimId}) => claimId === claim)
  const others = before.filter(({claimId}) => claimId !== claim)
  // A claim for a slot comes to nothing once that slot, or a later one, was given to another.
  const notOver = (one: OpenClaim) => !isTime(slotAt) || one.slotAt === undefined || one.slotAt > slotAt
  switch (kind) {
    case 'asked':
      return [...others, openClaim(record, 'asked')].slice(-mostOpen)
    case 'granted':
      return [
        ...others.filter((one) => one.is === 'granted' || (one.slotAt !== undefined && notOver(one))),
        ...(own?.slotAt === undefined ? [] : [{...own, is: 'granted' as const}]),
      ]
    case 'refused': {
      const left = reason === 'done' ? others.filter(notOver) : others
      const is = stateAfterRefusal(record)
      return is === undefined ? left : [...left, {...openClaim(record, is), ...ownerOf(own, is)}].slice(-mostOpen)
    }
    case 'settled':
      // This host may still run the slot, unless its run may have begun without a record.
      return record['unrun'] === true && own && own.is !== 'granted'
        ? [...others, {...own, isTold: true as const}]
        : others
    default:
      return others
  }
}

/** @returns undefined if nothing is open after the refusal */
function stateAfterRefusal({slotAt, open, unfenced}: StampedRecord): 'given-up' | 'unfenced' | undefined {
  if (unfenced === true) return open === true || isTime(slotAt) ? 'unfenced' : undefined
  return open === true ? 'given-up' : undefined
}

function openClaim(record: StampedRecord, is: OpenClaim['is']): OpenClaim {
  const {claim, slotAt, at} = record
  return {claimId: String(claim), is, at, ...(isTime(slotAt) && {slotAt}), ...processOwner(record)}
}

/** A claim that its guard has given up belongs to no run. */
function ownerOf(own: OpenClaim | undefined, is: OpenClaim['is']): Pick<OpenClaim, 'owner'> {
  return is === 'unfenced' && own?.owner ? {owner: own.owner} : {}
}

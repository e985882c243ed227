import {type FleetKnown, unsettledClaims} from '../../domain/fleet/known.js'
import type {FleetLease} from '../../domain/fleet/lease.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {unrunText} from '../../domain/run/interrupted-run.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import type {Journal} from '../../journal/journal.js'
import {type FleetDeps, note} from './acquire-fleet-lease.js'

interface SettleDeps extends Pick<FleetDeps, 'clock' | 'store' | 'tell' | 'warn'> {
  readonly known: Journal<FleetKnown>
  readonly runs: Pick<Journal<RunsByJob>, 'append'>
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
}

/**
 * Finds out what became of claims that this host has given up: a slot that was granted after that is nobody's, and no other
 * host runs it. Its run is then on record as interrupted, as that of a host that has crashed. A store that does not answer
 * is asked by the next round.
 */
export async function settleGivenUp(deps: SettleDeps): Promise<void> {
  const {clock, known, runs, store, log} = deps
  const {trouble} = known.read()
  const leases = await listOf(store)
  if (!leases) return
  for (const {job, claimId: claim, slotAt} of unsettledClaims(known.read(), clock.now())) {
    const lease = leases.find((one) => one.job === job)
    // Its statement may still wait, for a standby or in a pooler.
    if (lease?.slotAt === undefined || lease.slotAt < slotAt) continue
    const isUnrun = lease.claimId === claim && !lease.released
    const reason = unrunText(slotAt)
    if (isUnrun) {
      runs.append({kind: 'interrupted', job, run: claim, claimedSlotAt: slotAt, reason}, 'durable')
      log(`${job} interrupted: ${reason}, run ${claim}`)
    }
    const {token, serverAt} = lease
    note(deps, {kind: 'settled', job, claim, slotAt, token, serverAt, ...(isUnrun && {unrun: true})})
  }
  if (trouble && !known.read().trouble) deps.tell(trouble, 'over')
}

async function listOf(store: FleetDeps['store']): Promise<readonly FleetLease[] | undefined> {
  try {
    return await store.list()
  } catch (error) {
    if (error instanceof StoreFault) return undefined
    throw error
  }
}

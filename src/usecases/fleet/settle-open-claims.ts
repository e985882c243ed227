import {type FleetKnown, unsettledClaims} from '../../domain/fleet/known.js'
import type {FleetLease} from '../../domain/fleet/lease.js'
import type {ClaimFate, OpenClaim} from '../../domain/fleet/open-claims.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {unrunText} from '../../domain/run/interrupted-run.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import type {Journal} from '../../journal/journal.js'
import {type FateDeps, fateOfClaim} from './fate-of-claim.js'
import type {FleetDeps} from './fleet-deps.js'
import {note} from './fleet-records.js'
import {noteAnswer} from './note-answer.js'
import {recordUnfencedRun} from './unfenced-run.js'

interface SettleDeps extends FleetDeps {
  readonly known: Journal<FleetKnown>
  readonly runs: Pick<Journal<RunsByJob>, 'read' | 'append'>
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
}

interface Unsettled extends OpenClaim {
  readonly job: string
  readonly fate: Exclude<ClaimFate, 'alive'>
}

/**
 * Finds out what became of claims whose end is not on record. A slot that was granted to a claim whose run never began is
 * nobody's, and no other host runs it: its run is then on record as interrupted, as that of a host that has crashed. Of a
 * run that took place without the lease the store is told. A store that does not answer is asked by the next round.
 */
export async function settleOpenClaims(deps: SettleDeps, claims: readonly Unsettled[]): Promise<void> {
  const {store} = deps
  // A lease that such a run has not given back expires.
  for (const {job, claimId} of claims.filter(hasRun)) note(deps, {kind: 'settled', job, claim: claimId})
  const open = claims.filter((claim) => !hasRun(claim))
  if (open.length === 0) return
  try {
    const leases = await store.list()
    noteAnswer(deps)
    for (const claim of open) {
      if (claim.fate === 'ran') await recordUnfencedRun(deps, claim.job, claim)
      else
        settleUnrun(
          deps,
          claim,
          leases.find(({job}) => job === claim.job),
        )
    }
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
  }
}

/** The claims whose fate has to be found out: not those of a guard that is alive. */
export async function findUnsettled(
  deps: FateDeps & Pick<SettleDeps, 'known' | 'clock'>,
): Promise<readonly Unsettled[]> {
  const claims: Unsettled[] = []
  for (const claim of unsettledClaims(deps.known.read(), deps.clock.now())) {
    const fate = await fateOfClaim(deps, claim.job, claim)
    // A lease without a slot that no run uses is taken by the next claim.
    if (fate !== 'alive' && (claim.slotAt !== undefined || fate === 'ran')) claims.push({...claim, fate})
  }
  return claims
}

function hasRun({is, fate}: Unsettled): boolean {
  return fate === 'ran' && is !== 'unfenced'
}

function settleUnrun(deps: SettleDeps, claim: Unsettled, lease: FleetLease | undefined): void {
  const {job, claimId, is, slotAt, fate} = claim
  // Its statement may still wait, for a standby or in a pooler.
  if (slotAt === undefined || lease?.slotAt === undefined || lease.slotAt < slotAt) return
  const isItsOwn = lease.claimId === claimId && !lease.released
  // A guard that cannot be seen from here may be about to begin.
  if (isItsOwn && fate === 'unknown' && lease.remainingMs > 0) return
  const isUnrun = isItsOwn || (is === 'granted' && fate === 'abandoned')
  if (isUnrun) {
    const reason = unrunText(slotAt, is === 'given-up' ? 'given-up' : 'gone')
    deps.runs.append({kind: 'interrupted', job, run: claimId, claimedSlotAt: slotAt, reason}, 'durable')
    deps.log(`${job} interrupted: ${reason}, run ${claimId}`)
  }
  const {token, serverAt} = lease
  note(deps, {kind: 'settled', job, claim: claimId, slotAt, token, serverAt, ...(isUnrun && {unrun: true})})
}

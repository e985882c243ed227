import {openClaimsOf} from '../../domain/fleet/known.js'
import type {FleetClaim, FleetEnd} from '../../domain/fleet/lease.js'
import type {OpenClaim} from '../../domain/fleet/open-claims.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {isCutShort} from '../../domain/run/outcome.js'
import type {Run} from '../../domain/run/run.js'
import {GuardError} from '../../errors.js'
import {claimOf} from './claim-of.js'
import {fateOfClaim, runOfClaim} from './fate-of-claim.js'
import type {FleetDeps} from './fleet-deps.js'
import {note, raise} from './fleet-records.js'

/** How long the lease is another's hindrance, should guard be killed before it has given it back, ms. */
const briefTtlMs = 10_000

/**
 * The runs of a job that ended without the lease, as far as the store takes them. If the store does not answer, the
 * next run asks again.
 */
export async function recordUnfencedRuns(deps: FleetDeps, job: string): Promise<void> {
  try {
    const open = deps.known ? openClaimsOf(deps.known.read(), job) : []
    // The store then says of the older ones that they are done.
    for (const claim of open.filter(({is}) => is === 'unfenced').reverse())
      if ((await fateOfClaim(deps, job, claim)) === 'ran') await recordUnfencedRun(deps, job, claim)
  } catch (error) {
    if (!(error instanceof StoreFault) && !(error instanceof GuardError)) throw error
  }
}

/** Has the store know of one that has ended. Rejects with StoreFault. */
export async function recordUnfencedRun(deps: FleetDeps, job: string, claim: OpenClaim): Promise<void> {
  const {claimId, slotAt} = claim
  const asked = await claimOf(deps, {job, holder: claimId, claimId, ttlMs: briefTtlMs, slotAt})
  await claimAndRelease(deps, asked, fleetEndOf(runOfClaim(deps, job, claim) ?? {}))
}

/** How the lease of a run is given back; one of which the end is not known any more says nothing of its job. */
export function fleetEndOf(run: Pick<Run, 'outcome' | 'class' | 'cancelledBy'>): FleetEnd {
  const {outcome = 'unknown'} = run
  const isUncounted = outcome === 'unknown' || outcome === 'skipped' || isCutShort(run)
  return {status: outcome === 'healthy' || isUncounted ? 'ok' : 'error', detail: outcome, isUncounted}
}

/**
 * Claims the lease of a run that has ended, and gives it back: then its slot is done, what it was granted late holds no
 * other host up, and a question of it that is still on its way comes to nothing. Rejects with StoreFault.
 */
export async function claimAndRelease(deps: FleetDeps, claim: FleetClaim, end: FleetEnd): Promise<void> {
  const {job, claimId, slotAt} = claim
  const answer = await deps.store.acquire(claim)
  if (answer.state === 'early') return
  const {token, serverAt} = answer.lease
  // Since the machine was booted again, its questions look older than those of before.
  if (answer.lease.claimId === claimId) {
    const {lease} = await deps.store.release({job, token, claimId, ...end})
    if (lease?.claimId !== claimId) return
    note(deps, {kind: 'released', job, claim: claimId, token, status: end.status, serverAt: lease.serverAt})
    raise(deps, job, token)
  } else if (answer.state === 'done') {
    note(deps, {kind: 'settled', job, claim: claimId, token, serverAt, ...(slotAt !== undefined && {slotAt})})
  }
}

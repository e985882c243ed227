import type {ClaimFate, OpenClaim} from '../../domain/fleet/open-claims.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import {hasTakenPlace, type Run} from '../../domain/run/run.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {FindLivingProcess} from '../history/lease-holder.js'

export interface FateDeps {
  readonly livingProcessOf: FindLivingProcess
  /** Undefined if the state directory cannot be used. */
  readonly runs: Pick<Journal<RunsByJob>, 'read'> | undefined
}

/** Finds out what became of the run of an open claim. Runs that cannot be read prove nothing. */
export async function fateOfClaim(deps: FateDeps, job: string, claim: OpenClaim): Promise<ClaimFate> {
  const {is, isTold, owner, claimId} = claim
  // A record which says that no host ran the slot does not count as a run either.
  if (is === 'given-up' || isTold) return 'abandoned'
  const living = owner ? await deps.livingProcessOf({...owner, holder: claimId}) : 'unknown'
  if (living !== 'none' && living !== 'unknown') return 'alive'
  try {
    const run = runOfClaim(deps, job, claim)
    if (run?.outcome !== undefined) return 'ran'
    if (living === 'unknown') return 'unknown'
    return run || isForgotten(deps, job, claim) ? 'ran' : 'abandoned'
  } catch (error) {
    if (error instanceof GuardError) return 'unknown'
    throw error
  }
}

/** The run of a claim, if it took place. Throws GuardError `io`. */
export function runOfClaim({runs}: FateDeps, job: string, {claimId}: Pick<OpenClaim, 'claimId'>): Run | undefined {
  return runs
    ?.read()
    .get(job)
    ?.runs.find((run) => run.id === claimId && hasTakenPlace(run))
}

/**
 * The state keeps the last ended run of a job alone, so one that began before it may have taken place. The run of a claim
 * that has only asked has not begun.
 */
function isForgotten({runs}: FateDeps, job: string, {is, at}: OpenClaim): boolean {
  const known = runs?.read().get(job)?.runs ?? []
  return is !== 'asked' && known.some((run) => run.outcome !== undefined && hasTakenPlace(run) && run.startedAt > at)
}

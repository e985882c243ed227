import type {ClockReading} from '../../domain/clock/reading.js'
import {type Lease, type Leases, leaseState} from '../../domain/lease/lease.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import type {Journal} from '../../journal/journal.js'
import type {FindLivingProcess} from '../history/lease-holder.js'

export interface ReadLeasesDeps {
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly livingProcessOf: FindLivingProcess
}

interface LeasesSeen {
  readonly leases: Leases
  /** By job, the held leases whose processes are dead. */
  readonly dead: ReadonlyMap<string, Lease>
}

/** The leases, and which of those of `jobs` are held by processes that are dead. */
export async function readLeases(
  deps: ReadLeasesDeps,
  jobs: readonly WatchedJob[],
  now: ClockReading,
): Promise<LeasesSeen> {
  const before = await deadLeases(deps, jobs, now)
  // A process writes its release before it dies: what is not released now never will be.
  const leases = deps.leases.read()
  const dead = new Map([...before].filter(([job, {claimId}]) => isStillHeld(leases.byJob.get(job), claimId)))
  return {leases, dead}
}

async function deadLeases(
  {leases, livingProcessOf}: ReadLeasesDeps,
  jobs: readonly WatchedJob[],
  now: ClockReading,
): Promise<ReadonlyMap<string, Lease>> {
  const {byJob} = leases.read()
  const dead = new Map<string, Lease>()
  for (const {name} of jobs) {
    const lease = byJob.get(name)
    if (lease && leaseState(lease, now) === 'held' && (await livingProcessOf(lease)) === 'none') dead.set(name, lease)
  }
  return dead
}

function isStillHeld(lease: Lease | undefined, claimId: string): boolean {
  return lease?.claimId === claimId && lease.released === undefined
}

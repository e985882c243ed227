import {fleetFloor, openClaimsOf, type StoreTrouble} from '../../domain/fleet/known.js'
import type {FleetClaim} from '../../domain/fleet/lease.js'
import {takenOver} from '../../domain/fleet/open-claims.js'
import {hasTakenPlace, type Run, rerunOf} from '../../domain/run/run.js'
import {GuardError} from '../../errors.js'
import {fateOfClaim} from './fate-of-claim.js'
import type {FleetDeps, FleetRequest} from './fleet-deps.js'

/** What the store is asked, with what this host knows of the job. */
export async function claimOf(
  deps: FleetDeps,
  {job, holder, claimId, ttlMs, slotAt}: Pick<FleetRequest, 'job' | 'holder' | 'claimId' | 'ttlMs' | 'slotAt'>,
): Promise<FleetClaim> {
  const floors = [() => (deps.known ? fleetFloor(deps.known.read(), job) : 0), () => deps.machineFloor(job)]
  const floor = Math.max(...floors.map((read) => journalOr(deps, job, 0, read)))
  const open = journalOr(deps, job, [], () => (deps.known ? openClaimsOf(deps.known.read(), job) : []))
  const others = open.filter((one) => one.claimId !== claimId)
  const claims = await Promise.all(others.map(async (one) => ({...one, fate: await fateOfClaim(deps, job, one)})))
  const {claimIds, ofSlot} = takenOver(claims, slotAt)
  const dead = journalOr(deps, job, undefined, () => runToRepeat(deps, job))
  const isGone = dead?.owner && (await deps.livingProcessOf({...dead.owner, holder: dead.id})) === 'none'
  const givenUp = {claimIds: isGone ? [...claimIds, dead.id] : claimIds, ofSlot}
  return {job, host: deps.host, holder, claimId, ttlMs, floor, givenUp, ...(slotAt !== undefined && {slotAt})}
}

/** The last run, if it was interrupted and it is decided that its job is run again; what it holds in the fleet is in the way. */
function runToRepeat({runs}: FleetDeps, job: string): Run | undefined {
  const last = runs?.read().get(job)?.runs.findLast(hasTakenPlace)
  return last?.outcome === 'interrupted' && rerunOf(last)?.ok ? last : undefined
}

/** A journal that cannot be read stops no job: the store has its own token. */
function journalOr<T>({warn}: FleetDeps, job: string, otherwise: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    warn(`what ${job} has had in the fleet is not known: ${error.message}`)
    return otherwise
  }
}

/** A journal that cannot be read knows of none. */
export function troubleOf({known}: Pick<FleetDeps, 'known'>): StoreTrouble | undefined {
  try {
    return known?.read().trouble
  } catch (error) {
    if (error instanceof GuardError) return undefined
    throw error
  }
}

/** Tells a person that the store answers again. */
export function tellIfOver(deps: Pick<FleetDeps, 'known' | 'tell'>, before: StoreTrouble | undefined): void {
  if (before && !troubleOf(deps)) deps.tell(before, 'over')
}

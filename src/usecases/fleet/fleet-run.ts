import type {FleetEnd} from '../../domain/fleet/lease.js'
import {faultText, refusalText} from '../../domain/fleet/refusal.js'
import {lastEndSeen} from '../../domain/fleet/seen-end.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {leaseLost} from '../../domain/retry/not-retried.js'
import type {FleetSettings} from '../../domain/settings/fleet.js'
import type {CaughtSignals} from '../../system/process/catch-signals.js'
import type {Claim, RunLease} from '../run/claim-run.js'
import type {FinishedRun, RunRequest, Skip} from '../run/run-request.js'
import {acquireFleetLease} from './acquire-fleet-lease.js'
import {LateClaim} from './claim-later.js'
import type {FleetDeps, FleetGrant, FleetRequest} from './fleet-deps.js'
import {type FleetHold, type HoldFleetDeps, holdFleetLease} from './hold-fleet-lease.js'
import {fleetEndOf} from './unfenced-run.js'

export interface FleetRunDeps extends FleetDeps, Pick<HoldFleetDeps, 'callAfter'> {
  readonly onStoreError: FleetSettings['onStoreError']
  /** The slot of the job's schedule that the run is for, ms since 1970; undefined for a lease without one. */
  readonly slotAt: number | undefined
}

/** What a run has of the fleet. */
export interface FleetRun {
  /** The lease of the machine, with the token of the fleet. */
  readonly lease: RunLease
  /** For the record of the start. */
  readonly facts: {readonly claimedSlotAt?: number; readonly unfenced?: true}
  /** What is left of the lease, ms; undefined without one of the fleet. */
  readonly restMs: (() => number) | undefined
  /** Ends the job as soon as the lease is lost. */
  readonly endWith: (signals: Pick<CaughtSignals, 'terminate' | 'aborted'>) => void
  /** Gives the lease of the fleet back. @returns the end of the run, another one if the lease was lost before */
  readonly settle: (end: FinishedRun) => Promise<FinishedRun>
  /** Gives it back for a run that does not take place after all. */
  readonly leave: () => Promise<void>
}

/** What the run has of its machine. */
export type GrantedClaim = Claim & {readonly granted: true}

export type FleetRunClaim = FleetRun | {readonly refused: RunRequest; readonly skip: Skip}

/** Exit codes of a run whose store is of no use, or not named as it must be, and of one whose job another host may run (sysexits.h). */
const [storeFaultCode, unaddressedCode, fencedCode] = [74, 78, 77]

/** Claims the lease of the fleet for a run that has that of its machine, which is given back if it is refused. */
export async function claimFleetRun(
  deps: FleetRunDeps,
  request: RunRequest,
  claim: GrantedClaim,
): Promise<FleetRunClaim> {
  const {job, runId, settings} = request
  const {ttlMs, overlap, waitMs, quiet, skipExitCode} = settings
  const {since = deps.clock.mono()} = claim
  const patienceMs = overlap === 'wait' ? (waitMs ?? Number.POSITIVE_INFINITY) - (deps.clock.mono() - since) : 0
  const refuse = (skip: Skip, refused: RunRequest): FleetRunClaim => {
    claim.lease?.release(claim.former ?? 'ok', skip.reason)
    return {refused, skip}
  }
  const runsAnyway = deps.onStoreError === 'run'
  const wanted = {job, holder: runId, claimId: runId, ttlMs, slotAt: deps.slotAt, patienceMs, runsAnyway}
  try {
    const claimed = await acquireFleetLease(deps, wanted)
    if ('granted' in claimed) return heldRun(deps, claimed.granted, claim.lease)
    const {refused} = claimed
    const by = refused.state === 'early' || refused.lease.host === deps.host ? {} : {by: refused.lease.host}
    const reason = refusalText(refused, deps)
    const lastEnd = refused.state === 'early' ? undefined : lastEndSeen(refused.lease)
    return refuse({reason, ...by, lastEnd, exitCode: skipExitCode, silent: quiet && skipExitCode === 0}, request)
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    const reason = faultText(error)
    if (error.kind === 'away' && deps.onStoreError === 'run') {
      deps.warn(`${reason}; ${job} runs with the lease of this machine alone`)
      return unfencedRun(deps, wanted, claim.lease)
    }
    // Nobody has run its slot: a scheduler may try it again.
    const exitCode = error.kind === 'unaddressed' ? unaddressedCode : storeFaultCode
    const skip = {reason, hints: error.hints, exitCode, silent: false}
    return refuse(skip, {...request, slot: undefined})
  }
}

const ignore = () => undefined

/** The lease of a machine that cannot write its journal. */
const noLease: RunLease = {
  token: undefined,
  bind: ignore,
  leaveTo: ignore,
  renew: ignore,
  isFenced: () => false,
  release: ignore,
  setUnclosed: ignore,
}

/** Without a token: that of the machine would be below those of the fleet, and another host may have the same. */
function unfencedRun(deps: FleetRunDeps, request: FleetRequest, machine: RunLease = noLease): FleetRun {
  const {job} = request
  let isHurried = () => false
  const onLost = (reason: string) => {
    deps.warn(`${job} has lost the lease in the fleet that it got while it ran: ${reason}; the job goes on`)
  }
  const claim = new LateClaim({...deps, onLost}, request)
  claim.wait()
  return {
    lease: {
      ...machine,
      token: undefined,
      leaveTo: (pid) => {
        claim.leave()
        machine.leaveTo(pid)
      },
    },
    facts: {unfenced: true},
    restMs: undefined,
    endWith: (signals) => {
      isHurried = () => signals.aborted.aborted
    },
    settle: async (end) => {
      await givenBack(deps, job, claim.settle(fleetEndOf(end.attempt), isHurried() ? 'at-once' : 'at-leisure'))
      return end
    },
    leave: () => givenBack(deps, job, claim.settle(notRun, 'at-leisure')),
  }
}

/** The end of the run must be recorded whatever happens to its lease. */
async function givenBack({warn}: FleetRunDeps, job: string, released: Promise<void>): Promise<void> {
  await released.catch((error: unknown) => {
    warn(`the lease of ${job} in the fleet was not given back: ${error instanceof Error ? error.message : error}`)
  })
}

/** How the lease of a run that does not take place is given back. */
const notRun: FleetEnd = {status: 'ok', detail: 'skipped', isUncounted: true}

function heldRun(deps: FleetRunDeps, grant: FleetGrant, machine: RunLease = noLease): FleetRun {
  let end: () => void = ignore
  let isHurried = () => false
  let isLost = false
  const {job, slotAt} = grant.lease
  const hold: FleetHold = holdFleetLease(
    {
      ...deps,
      onLost: (reason) => {
        isLost = true
        deps.warn(`${job} has lost its lease in the fleet: ${reason}; the job is ended`)
        end()
      },
    },
    grant,
  )
  return {
    lease: {
      ...machine,
      token: hold.token,
      leaveTo: (pid) => {
        hold.leave()
        machine.leaveTo(pid)
      },
      isFenced: () => hold.lost() !== undefined || machine.isFenced(),
    },
    facts: deps.slotAt === undefined || slotAt === undefined ? {} : {claimedSlotAt: slotAt},
    restMs: () => hold.restMs(),
    endWith: (signals) => {
      end = () => signals.terminate(leaseLost)
      isHurried = () => signals.aborted.aborted
      // It may have been lost before the job starts.
      if (isLost) end()
    },
    settle: async (end) => {
      // The sender of the signal may not wait for long.
      const waitMs = isHurried() ? 0 : deps.waitMs
      await givenBack(deps, job, hold.release(fleetEndOf(end.attempt), waitMs))
      const lost = hold.lost()
      return lost === undefined ? end : fencedEnd(end, lost)
    },
    leave: () => givenBack(deps, job, hold.release(notRun)),
  }
}

/** A run that has lost its lease may not have been alone, however well it ended. */
function fencedEnd(end: FinishedRun, lost: string): FinishedRun {
  const {outcome} = end.attempt
  const fenced = {
    outcome: outcome === 'healthy' ? 'failed' : outcome,
    exitCode: fencedCode,
    class: 'fenced',
    detail: `it has lost its lease in the fleet: ${lost}`,
  } as const
  return {...end, class: 'fenced', attempt: {...end.attempt, ...fenced}}
}

import {openClaimsOf} from '../../domain/fleet/known.js'
import type {FleetAnswer, FleetEnd} from '../../domain/fleet/lease.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {claimOf} from './claim-of.js'
import type {FleetDeps, FleetRequest} from './fleet-deps.js'
import {noteGrant, noteRefusal} from './fleet-records.js'
import {type FleetHold, type HoldFleetDeps, holdFleetLease} from './hold-fleet-lease.js'
import {claimAndRelease} from './unfenced-run.js'

type LateRequest = Pick<FleetRequest, 'job' | 'holder' | 'claimId' | 'ttlMs' | 'slotAt'>

/** The pause between two questions of a run that goes on without its lease, at least and at most, ms. */
const [shortestPauseMs, longestPauseMs] = [5000, 15_000]

/**
 * The claim of a run that has begun without the lease, because the store gave no answer: it is asked again while the job
 * runs, so that no other host begins beside it, and a question that was carried out late is known. The run is not ended if
 * it loses what it gets.
 */
export class LateClaim {
  private hold: FleetHold | undefined
  private isOver = false
  private isLeft = false
  private asking: Promise<void> = Promise.resolve()
  private readonly deps: HoldFleetDeps
  private readonly request: LateRequest

  constructor(deps: HoldFleetDeps, request: LateRequest) {
    this.deps = deps
    this.request = request
  }

  wait(): void {
    const {callAfter, random} = this.deps
    callAfter(shortestPauseMs + random() * (longestPauseMs - shortestPauseMs), () => {
      if (this.isOver) return
      this.asking = this.ask()
    })
  }

  /** The run is over. @param how guard may have been asked to end, and then does not wait for a store that is away */
  async settle(end: FleetEnd, how: 'at-leisure' | 'at-once'): Promise<void> {
    this.isOver = true
    await this.asking
    const {deps, request} = this
    // What it was granted expires, and the claim stays open until that process is seen to be gone.
    if (this.isLeft) return this.hold?.leave()
    if (this.hold) return this.hold.release(end, how === 'at-once' ? 0 : deps.waitMs)
    if (how === 'at-once' || !isOpen(deps, request)) return
    try {
      await claimAndRelease(deps, await claimOf(deps, request), end)
    } catch (error) {
      // The next claim of this host, or a round of its watchdog, asks again.
      if (!(error instanceof StoreFault)) throw error
    }
  }

  /** A process of the job may still run. */
  leave(): void {
    this.isOver = true
    this.isLeft = true
    this.hold?.leave()
  }

  private async ask(): Promise<void> {
    const {deps, request} = this
    const claim = await claimOf(deps, request)
    const askedAt = deps.clock.mono()
    let answer: FleetAnswer
    try {
      answer = await deps.store.acquire(claim)
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error
      return this.wait()
    }
    if (answer.state === 'granted') {
      noteGrant(deps, claim, answer.lease)
      this.hold = holdFleetLease(deps, {lease: answer.lease, askedAt})
    } else if (answer.state === 'done') noteRefusal(deps, claim, answer, false)
    else this.wait()
  }
}

/** Whether the store may have something to learn of the run. */
function isOpen({known}: Pick<FleetDeps, 'known'>, {job, claimId, slotAt}: LateRequest): boolean {
  return known ? openClaimsOf(known.read(), job).some((one) => one.claimId === claimId) : slotAt !== undefined
}

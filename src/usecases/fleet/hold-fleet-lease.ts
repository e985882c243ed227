import type {FleetEnd, FleetHolding} from '../../domain/fleet/lease.js'
import {lossText} from '../../domain/fleet/refusal.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {renewalTimes} from '../../domain/lease/lease.js'
import {askStore} from './ask-store.js'
import type {FleetDeps, FleetGrant} from './fleet-deps.js'
import {note} from './fleet-records.js'
import {noteReached} from './note-answer.js'

export interface HoldFleetDeps extends FleetDeps {
  /** Calls `work` once after so many milliseconds; it keeps no process alive. */
  readonly callAfter: (ms: number, work: () => void) => void
  /** Called once, if another host has the lease, or if it could not be renewed for two thirds of its ttl. */
  readonly onLost: (reason: string) => void
}

/** A lease of the fleet while its job runs. */
export interface FleetHold {
  readonly token: number
  /** @returns why it is lost; undefined while it holds */
  lost(): string | undefined
  /** What is left of it on the clock of this host, ms: not after this another host may start. */
  restMs(): number
  /**
   * Gives it back, unless it is lost, and renews it no more. A store that gives no answer is only warned of.
   *
   * @param waitMs a store that is away is tried again for so long at most
   */
  release(end: FleetEnd, waitMs?: number): Promise<void>
  /** Renews it no more, and lets it expire: a process of the job may still run. */
  leave(): void
}

/** A renewal that failed is tried again after a random time, at least and at most so many ms. */
const [shortestRetryMs, longestRetryMs] = [250, 2000]

/** Renews the lease every third of its ttl, counted from before the question that was answered last. */
export function holdFleetLease(deps: HoldFleetDeps, {lease, askedAt}: FleetGrant): FleetHold {
  const hold = new Hold(deps, {job: lease.job, claim: lease.claimId, token: lease.token, ttlMs: lease.ttlMs}, askedAt)
  hold.wait()
  return {
    token: lease.token,
    lost: () => hold.lost,
    restMs: () => hold.restMs(),
    release: (end, waitMs = deps.waitMs) => hold.release(end, waitMs),
    leave: () => hold.stop(),
  }
}

interface Held {
  readonly job: string
  readonly claim: string
  readonly token: number
  readonly ttlMs: number
}

class Hold {
  lost: string | undefined
  private isOver = false
  private isAsking = false
  /** Only the last one counts. */
  private timers = 0
  /** Monotonic clock, ms: of the last question that was answered well, and before which none is asked. */
  private heldSince: number
  private notBefore: number
  private readonly deps: HoldFleetDeps
  private readonly held: Held
  private readonly times: ReturnType<typeof renewalTimes>

  constructor(deps: HoldFleetDeps, held: Held, askedAt: number) {
    this.deps = deps
    this.held = held
    this.times = renewalTimes(held.ttlMs)
    this.heldSince = askedAt
    this.notBefore = askedAt + this.times.everyMs
  }

  restMs(): number {
    return Math.max(0, this.heldSince + this.held.ttlMs - this.deps.clock.mono())
  }

  stop(): void {
    this.isOver = true
  }

  wait(): void {
    const next = this.isAsking ? this.giveUpAt() : Math.min(this.notBefore, this.giveUpAt())
    const mine = ++this.timers
    const turn = () => {
      if (mine === this.timers) this.turn()
    }
    this.deps.callAfter(Math.max(1, Math.ceil(next - this.deps.clock.mono())), turn)
  }

  async release(end: FleetEnd, longestMs: number): Promise<void> {
    if (this.isOver || this.lost !== undefined) return
    this.isOver = true
    const {deps, held} = this
    const {job, claim, token} = held
    try {
      const waitMs = Math.min(longestMs, this.restMs())
      const holding = await askStore(deps, waitMs, () => deps.store.release({job, token, claimId: claim, ...end}))
      // The store still tells the token of a lease that was given back before.
      if (holding.lease?.token === token && holding.lease.claimId === claim)
        note(deps, {kind: 'released', job, claim, token, status: end.status, ...serverTime(holding)}, 'buffered')
      else this.lose(lossText({token, claimId: claim}, holding), serverTime(holding))
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error
      const restS = Math.ceil(this.restMs() / 1000)
      deps.warn(`the lease of ${job} in the fleet was not given back and ends in ${restS} s: ${error.message}`)
    }
  }

  private giveUpAt(): number {
    return this.heldSince + this.times.giveUpMs
  }

  private turn(): void {
    if (this.isOver || this.lost !== undefined) return
    const now = this.deps.clock.mono()
    if (now >= this.giveUpAt()) {
      this.lose(`it was not renewed for ${Math.round((now - this.heldSince) / 1000)} s`, {})
      this.deps.onLost(this.lost ?? '')
      return
    }
    if (!this.isAsking && now >= this.notBefore) void this.renew(now)
    this.wait()
  }

  private async renew(askedAt: number): Promise<void> {
    const {deps, held} = this
    const {job, claim, token, ttlMs} = held
    this.isAsking = true
    try {
      const holding = await deps.store.renew({job, token, claimId: claim})
      if (this.isOver || this.lost !== undefined) return
      if (holding.state === 'held') this.renewed(askedAt)
      else {
        this.lose(lossText({token, claimId: claim}, holding), serverTime(holding))
        deps.onLost(this.lost ?? '')
      }
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error
      if (this.isOver) return
      deps.warn(`the lease of ${job} in the fleet was not renewed: ${error.message}`)
      const pauseMs = shortestRetryMs + deps.random() * (longestRetryMs - shortestRetryMs)
      this.notBefore = deps.clock.mono() + Math.min(pauseMs, ttlMs / 12)
    } finally {
      this.isAsking = false
      if (!this.isOver && this.lost === undefined) this.wait()
    }
  }

  private renewed(askedAt: number): void {
    this.heldSince = askedAt
    this.notBefore = askedAt + this.times.everyMs
    noteReached(this.deps)
  }

  private lose(reason: string, more: {readonly serverAt?: number}): void {
    const {job, claim, token} = this.held
    this.lost = reason
    note(this.deps, {kind: 'lost', job, claim, token, reason, ...more}, 'buffered')
  }
}

function serverTime({lease}: FleetHolding): {readonly serverAt?: number} {
  return lease ? {serverAt: lease.serverAt} : {}
}

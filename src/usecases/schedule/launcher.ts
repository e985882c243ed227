import {median} from '../../domain/run/usual-time.js'
import {compareSlots, launchable, type PendingSlot} from '../../domain/scheduler/launch-order.js'
import type {Clock} from '../../system/host/clock.js'
import type {DetachedGuard} from '../../system/process/detach.js'

interface LauncherDeps {
  readonly clock: Pick<Clock, 'now' | 'mono'>
  /** Starts `guard run JOB --slot KEY` in a session of its own. */
  readonly start: (slot: PendingSlot) => DetachedGuard
  /** Whether a run of this slot is on record: it started, or was skipped. Throws GuardError `io`. */
  readonly isOnRecord: (slot: PendingSlot) => boolean
  /** How many runs that an earlier scheduler has started go on. */
  readonly countEarlier: () => number
  readonly maxParallel: () => number
  /** After so long without a run on record a slot is started again. */
  readonly relaunchAfterMs: number
  /** Called when a guard has ended. */
  readonly wake: () => void
  readonly log: (text: string) => void
}

/** So often at most: what fails as often will fail again. */
const mostLaunches = 10
const keptLateness = 100
const keptUnrecorded = 1000
const wrongSettingsCode = 78
/** Those of guard itself, and of its death by a signal; all others are the job's. */
const ownCodes: readonly number[] = [64, 69, 70, 73, 74, 75, 77, wrongSettingsCode]
const firstSignalCode = 128

interface Waiting {
  readonly slot: PendingSlot
  /** Monotonic clock, ms. */
  readonly notBeforeMs: number
  readonly launches: number
}

/** Starts the slots that have fired, so many at once, and each until a run of it is on record. */
export class Launcher {
  private readonly deps: LauncherDeps
  /** In the order in which they are to start. */
  private waiting: Waiting[] = []
  /** Whose settings are wrong; they wait for other settings. */
  private refused: Waiting[] = []
  private readonly running = new Map<string, PendingSlot>()
  private readonly lateness: number[] = []
  /** Slots that were run without a record of it, as on a full disk; newest last. */
  private readonly unrecorded = new Set<string>()

  constructor(deps: LauncherDeps) {
    this.deps = deps
  }

  add(slot: PendingSlot): void {
    this.enqueue({slot, notBeforeMs: Number.NEGATIVE_INFINITY, launches: 0})
  }

  /** @param inMs after so long it is started, unless a run of it is on record by then: another process may have started it */
  addEarlier(slot: PendingSlot, inMs: number): void {
    this.enqueue({slot, notBeforeMs: this.deps.clock.mono() + inMs, launches: 1})
  }

  /** Starts what may start now. @returns after how many milliseconds to come again; undefined for not before a `wake` */
  launch(): number | undefined {
    if (this.waiting.length === 0) return undefined
    const {clock, maxParallel, countEarlier} = this.deps
    const [nowMs, monoMs] = [clock.now(), clock.mono()]
    const free = maxParallel() - this.running.size - countEarlier()
    const runningJobs = new Set(Array.from(this.running.values(), ({job}) => job))
    const ready = this.waiting.filter(({notBeforeMs}) => notBeforeMs <= monoMs).map(({slot}) => slot)
    const chosen = new Set(launchable(ready, {nowMs, free, runningJobs}))
    const starting = this.waiting.filter(({slot}) => chosen.has(slot))
    this.waiting = this.waiting.filter(({slot}) => !chosen.has(slot))
    for (const one of starting) this.start(one)
    const times = this.waiting.map(({slot, notBeforeMs}) => Math.max(slot.dueAt - nowMs, notBeforeMs - monoMs))
    return times.reduce<number | undefined>((first, ms) => (ms > 0 && ms < (first ?? ms + 1) ? ms : first), undefined)
  }

  /** The settings were read anew: what they kept from starting is tried again. */
  retryRefused(): void {
    for (const one of this.refused.splice(0)) this.enqueue({...one, notBeforeMs: Number.NEGATIVE_INFINITY, launches: 1})
  }

  counts(): {readonly running: number; readonly queued: number; readonly lateMs: number | undefined} {
    const queued = this.waiting.length + this.refused.length
    return {running: this.running.size, queued, lateMs: median(this.lateness)}
  }

  /** Whether the job was run for this slot though nothing is on record of it. */
  isUnrecorded(key: string): boolean {
    return this.unrecorded.has(key)
  }

  private enqueue(one: Waiting): void {
    const index = this.waiting.findLastIndex(({slot}) => compareSlots(slot, one.slot) <= 0)
    this.waiting.splice(index + 1, 0, one)
  }

  private start(one: Waiting): void {
    const {slot, launches} = one
    if (launches > 0 && this.mayHaveStarted(one)) return
    this.running.set(slot.key, slot)
    if (!slot.isCatchUp && launches === 0) this.noteLateness(this.deps.clock.now() - slot.dueAt)
    void endOf(this.deps, slot).then((code) => {
      this.running.delete(slot.key)
      this.settle({...one, launches: launches + 1}, code)
      this.deps.wake()
    })
  }

  /** Nothing is started twice: it waits while the records cannot be read. */
  private mayHaveStarted(one: Waiting): boolean {
    try {
      return this.deps.isOnRecord(one.slot)
    } catch {
      this.later(one)
      return true
    }
  }

  private noteLateness(ms: number): void {
    this.lateness.push(Math.max(0, ms))
    if (this.lateness.length > keptLateness) this.lateness.shift()
  }

  /** A guard has ended; without a run on record it is started again. */
  private settle(one: Waiting, code: number | undefined): void {
    const {log, isOnRecord} = this.deps
    const {key} = one.slot
    try {
      if (isOnRecord(one.slot)) return
    } catch {
      // Records that cannot be read prove nothing: they are looked at again before the next launch.
    }
    if (code !== undefined && code < firstSignalCode && !ownCodes.includes(code)) {
      this.keepUnrecorded(key)
      return
    }
    log(
      `${key} has no run on record: ${code === undefined ? 'it could not be started' : `exit code ${code} of its guard`}`,
    )
    if (code === wrongSettingsCode) this.refused.push(one)
    else if (one.launches < mostLaunches) this.later(one)
    else log(`${key} is given up after ${one.launches} starts`)
  }

  private keepUnrecorded(key: string): void {
    this.unrecorded.add(key)
    const [oldest] = this.unrecorded
    if (this.unrecorded.size > keptUnrecorded && oldest !== undefined) this.unrecorded.delete(oldest)
  }

  private later(one: Waiting): void {
    const {clock, relaunchAfterMs} = this.deps
    this.enqueue({...one, notBeforeMs: clock.mono() + relaunchAfterMs})
  }
}

/** A process that the system refuses is tried again as one that has failed. */
async function endOf({start}: LauncherDeps, slot: PendingSlot): Promise<number | undefined> {
  try {
    return await start(slot).ended
  } catch {
    return undefined
  }
}

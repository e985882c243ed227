import {median} from '../../domain/run/usual-time.js'
import {compareSlots, isLate, launchable, type PendingSlot} from '../../domain/scheduler/launch-order.js'
import {nextLookMs} from '../../domain/scheduler/next-look.js'
import {jobIsGone, mostOpen} from '../../domain/scheduler/scheduler.js'
import type {Clock} from '../../system/host/clock.js'
import type {DetachedGuard} from '../../system/process/detach.js'
import {endOf, started} from './detached-run.js'

interface LauncherDeps {
  readonly clock: Pick<Clock, 'now' | 'mono'>
  /** Starts `guard run JOB --slot KEY` in a session of its own. */
  readonly start: (slot: PendingSlot) => DetachedGuard
  /** Whether a run of this slot is on record: it started, or was skipped. Throws GuardError `io`. */
  readonly isOnRecord: (slot: PendingSlot) => boolean
  /** The jobs of those runs that an earlier scheduler has started and that go on. */
  readonly earlierJobs: () => readonly string[]
  readonly maxParallel: () => number
  /** After so long without a run on record a slot is started again. */
  readonly relaunchAfterMs: number
  /** Whether the settings still have the job, right or wrong. */
  readonly isKnown: (job: string) => boolean
  /** Records that the slot is not started any more. */
  readonly giveUp: (slot: PendingSlot, reason: string) => void
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

/** So long a guard may take until its run is on record; one that takes longer waits for another run of its job. */
const startedWithinMs = 5000

interface Waiting {
  readonly slot: PendingSlot
  /** Monotonic clock, ms. */
  readonly notBeforeMs: number
  readonly launches: number
}

interface Running {
  readonly slot: PendingSlot
  /** Monotonic clock, ms. */
  readonly sinceMs: number
}

/** Starts the slots that have fired, so many at once, and each until a run of it is on record. */
export class Launcher {
  private readonly deps: LauncherDeps
  /** In the order in which they are to start. */
  private waiting: Waiting[] = []
  /** Whose settings are wrong; they wait for other settings. */
  private refused: Waiting[] = []
  /** How often other settings have come into use: what an earlier look at them has refused is tried again. */
  private changes = 0
  private readonly running = new Map<string, Running>()
  private readonly lateness: number[] = []
  /** Slots that were run without a record of it, as on a full disk; newest last. */
  private readonly unrecorded = new Set<string>()

  constructor(deps: LauncherDeps) {
    this.deps = deps
  }

  /** No more slots of a job wait than the state of the scheduler keeps. */
  add(slot: PendingSlot): void {
    this.enqueue({slot, notBeforeMs: Number.NEGATIVE_INFINITY, launches: 0})
    const ofJob = [...this.waiting, ...this.refused].filter((one) => one.slot.job === slot.job)
    if (ofJob.length <= mostOpen) return
    const oldest = ofJob.reduce((first, one) => (one.slot.slot < first.slot.slot ? one : first))
    this.drop([oldest], `${mostOpen} later slots of its job wait, too`)
  }

  /** @param inMs after so long it is started, unless a run of it is on record by then: another process may have started it */
  addEarlier(slot: PendingSlot, inMs: number): void {
    this.enqueue({slot, notBeforeMs: this.deps.clock.mono() + inMs, launches: 1})
  }

  /** Starts what may start now. @returns after how many milliseconds to come again; undefined for not before a `wake` */
  launch(): number | undefined {
    if (this.waiting.length === 0) return undefined
    const {clock, maxParallel} = this.deps
    const [nowMs, monoMs] = [clock.now(), clock.mono()]
    const earlierJobs = this.deps.earlierJobs()
    const patient = Array.from(this.running.values()).filter((one) => this.onlyWaits(one))
    const inJitter = patient.filter((one) => this.mayBeInJitter(one))
    const free = maxParallel() - earlierJobs.length - this.running.size + patient.length
    const freeForJitter = maxParallel() - inJitter.length
    const running = Array.from(this.running.values(), ({slot}) => slot)
    const ready = this.waiting.filter(({notBeforeMs}) => notBeforeMs <= monoMs).map(({slot}) => slot)
    const chosen = new Set(launchable(ready, {nowMs, free, freeForJitter, running, earlierJobs}))
    const starting = this.waiting.filter(({slot}) => chosen.has(slot))
    this.waiting = this.waiting.filter(({slot}) => !chosen.has(slot))
    for (const one of starting) this.start(one)
    const isHeldBack = ready.some((slot) => slot.dueAt <= nowMs && !chosen.has(slot))
    const isForOthers = isHeldBack && (earlierJobs.length > 0 || this.hasUnbegun())
    return nextLookMs(this.waiting, {nowMs, monoMs, isForOthers})
  }

  /** The settings were read anew: what they kept from starting is tried again. */
  retryRefused(): void {
    this.changes += 1
    for (const one of this.refused.splice(0)) this.again(one)
  }

  private again(one: Waiting): void {
    this.enqueue({...one, notBeforeMs: Number.NEGATIVE_INFINITY, launches: 1})
  }

  counts(): {readonly running: number; readonly queued: number; readonly lateMs: number | undefined} {
    const queued = this.waiting.length + this.refused.length
    return {running: this.running.size, queued, lateMs: median(this.lateness)}
  }

  /** Whether the job was run for this slot though nothing is on record of it. */
  isUnrecorded(key: string): boolean {
    return this.unrecorded.has(key)
  }

  /** Slots of jobs that the settings have no longer wait for nothing. */
  dropUnknown(): void {
    const isUnknown = ({slot}: Waiting) => !this.deps.isKnown(slot.job)
    this.drop([...this.waiting, ...this.refused].filter(isUnknown), jobIsGone)
  }

  /**
   * A guard that waits takes no place of `maxParallel`: where it waits for another run, it takes over the one of that run;
   * where for the jitter of its job, the others would wait with it.
   */
  private onlyWaits(one: Running): boolean {
    const waits = one.slot.patienceMs !== undefined && this.ageMs(one) >= startedWithinMs
    return (waits || this.mayBeInJitter(one)) && !this.isSurelyOnRecord(one.slot)
  }

  /** Unless a run of its slot is on record. */
  private mayBeInJitter(one: Running): boolean {
    const {jitterMs} = one.slot
    return jitterMs !== undefined && this.ageMs(one) < jitterMs + startedWithinMs
  }

  private ageMs({sinceMs}: Running): number {
    return this.deps.clock.mono() - sinceMs
  }

  private hasUnbegun(): boolean {
    return Array.from(this.running.values()).some(
      ({slot: {patienceMs, jitterMs}, slot}) =>
        (patienceMs !== undefined || jitterMs !== undefined) && !this.isSurelyOnRecord(slot),
    )
  }

  private drop(given: readonly Waiting[], reason: string): void {
    const gone = new Set(given)
    this.waiting = this.waiting.filter((one) => !gone.has(one))
    this.refused = this.refused.filter((one) => !gone.has(one))
    for (const {slot} of gone) this.deps.giveUp(slot, reason)
  }

  /** Records that cannot be read prove nothing. */
  private isSurelyOnRecord(slot: PendingSlot): boolean {
    try {
      return this.deps.isOnRecord(slot)
    } catch {
      return true
    }
  }

  private enqueue(one: Waiting): void {
    const index = this.waiting.findLastIndex(({slot}) => compareSlots(slot, one.slot) <= 0)
    this.waiting.splice(index + 1, 0, one)
  }

  private start(one: Waiting): void {
    const {slot, launches} = one
    if (launches > 0 && this.mayHaveStarted(one)) return
    const {changes} = this
    const guard = started(this.deps, slot)
    const begun = {...slot, isCatchUp: isLate(slot, this.deps.clock.now())}
    this.running.set(slot.key, {slot: begun, sinceMs: this.deps.clock.mono()})
    if (!slot.isCatchUp && launches === 0) this.noteLateness(this.deps.clock.now() - slot.dueAt)
    void endOf(guard).then((code) => {
      this.running.delete(slot.key)
      this.settle({...one, launches: launches + 1}, code, changes)
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
  private settle(one: Waiting, code: number | undefined, changes: number): void {
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
    const how = code === undefined ? 'it could not be started' : `exit code ${code} of its guard`
    log(`${key} has no run on record: ${how}`)
    if (!this.deps.isKnown(one.slot.job)) this.deps.giveUp(one.slot, jobIsGone)
    else if (code === wrongSettingsCode && changes !== this.changes) this.again(one)
    else if (code === wrongSettingsCode) this.refused.push(one)
    else if (one.launches < mostLaunches) this.later(one)
    else this.deps.giveUp(one.slot, `it was started ${one.launches} times without a run on record: ${how}`)
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

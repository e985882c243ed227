import {isoTime} from '../../domain/clock/iso-time.js'
import type {ScheduledJob} from '../../domain/scheduler/decide.js'
import {pendingSlot} from '../../domain/scheduler/launch-order.js'
import {jobIsGone, type SchedulerState} from '../../domain/scheduler/scheduler.js'
import {waitingText} from '../../domain/scheduler/set-back.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Wakeup} from '../../system/daemon/wakeup.js'
import type {Clock} from '../../system/host/clock.js'
import type {Decider} from './decide-slots.js'
import {giveUpSlots} from './give-up-slots.js'
import type {Launcher} from './launcher.js'
import type {OwnLease} from './own-lease.js'
import type {Reloader} from './reload-settings.js'

export interface LoopDeps {
  readonly clock: Clock
  readonly journal: Journal<SchedulerState>
  readonly lease: OwnLease
  /** Records that this scheduler has started, with its first heartbeat, and writes its pid file. Throws GuardError `io`. */
  readonly announce: () => void
  readonly decider: Decider
  readonly launcher: Launcher
  readonly wakeup: Wakeup
  /** Why it is to stop. @returns undefined while it is to go on */
  readonly stopAsked: () => string | undefined
  readonly reloader: Pick<Reloader, 'look'>
  readonly log: (text: string) => void
}

/** A timer is never set for longer, so that a clock that was set, or a machine that slept, is noticed. Milliseconds. */
const longestWaitMs = 60_000
/** A wall clock that has gone so much further than the monotonic one was set, or the machine slept. Milliseconds. */
const gapMs = 5000
/** Where the journals cannot be used, it is tried again so soon. Milliseconds. */
const retryMs = 2000

/**
 * The scheduler's rounds, until it is asked to stop or another one has its lease. Neither a fault of one part nor a state
 * directory that is gone for a while ends it.
 *
 * @returns why it stops. Throws GuardError `fenced`.
 */
export async function schedulerLoop(deps: LoopDeps): Promise<string> {
  const {clock, launcher, wakeup} = deps
  const guarded = guardedBy(deps.log)
  const noticeGap = gapNotice(deps)
  const announceAnew = announcer(deps)
  let heartbeatAtMs = clock.mono()
  for (;;) {
    const by = deps.stopAsked()
    if (by !== undefined) {
      // A scheduler whose lease is another's by now must not record that it stops: that would be said of the other one.
      await guarded('the lease', () => deps.lease.keep())
      return by
    }
    await guarded('the clock', async () => noticeGap())
    const lookInMs = await guarded('the settings', () => deps.reloader.look())
    const isHeld = await guarded('the lease', () => deps.lease.keep())
    let nextMs = retryMs
    if (isHeld === 'held') {
      await guarded('its start', announceAnew)
      const nextAtMs = await guarded('the slots', async () => ({at: round(deps)}))
      const launchInMs = launcher.launch()
      if (nextAtMs) nextMs = Math.min(longestWaitMs, untilNext(deps, nextAtMs.at), launchInMs ?? longestWaitMs)
      if (clock.mono() - heartbeatAtMs >= longestWaitMs - 1) {
        heartbeatAtMs = clock.mono()
        await guarded('the heartbeat', async () => recordHeartbeat(deps))
      }
      nextMs = Math.min(nextMs, Math.max(0, heartbeatAtMs + longestWaitMs - clock.mono()))
    }
    await wakeup.wait(Math.min(nextMs, lookInMs ?? longestWaitMs))
  }
}

/** A lease that was taken anew is one of a state directory that knows nothing of this scheduler, nor of its schedules. */
function announcer({lease, announce, decider, log}: LoopDeps): () => Promise<void> {
  let announced = lease.current().claimId
  return async () => {
    const {claimId} = lease.current()
    if (claimId === announced) return
    decider.forget()
    announce()
    announced = claimId
    log('the state directory did not know of this scheduler: its start was recorded anew')
  }
}

function untilNext({clock}: LoopDeps, atMs: number | undefined): number {
  return atMs === undefined ? longestWaitMs : Math.max(0, atMs - clock.now())
}

/** Decides, records, and hands over what counts. @returns when the next slot is due, wall clock */
function round(deps: LoopDeps): number | undefined {
  return deps.decider.decide((slot) => deps.launcher.add(slot))
}

/** Shows that the scheduler is at work. */
export function recordHeartbeat({journal, launcher}: Pick<LoopDeps, 'journal' | 'launcher'>): void {
  const {lateMs, ...counts} = launcher.counts()
  const heartbeat = {kind: 'heartbeat', ...counts, ...(lateMs !== undefined && {lateMs: Math.round(lateMs)})}
  const {verdict} = journal.append(heartbeat, 'buffered')
  if (verdict === 'void') throw new GuardError('io', 'the heartbeat is not in the journal of the scheduler')
  if (journal.hasGrown()) journal.compactIfDue()
}

/**
 * Hands over the slots that an earlier scheduler has recorded, and of which no run is on record; those that are too old,
 * or whose job is gone, are given up.
 */
export function takeOver(
  deps: Pick<LoopDeps, 'launcher' | 'clock' | 'journal' | 'log'>,
  {jobs: known}: SchedulerState,
  {jobs, host, relaunchAfterMs, isKnown, isStarted}: TakeOver,
): void {
  const {launcher, clock} = deps
  const byName = new Map(jobs.map((job) => [job.name, job]))
  for (const [name, {open}] of Array.from(known)) {
    const job = byName.get(name)
    const slots = open.filter(({slotMs}) => !isStarted(name, slotMs))
    const tooOld: number[] = []
    for (const {slotMs, at, isCatchUp} of job ? slots : []) {
      const ageMs = Math.max(0, clock.now() - at)
      if (job && ageMs <= job.catchUp.windowMs)
        launcher.addEarlier(
          pendingSlot(job, {slotMs, isCatchUp}, host),
          Math.max(0, relaunchAfterMs + (job.jitterMs ?? 0) - ageMs),
        )
      else tooOld.push(slotMs)
    }
    giveUpSlots(deps, {job: name, slots: tooOld}, 'it is older than the window of catchUp')
    if (!isKnown(name)) giveUpSlots(deps, {job: name, slots: slots.map(({slotMs}) => slotMs)}, jobIsGone)
  }
}

interface TakeOver {
  readonly jobs: readonly ScheduledJob[]
  readonly host: string
  /** After so long without a run on record a slot is started again. */
  readonly relaunchAfterMs: number
  /** Whether the settings have the job, right or wrong. */
  readonly isKnown: (job: string) => boolean
  /** Whether a run of this slot has begun, or was refused. */
  readonly isStarted: (job: string, slotMs: number) => boolean
}

type Guarded = <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>

/** What fails is said when it begins, when the reason changes, and when it is over; another holder of the lease ends all. */
function guardedBy(log: (text: string) => void): Guarded {
  const failing = new Map<string, string>()
  return async (what, work) => {
    try {
      const done = await work()
      if (failing.delete(what)) log(`${what}: well again`)
      return done
    } catch (error) {
      if (error instanceof GuardError && error.kind === 'fenced') throw error
      const reason = error instanceof Error ? error.message : String(error)
      if (failing.get(what) !== reason) log(`${what}: ${reason}`)
      failing.set(what, reason)
      return undefined
    }
  }
}

function gapNotice({clock, log, decider}: LoopDeps): () => void {
  let last = {at: clock.now(), mono: clock.mono()}
  return () => {
    const now = {at: clock.now(), mono: clock.mono()}
    const driftMs = now.at - last.at - (now.mono - last.mono)
    last = now
    if (Math.abs(driftMs) < gapMs) return
    decider.forget()
    const seconds = Math.round(Math.abs(driftMs) / 1000)
    log(
      driftMs < 0
        ? `the clock was set back by ${seconds} s`
        : `the machine slept, or its clock was set forward, by ${seconds} s`,
    )
    const waiting = decider.waiting()
    if (waiting) log(waitingText(waiting, isoTime(waiting.untilMs)))
  }
}

import {median} from '../../domain/run/usual-time.js'
import {compareSlots, launchable, type PendingSlot} from '../../domain/scheduler/launch-order.js'
import type {Clock} from '../../system/host/clock.js'
import type {DetachedGuard} from '../../system/process/detach.js'

export interface LauncherDeps {
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

export interface Launcher {
  /** @param notBeforeMs monotonic clock: when it may be started, for a slot that another process may have started */
  add(slot: PendingSlot, notBeforeMs?: number): void
  /** Starts what may start now. @returns after how many milliseconds to come again; undefined for not before a `wake` */
  launch(): number | undefined
  /** The settings were read anew: what they kept from starting is tried again. */
  retryRefused(): void
  counts(): {readonly running: number; readonly queued: number; readonly lateMs: number | undefined}
}

/** So often at most: what fails as often will fail again. */
const mostLaunches = 10
const keptLateness = 100
const wrongSettingsCode = 78
/** Below it are the codes of jobs alone. */
const firstOwnCode = 64

interface Waiting {
  readonly slot: PendingSlot
  /** Monotonic clock, ms. */
  readonly notBeforeMs: number
  readonly launches: number
}

/** Starts the slots that have fired, so many at once, and each until a run of it is on record. */
export function createLauncher(deps: LauncherDeps): Launcher {
  const {clock} = deps
  let waiting: Waiting[] = []
  /** Whose settings are wrong; they wait for other settings. */
  let refused: Waiting[] = []
  const running = new Map<string, PendingSlot>()
  const lateness: number[] = []

  const add = (one: Waiting) => {
    const index = waiting.findIndex(({slot}) => compareSlots(one.slot, slot) < 0)
    waiting.splice(index < 0 ? waiting.length : index, 0, one)
  }

  const settle = (one: Waiting, code: number | undefined) => {
    running.delete(one.slot.key)
    const {key} = one.slot
    try {
      if (deps.isOnRecord(one.slot) || (code !== undefined && code < firstOwnCode)) return
    } catch {
      // Records that cannot be read now prove nothing: it is looked at again before the next launch.
    }
    const reason = code === undefined ? 'it could not be started' : `its guard ended with exit code ${code}`
    deps.log(`${key} has no run on record: ${reason}`)
    if (code === wrongSettingsCode) refused.push(one)
    else if (one.launches < mostLaunches) add({...one, notBeforeMs: clock.mono() + deps.relaunchAfterMs})
    else deps.log(`${key} is given up after ${one.launches} starts`)
  }

  const start = (one: Waiting) => {
    const {slot} = one
    try {
      if (one.launches > 0 && deps.isOnRecord(slot)) return
    } catch {
      // Nothing is started twice: it waits until the records can be read.
      add({...one, notBeforeMs: clock.mono() + deps.relaunchAfterMs})
      return
    }
    const next = {...one, launches: one.launches + 1}
    running.set(slot.key, slot)
    if (!slot.isCatchUp && one.launches === 0) lateness.push(Math.max(0, clock.now() - slot.dueAt))
    if (lateness.length > keptLateness) lateness.shift()
    void endOf(deps, slot).then((code) => {
      settle(next, code)
      deps.wake()
    })
  }

  return {
    add: (slot, notBeforeMs) => {
      const isEarlier = notBeforeMs !== undefined
      add({slot, notBeforeMs: notBeforeMs ?? Number.NEGATIVE_INFINITY, launches: isEarlier ? 1 : 0})
    },
    launch: () => {
      const [nowMs, monoMs] = [clock.now(), clock.mono()]
      const free = waiting.length === 0 ? 0 : deps.maxParallel() - running.size - deps.countEarlier()
      const ready = waiting.filter(({notBeforeMs}) => notBeforeMs <= monoMs)
      const runningJobs = new Set(Array.from(running.values(), ({job}) => job))
      const chosen = new Set(
        launchable(
          ready.map(({slot}) => slot),
          {nowMs, free, runningJobs},
        ),
      )
      const starting = ready.filter(({slot}) => chosen.has(slot))
      waiting = waiting.filter(({slot}) => !chosen.has(slot))
      for (const one of starting) start(one)
      const times = waiting.map(({slot, notBeforeMs}) => Math.max(slot.dueAt - nowMs, notBeforeMs - monoMs))
      const later = times.filter((ms) => ms > 0)
      return later.length === 0 ? undefined : Math.min(...later)
    },
    retryRefused: () => {
      for (const one of refused) add({...one, notBeforeMs: Number.NEGATIVE_INFINITY, launches: 1})
      refused = []
    },
    counts: () => ({
      running: running.size,
      queued: waiting.length + refused.length,
      lateMs: median(lateness),
    }),
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

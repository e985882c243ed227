import {type Epoch, passageAround, type UpState, type Uptime} from './uptime.js'

/** cron needs so long after a boot or a jump until it starts anything. Milliseconds. */
const settleMs = 2 * 60_000
/** cron does not run again what a clock set back by less than this brings again (Debian cron(8)). */
const repeatedMs = 3 * 3_600_000

/**
 * Whether the machine was up at the wall clock time `at`; if it was twice, the last time counts. `isWildcard` is about
 * the schedule of which `at` is a slot.
 */
export function wasUpAt({epochs}: Uptime, at: number, {nowUptimeMs, isWildcard}: SlotQuestion): UpState {
  for (let index = epochs.length - 1; index >= 0; index--) {
    const fromUptimeMs = index === 0 ? (epochs[0]?.startUptimeMs ?? 0) : (epochs[index]?.uptimeMs ?? 0) + settleMs
    const lived = passageAround(epochs, at, {index, nowUptimeMs, fromUptimeMs})
    if (!lived) continue
    if (lived.is !== 'up') return lived
    if (isUnobserved(epochs, index, lived.uptimeMs)) return {...lived, is: 'skipped'}
    return !isWildcard && isRepeated(epochs, index, at) ? {...lived, is: 'repeated'} : lived
  }
  return {is: 'before'}
}

interface SlotQuestion {
  readonly nowUptimeMs: number
  /** cron starts jobs of such schedules by the new time at once, however far the clock was set back. */
  readonly isWildcard: boolean
}

/** What the clock showed between the last sample before a jump and the first after it is not known. */
function isUnobserved(epochs: readonly Epoch[], index: number, uptimeMs: number): boolean {
  const next = epochs[index + 1]
  return next !== undefined && next.boot === epochs[index]?.boot && uptimeMs > next.since
}

/**
 * Whether cron has been past `at` already in this boot: set back by a little, it waits until the clock has caught up;
 * set back by more, it takes the new time (Debian's cron(8)).
 */
function isRepeated(epochs: readonly Epoch[], index: number, at: number): boolean {
  const boot = epochs[index]?.boot
  let cronAt = Number.NEGATIVE_INFINITY
  for (const [place, epoch] of epochs.slice(0, index + 1).entries()) {
    if (epoch.boot !== boot) continue
    if (cronAt - epoch.at > repeatedMs) cronAt = epoch.at
    if (place === index) return cronAt >= at
    cronAt = Math.max(cronAt, epoch.at + (epochs[place + 1]?.uptimeMs ?? 0) - epoch.uptimeMs)
  }
  return false
}

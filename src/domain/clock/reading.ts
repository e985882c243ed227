import type {Moment} from '../lease/lease.js'

export type {Moment} from '../lease/lease.js'

/** Time from `from` to `to`, never negative, ms: by the clock that cannot jump where both have it, else by the wall's. */
export function elapsedMs(from: Moment, to: Moment): number {
  return Math.max(0, from.boot === to.boot ? to.mono - from.mono : to.at - from.at)
}

/** Whether `spanMs` have gone by since `from`. */
export function hasPassed(from: Moment, spanMs: number, now: Moment): boolean {
  return elapsedMs(from, now) >= spanMs
}

/** The wall clock's time at which `spanMs` will have gone by, as well as it can be said at `now`. */
export function dueAt(from: Moment, spanMs: number, now: Moment): number {
  return now.at + Math.max(0, spanMs - elapsedMs(from, now))
}

import {type BootRef, bootRefOf} from './process-ref.js'

/** One reading of both clocks, with the host and the boot in which the monotonic one counts. Milliseconds. */
export interface ClockReading extends BootRef {
  readonly at: number
  readonly mono: number
}

/** The clock reading that a record carries in its stamp. */
export function readingOf(record: ClockReading): ClockReading {
  return {at: record.at, mono: record.mono, ...bootRefOf(record)}
}

/** Time from `from` to `to`, never negative, ms: by the clock that cannot jump where both have it, else by the wall's. */
export function elapsedMs(from: ClockReading, to: ClockReading): number {
  return Math.max(0, from.boot === to.boot ? to.mono - from.mono : to.at - from.at)
}

/** Whether `spanMs` have passed since `from`. */
export function hasPassed(from: ClockReading, spanMs: number, now: ClockReading): boolean {
  return elapsedMs(from, now) >= spanMs
}

/** The wall clock time at which `spanMs` will have passed since `from`, estimated at `now`. */
export function dueAt(from: ClockReading, spanMs: number, now: ClockReading): number {
  return now.at + Math.max(0, spanMs - elapsedMs(from, now))
}

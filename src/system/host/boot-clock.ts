import {readFileSync} from 'node:fs'
import {libc} from './libc.js'
import {timeOffsets} from './namespaces.js'
import {isStandalone} from './program.js'

/** CLOCK_MONOTONIC of clock_gettime(2), which Node's `process.hrtime` reads too. */
const monotonic = 1

let read: (() => number) | undefined

/**
 * The monotonic clock of this boot, ms, to the microsecond. bun's `process.hrtime` counts from the start of the process,
 * and no other process could compare such a time with its own, so C's clock is read there. It is read each time: an
 * offset between the two clocks would be wrong by as long as the process was stopped while it took it. The offset of a
 * time namespace is taken away, because records are compared with those of processes outside it.
 */
export function bootMs(): number {
  read ??= isStandalone ? standaloneClock() : hrtimeMs
  return read()
}

function hrtimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return toMs(seconds, nanoseconds) - timeOffsets().monotonicMs
}

/** Where C cannot be called, /proc tells the time since boot to 10 ms, with the time that the machine slept. */
function standaloneClock(): () => number {
  const c = libc()
  if (!c) return () => Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000 - timeOffsets().bootMs
  const time = new BigInt64Array(2)
  return () => {
    c.clock_gettime(monotonic, time)
    return toMs(Number(time[0]), Number(time[1])) - timeOffsets().monotonicMs
  }
}

/** Microseconds are kept: the nearest number to a nanosecond of a long boot would be another. */
function toMs(seconds: number, nanoseconds: number): number {
  return seconds * 1000 + Math.floor(nanoseconds / 1000) / 1000
}

import {readFileSync} from 'node:fs'
import {isStandalone} from './program.js'

/** The part of bun that calls C. */
interface Ffi {
  dlopen(
    library: string,
    symbols: object,
  ): {readonly symbols: {readonly clock_gettime: (clock: number, time: BigInt64Array) => number}}
}

let offset: number | undefined

/**
 * What to add to `process.hrtime`, in milliseconds, for the monotonic clock of this boot: nothing on Node. bun counts
 * from the start of the process, and no other process could compare such a time with its own.
 */
export function bootClockOffsetMs(): number {
  offset ??= isStandalone ? readMonotonicMs() - hrtimeMs() : 0
  return offset
}

/** Microseconds are kept: the nearest number to a nanosecond of a long boot would be another. */
export function hrtimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + Math.floor(nanoseconds / 1000) / 1000
}

/** Where C cannot be called, /proc tells the time since boot to 10 ms, with the time that the machine slept. */
function readMonotonicMs(): number {
  try {
    const ffi = process.getBuiltinModule('bun:ffi') as unknown as Ffi
    const {symbols} = ffi.dlopen('libc.so.6', {clock_gettime: {args: ['i32', 'ptr'], returns: 'i32'}})
    const monotonic = 1
    const time = new BigInt64Array(2)
    symbols.clock_gettime(monotonic, time)
    return Number(time[0]) * 1000 + Number(time[1]) / 1_000_000
  } catch {
    return Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000
  }
}

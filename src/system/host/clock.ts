import {bootMs} from './boot-clock.js'

/** The source of time, which tests replace. All values are milliseconds. */
export interface Clock {
  /** Wall clock since 1970 UTC. It may jump. */
  now(): number
  /** Monotonic clock of this boot, the same for all processes of the boot. It never jumps. */
  mono(): number
  /** Resolves after `ms`, at most 24.8 days, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** A timer of Node's fires at once beyond this. */
export const longestTimerMs = 2 ** 31 - 1

/** Calls `work` after `ms`, at most 24.8 days, unless the program has ended by then: the timer keeps no program alive. */
export function callAfter(ms: number, work: () => void): void {
  setTimeout(work, Math.min(ms, longestTimerMs)).unref()
}

export const systemClock: Clock = {
  now: Date.now,
  mono: bootMs,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, Math.min(ms, longestTimerMs))
      signal?.addEventListener('abort', wake)
    }),
}

/** Monotonic clock of this process, ms, for spans. For `performance.now()` Node would load nine modules in each run. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** Whether the work ends within `ms`, well or not. No timer is left behind, and no AbortController is loaded for it. */
export function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.min(ms, longestTimerMs))
    const end = () => {
      clearTimeout(timer)
      resolve(true)
    }
    work.then(end, end)
  })
}

import {setTimeout as delay} from 'node:timers/promises'

/** Time comes in from outside, so that tests move it by hand. All values are milliseconds. */
export interface Clock {
  /** Wall clock since 1970 UTC. It may jump. */
  now(): number
  /** Monotonic clock of this boot, the same for all processes of the boot. It never jumps. */
  mono(): number
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: Date.now,
  mono: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  sleep: (ms, signal) => delay(ms, undefined, signal ? {signal} : {}).catch(() => undefined),
}

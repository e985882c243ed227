import type {RetrySettings} from '../settings/job.js'

type Backoff = Pick<RetrySettings, 'firstDelayMs' | 'factor' | 'maxDelayMs'>

/** Full delay after attempt number `attempt` (the first is 1), ms: 2, 4, 8, 16 … 60 seconds by default. */
export function backoffMs({firstDelayMs, factor, maxDelayMs}: Backoff, attempt: number): number {
  return Math.min(maxDelayMs, firstDelayMs * factor ** (attempt - 1))
}

/**
 * Makes the share `jitter` (0 to 1) of a delay random, so that callers that fail together do not retry together.
 * 0.5 is the "equal jitter" of M. Brooker, "Exponential Backoff And Jitter" (2015), 1 the "full" one. `random` is in [0, 1).
 */
export function withJitter(delayMs: number, jitter: number, random: number): number {
  return Math.round(delayMs * (1 - jitter) + random * delayMs * jitter)
}

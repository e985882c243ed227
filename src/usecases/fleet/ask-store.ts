import {StoreFault} from '../../domain/fleet/store-fault.js'
import type {Clock} from '../../system/host/clock.js'

interface AskDeps {
  readonly clock: Pick<Clock, 'mono' | 'sleep'>
  /** From 0 to 1. */
  readonly random: () => number
}

/** The longest delay before the second question, and before any later one, ms. */
const [firstDelayMs, longestDelayMs] = [250, 2000]

/**
 * Asks the store until it answers, for at most `waitMs` if it is away. The delays double and are random from nothing up
 * ("full jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), because all hosts lose it at
 * the same moment. Rejects with StoreFault.
 */
export async function askStore<T>(deps: AskDeps, waitMs: number, ask: () => Promise<T>): Promise<T> {
  const {clock, random} = deps
  const deadline = clock.mono() + waitMs
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await ask()
    } catch (error) {
      const restMs = deadline - clock.mono()
      if (!(error instanceof StoreFault) || error.kind !== 'away' || restMs <= 0) throw error
      // Not without a pause, which a store that refuses connections at once would make a busy loop.
      await clock.sleep(Math.min(restMs, Math.max(10, random() * delayMs)))
    }
  }
}

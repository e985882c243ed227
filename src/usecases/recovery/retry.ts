import type {RetryAfter} from '../../domain/failure/retry-after.js'
import type {AttemptSpan} from '../../domain/retry/attempt-limit.js'
import {type AttemptEnd, decideRetry, pastDeadline} from '../../domain/retry/retry.js'
import type {RetrySettings} from '../../domain/settings/job.js'
import type {Clock} from '../../system/host/clock.js'

export interface RetryDeps {
  readonly clock: Clock
  /** When the first attempt began, on the monotonic clock, ms; now if it is absent. */
  readonly begunAt?: number
  readonly random: () => number
  /** Takes a token of the shared budget for one retry. @returns why there is none, if it is used up */
  readonly takeToken: () => string | undefined
  /** Why no attempt but the first can be made; undefined if more can. */
  readonly inputTaken?: string | undefined
  /** Is called for every retry before its wait. */
  readonly onRetry: (retry: RetryNews) => void
  /** Ends the waiting; the caller itself ends the attempt under way. A text as its reason says why there is no other. */
  readonly signal: AbortSignal | undefined
  readonly showWait: ShowWait
}

/** Shows people that a wait goes on, and what for. */
export type ShowWait = <T>(what: string, wait: () => Promise<T>) => Promise<T>

export interface RetryNews {
  /** Number of the attempt that failed; the first is 1. */
  readonly attempt: number
  readonly afterMs: number
  readonly reason: string
}

export interface AttemptStart extends AttemptSpan {
  /** The first is 1. */
  readonly attempt: number
}

export interface AttemptResult extends AttemptEnd {
  readonly retryAfter?: RetryAfter
}

interface Retried<A> {
  readonly last: A
  readonly attempts: number
  /** Why there was no further attempt. */
  readonly stopped: string
}

/** Makes attempts until one is healthy or the policy, the budget or the signal says stop. Throws what `attempt` throws. */
export async function retryAttempts<A extends AttemptResult>(
  deps: RetryDeps,
  policy: RetrySettings,
  attempt: (start: AttemptStart) => Promise<A>,
): Promise<Retried<A>> {
  const {begunAt = deps.clock.mono()} = deps
  const elapsedMs = () => Math.round(deps.clock.mono() - begunAt)
  const ends: A[] = []
  for (let timeoutFactor = 1; ; ) {
    const remainingMs = policy.deadlineMs === undefined ? undefined : Math.max(1, policy.deadlineMs - elapsedMs())
    const last = await attempt({attempt: ends.length + 1, timeoutFactor, remainingMs})
    ends.push(last)
    const stop = (stopped: string) => ({last, attempts: ends.length, stopped})
    const decision = decideRetry(policy, {
      attempts: ends,
      retryAfter: last.retryAfter,
      elapsedMs: elapsedMs(),
      now: deps.clock.now(),
      random: deps.random(),
    })
    if (!decision.retry) return stop(decision.reason)
    if (deps.signal?.aborted) return stop(cancelText(deps.signal))
    if (deps.inputTaken !== undefined) return stop(deps.inputTaken)
    const spent = deps.takeToken()
    if (spent !== undefined) return stop(spent)
    deps.onRetry({attempt: ends.length, afterMs: decision.afterMs, reason: decision.reason})
    const wait = () => deps.clock.sleep(decision.afterMs, deps.signal)
    await deps.showWait(`attempt ${ends.length + 1} waits`, wait)
    if (deps.signal?.aborted) return stop(cancelText(deps.signal))
    // A machine that was busy or asleep may have waited for longer.
    const late = pastDeadline(policy, elapsedMs())
    if (late !== undefined) return stop(late)
    timeoutFactor *= decision.timeoutFactor
  }
}

function cancelText({reason}: AbortSignal): string {
  return typeof reason === 'string' ? reason : 'cancelled'
}

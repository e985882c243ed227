import {jobDefaults} from '../config/defaults.js'
import {hasAnswered} from '../domain/breaker/call-result.js'
import type {RetryAfter} from '../domain/failure/retry-after.js'
import {attemptLimitMs} from '../domain/retry/attempt-limit.js'
import {classOfAttempt} from '../domain/retry/retry.js'
import {retryBudgetSpent} from '../domain/retry/retry-budget.js'
import type {Outcome} from '../domain/run/outcome.js'
import type {RetrySettings} from '../domain/settings/job.js'
import {systemClock} from '../system/host/clock.js'
import {classifyError} from '../system/process/error-class.js'
import {type AttemptStart, type RetryNews, retryAttempts} from '../usecases/recovery/retry.js'
import {type CircuitBreaker, refused} from './circuit-breaker.js'

/** How failed calls are repeated; spans are milliseconds. The defaults: 2 s doubling, at most 60 s, by class of failure. */
export type RetryPolicy = RetrySettings

export interface RetryOptions {
  readonly policy?: Partial<RetryPolicy>
  /** Asked before the first attempt; the last one's end is recorded; its target's retry budget is shared by all processes. */
  readonly breaker?: CircuitBreaker
  /** Limit of an attempt, ms; after a timeout the next one gets twice as much. `call` sees it by its signal. */
  readonly timeoutMs?: number
  /** Cancels: the attempt under way by its own signal, the waiting at once. */
  readonly signal?: AbortSignal
  /** Outranks what guard reads from an error: its failure class, or undefined to let guard decide. */
  readonly classify?: (error: unknown) => string | undefined
  readonly onRetry?: (retry: RetryNews & {readonly error: unknown}) => void
}

export interface CallAttempt {
  /** The first is 1. */
  readonly attempt: number
  /** Aborts at the attempt's time limit and when the whole is cancelled; hand it to `fetch`. */
  readonly signal: AbortSignal
}

/** Attempts of a call without `maxAttempts`. */
const defaultAttempts = 4

/**
 * Makes a call, again if the way it failed calls for it. Resolves with the first success; rejects with the last error,
 * with GuardError `breaker-open`, or with the signal's reason.
 *
 *     const prices = await retryWithPolicy(({signal}) => fetchPrices({signal}), {breaker, timeoutMs: 5000})
 */
export async function retryWithPolicy<T>(
  call: (attempt: CallAttempt) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const {breaker, signal, onRetry} = options
  const permit = breaker?.allow()
  if (permit && !permit.allowed) throw refused(permit)
  const policy = {...jobDefaults.retry, maxAttempts: defaultAttempts, ...options.policy}
  let error: unknown
  const deps = {
    clock: systemClock,
    random: Math.random,
    showWait: <W>(_what: string, wait: () => Promise<W>) => wait(),
    takeToken: () => (!breaker || breaker.takeRetryToken() ? undefined : retryBudgetSpent(breaker)),
    onRetry: (news: RetryNews) => onRetry?.({...news, error}),
    signal,
  }
  const {last} = await retryAttempts(deps, policy, async (start) => {
    const end = await tryCall(call, options, start)
    if (end.outcome !== 'healthy') error = end.error
    return end
  })
  const isCancelled = signal?.aborted === true && last.outcome !== 'healthy'
  // A cancelled call says nothing of the target; a probe that was cancelled gives way after its limit.
  if (!isCancelled) breaker?.record(hasAnswered(last.outcome, last.class) === true, permit)
  if (isCancelled) throw signal.reason
  if (last.outcome !== 'healthy') throw error
  return last.value as T
}

interface CallEnd<T> {
  readonly outcome: Outcome
  readonly class: string
  readonly retryAfter?: RetryAfter
  readonly value?: T
  readonly error?: unknown
}

async function tryCall<T>(
  call: (attempt: CallAttempt) => Promise<T>,
  {timeoutMs, signal, classify}: RetryOptions,
  {attempt, ...span}: AttemptStart,
): Promise<CallEnd<T>> {
  const limit = limited(signal, attemptLimitMs(timeoutMs, span))
  try {
    const value = await Promise.race([call({attempt, signal: limit.signal}), limit.aborted])
    return {outcome: 'healthy', class: 'unknown', value}
  } catch (error) {
    const {failure, retryAfter} = classifyError(error)
    const outcome = limit.hasTimedOut() ? 'timed-out' : 'failed'
    const failureClass = classOfAttempt(outcome, classify?.(error), failure?.class)
    return {outcome, class: failureClass, error, ...(retryAfter && {retryAfter})}
  } finally {
    limit.clear()
  }
}

/** A signal that aborts with the caller's own or after `limitMs`; `aborted` rejects then, in case the call ignores it. */
function limited(signal: AbortSignal | undefined, limitMs: number | undefined) {
  const controller = new AbortController()
  const cancel = () => controller.abort(signal?.reason)
  let timer: NodeJS.Timeout | undefined
  let timedOut = false
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, {once: true})
  if (Number.isFinite(limitMs))
    timer = setTimeout(() => {
      timedOut = true
      controller.abort(new DOMException(`no answer within ${limitMs} ms`, 'TimeoutError'))
    }, limitMs)
  const aborted = new Promise<never>((_, reject) => {
    const fail = () => reject(controller.signal.reason)
    if (controller.signal.aborted) fail()
    else controller.signal.addEventListener('abort', fail, {once: true})
  })
  aborted.catch(() => undefined)
  return {
    signal: controller.signal,
    aborted,
    hasTimedOut: () => timedOut,
    clear: () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    },
  }
}

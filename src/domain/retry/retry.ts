import {formatDuration} from '../clock/duration.js'
import {type RetryAfter, retryAfterMs} from '../failure/retry-after.js'
import type {Outcome} from '../run/outcome.js'
import type {RetrySettings, TroubleOutcome} from '../settings/job.js'
import {backoffMs, withJitter} from './backoff.js'
import {retriesOff} from './not-retried.js'

/**
 * Whether and when a failed attempt is repeated, by why it failed. By default a rate limit or a server's fault waits as
 * long as the other side asks, or backs off if it does not ask; a connection fault backs off; a timeout gets twice the
 * time; a refused request is repeated once; and what no wait can change (auth, not-found) is never repeated.
 */

/** How one attempt ended. `class` is `unknown` if nothing shows why. */
export interface AttemptEnd {
  readonly outcome: Outcome
  readonly class: string
}

export interface RetryFacts {
  /** All attempts so far, the oldest first; there is at least one. */
  readonly attempts: readonly AttemptEnd[]
  /** What the last one was asked to wait. */
  readonly retryAfter: RetryAfter | undefined
  /** Since the first attempt began, ms. */
  readonly elapsedMs: number
  /** Wall clock, ms; for a Retry-After that is a date. */
  readonly now: number
  /** In [0, 1). */
  readonly random: number
}

type RetryDecision =
  | {readonly retry: true; readonly afterMs: number; readonly timeoutFactor: number; readonly reason: string}
  | {readonly retry: false; readonly reason: string}

/** The shared budget is not asked here: the caller that performs the retry takes its token, which may be refused. */
export function decideRetry(policy: RetrySettings, facts: RetryFacts): RetryDecision {
  const last = facts.attempts.at(-1)
  if (!last) return no('nothing was tried')
  const refusal = refusalOf(policy, facts.attempts, last)
  if (refusal !== undefined) return no(refusal)
  const rule = ruleOf(policy, last.class)
  const delayMs = withJitter(backoffMs(policy, facts.attempts.length), policy.jitter, facts.random)
  const askedMs = rule.honourRetryAfter && facts.retryAfter ? retryAfterMs(facts.retryAfter, facts.now) : undefined
  if (askedMs !== undefined && askedMs > policy.maxDelayMs)
    return no(
      `asked to wait ${formatDuration(wholeSeconds(askedMs))}, longer than maxDelay (${formatDuration(policy.maxDelayMs)})`,
    )
  // A little later than asked, at random, because all refused callers were given the same time.
  const afterMs = askedMs === undefined ? delayMs : askedMs + Math.round(facts.random * policy.firstDelayMs)
  const late = pastDeadline(policy, facts.elapsedMs + afterMs)
  if (late !== undefined) return no(late)
  const why = askedMs === undefined ? '' : `, asked to wait ${formatDuration(wholeSeconds(askedMs))}`
  return {retry: true, afterMs, timeoutFactor: rule.timeoutFactor ?? 1, reason: `${last.class}${why}`}
}

/** Why no attempt may start so long after the first one. @returns undefined if one may */
export function pastDeadline({deadlineMs}: Pick<RetrySettings, 'deadlineMs'>, elapsedMs: number): string | undefined {
  if (deadlineMs === undefined || elapsedMs < deadlineMs) return undefined
  return `the deadline of ${formatDuration(deadlineMs)} leaves no time for another attempt`
}

/** Spans of more than a minute are said in whole seconds. */
function wholeSeconds(ms: number): number {
  return ms > 60_000 ? Math.ceil(ms / 1000) * 1000 : ms
}

function refusalOf(policy: RetrySettings, attempts: readonly AttemptEnd[], last: AttemptEnd): string | undefined {
  if (last.outcome === 'healthy') return 'healthy'
  if (policy.maxAttempts <= 1) return retriesOff
  if (!policy.on.includes(last.outcome as TroubleOutcome)) return `${last.outcome} is not retried`
  const {maxRetries} = ruleOf(policy, last.class)
  const retriesOfClass = attempts.slice(0, -1).filter((attempt) => attempt.class === last.class).length
  if (maxRetries === 0) return `${last.class} is never retried`
  if (maxRetries !== undefined && retriesOfClass >= maxRetries)
    return `${last.class} is retried at most ${maxRetries} times`
  if (attempts.length >= policy.maxAttempts) return `gave up after ${attempts.length} attempts`
  return undefined
}

function ruleOf({classes}: RetrySettings, name: string) {
  return (Object.hasOwn(classes, name) ? classes[name] : undefined) ?? {}
}

function no(reason: string): RetryDecision {
  return {retry: false, reason}
}

/** The class of an attempt: its result file's word, else what its output shows; a time limit of guard's own is a timeout. */
export function classOfAttempt(outcome: Outcome, stated: string | undefined, found: string | undefined): string {
  return stated ?? (outcome === 'timed-out' ? 'timeout' : (found ?? 'unknown'))
}

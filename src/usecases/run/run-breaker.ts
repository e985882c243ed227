import {hasAnswered} from '../../domain/breaker/call-result.js'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {retryBudgetSpent} from '../../domain/retry/retry-budget.js'
import type {Outcome} from '../../domain/run/outcome.js'
import type {JobSettings} from '../../domain/settings/job.js'
import type {BreakerSettings} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import {allowCall, type BreakerDeps, recordCall, takeRetryToken} from '../breaker/breaker.js'

/** The breakers, as a run needs them. */
export interface RunBreakerDeps extends BreakerDeps {
  readonly policyOf: (target: string) => BreakerSettings
  /** A probe ends when this process does. */
  readonly self: ProcessRef | undefined
}

export interface OpenBreakerDeps {
  /** Called only where a breaker or a retry budget is needed. Rejects with GuardError. */
  readonly openBreakers: () => Promise<RunBreakerDeps>
  readonly warn: (text: string) => void
  /** See AttemptDeps. */
  readonly remark: (text: string) => void
}

/** The breaker that the runs of a job go through. */
export interface RunBreaker {
  /** Why the run must not be made; undefined if it may. */
  readonly refusal: string | undefined
  record(outcome: Outcome, failureClass: string | undefined): void
}

const noBreaker: RunBreaker = {refusal: undefined, record: () => undefined}

/** Asks the breaker of a job. A journal that cannot be read or written stops no job. */
export async function askBreaker(deps: OpenBreakerDeps, settings: JobSettings, target: string): Promise<RunBreaker> {
  const breakers = await openTolerated(deps, 'breaker')
  if (!breakers) return noBreaker
  const to = {target, policy: breakers.policyOf(target)}
  const permit = tolerated(deps, 'breaker', () => allowCall(breakers, to, breakers.self))
  if (permit && !permit.allowed) return {...noBreaker, refusal: `breaker ${permit.reason}`}
  const probe = permit?.probe
  return {
    refusal: undefined,
    record: (outcome, failureClass) => {
      const ok = hasAnswered(outcome, failureClass)
      if (ok === undefined) return
      const credit = settings.retry.budget.ratio
      const change = tolerated(deps, 'breaker', () => recordCall(breakers, to, {ok, probe, credit}))
      if (change?.change === 'opened') deps.remark(`breaker ${target} opened: ${change.reason}`)
      if (change?.change === 'closed') deps.remark(`breaker ${target} closed`)
    },
  }
}

/** The tokens of a retry budget that a run takes and gives back. */
export interface RetryTokens {
  /** @returns why there is none, if it is used up */
  readonly take: () => string | undefined
  /** For a run that was well in the end. */
  readonly giveBack: () => void
}

export const freeRetries: RetryTokens = {take: () => undefined, giveBack: () => undefined}

/**
 * The retry budget that all processes share: that of the breaker's target, else that of the job. Without a journal every
 * retry is allowed. Of a target the record of the call gives tokens back.
 */
export async function openRetryTokens(deps: OpenBreakerDeps, settings: JobSettings, job: string): Promise<RetryTokens> {
  const breakers = await openTolerated(deps, 'retry budget')
  if (!breakers) return freeRetries
  const {breaker, retry} = settings
  const to = {target: breaker?.target ?? job, policy: breakers.policyOf(job)}
  const spent = retryBudgetSpent(breaker ? {target: breaker.target} : {job})
  const end = {ok: true, probe: undefined, credit: retry.budget.ratio}
  return {
    take: () => {
      const isTaken = tolerated(deps, 'retry budget', () => takeRetryToken(breakers, to.target, retry.budget)) ?? true
      return isTaken ? undefined : spent
    },
    giveBack: () => {
      if (!breaker) tolerated(deps, 'retry budget', () => recordCall(breakers, to, end))
    },
  }
}

type Asked = 'breaker' | 'retry budget'

async function openTolerated(deps: OpenBreakerDeps, asked: Asked): Promise<RunBreakerDeps | undefined> {
  try {
    return await deps.openBreakers()
  } catch (error) {
    return warned(deps, asked, error)
  }
}

function tolerated<T>(deps: OpenBreakerDeps, asked: Asked, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    return warned(deps, asked, error)
  }
}

function warned({warn}: OpenBreakerDeps, asked: Asked, error: unknown): undefined {
  if (!(error instanceof GuardError)) throw error
  warn(`the ${asked} was not asked: ${error.message}`)
}

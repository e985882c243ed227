import {hasAnswered} from '../../domain/breaker/call-result.js'
import type {JobSettings} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'
import {identifyProcess} from '../../system/process/identity.js'
import {allowCall, type BreakerTarget, recordCall, takeRetryToken} from '../../usecases/breaker/breaker.js'
import type {RunBreaker} from '../../usecases/run/run-job.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../stderr.js'
import {breakerPolicy, wireBreaker} from './breaker.js'

/** Asks the job's breaker. A journal that cannot be read or written stops no job, here as elsewhere. */
export function runBreaker(guard: Guard, settings: JobSettings): RunBreaker {
  const to = targetOf(guard, settings)
  if (to === undefined) return {refusal: undefined, record: () => undefined}
  const permit = tolerated(() => allowCall(wireBreaker(guard), to, identifyProcess(process.pid)))
  if (permit && !permit.allowed) return {refusal: `breaker ${permit.reason}`, record: () => undefined}
  return {
    refusal: undefined,
    record: (outcome, failureClass) =>
      void tolerated(() => {
        const ok = hasAnswered(outcome, failureClass)
        if (ok === undefined) return
        const change = recordCall(wireBreaker(guard), to, {
          ok,
          probe: permit?.allowed ? permit.probe : undefined,
          credit: settings.retry.budget.ratio,
        })
        if (change.change === 'opened') printWarning(`breaker ${to.target} opened: ${change.reason}`)
        if (change.change === 'closed') printWarning(`breaker ${to.target} closed`)
      }),
  }
}

/** Takes a token of the retry budget that all processes share: the breaker's target's, else the job's own. */
export function retryTokens(guard: Guard, settings: JobSettings, job: string): () => boolean {
  const target = settings.breaker?.target ?? job
  return () => tolerated(() => takeRetryToken(wireBreaker(guard), target, settings.retry.budget)) ?? true
}

function targetOf({settings}: Guard, {breaker}: JobSettings): BreakerTarget | undefined {
  return breaker && {target: breaker.target, policy: breakerPolicy(settings, breaker.target)}
}

function tolerated<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    printWarning(`the breaker was not asked: ${error.message}`)
    return undefined
  }
}

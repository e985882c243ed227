import {hasAnswered} from '../../domain/breaker/call-result.js'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {retryBudgetSpent} from '../../domain/retry/retry-budget.js'
import type {BudgetRatio, RetrySettings} from '../../domain/settings/job.js'
import type {BreakerSettings} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import {type AttemptResult, type AttemptStart, type RetryDeps, retryAttempts} from '../recovery/retry.js'
import {allowCall, type BreakerDeps, recordCall, takeRetryToken} from './breaker.js'

interface RetryCommandDeps extends Omit<RetryDeps, 'takeToken'> {
  /** Runs the command once. Rejects with GuardError `not-found`, `not-executable`. */
  readonly perform: (start: AttemptStart) => Promise<CommandAttempt>
  /** Undefined if no target is named. */
  readonly breaker: BreakerDeps | undefined
  /** The process with which a probe ends. */
  readonly self: ProcessRef | undefined
  readonly warn: (text: string) => void
}

export interface CommandAttempt extends AttemptResult {
  readonly exitCode: number
  /** The line of output that shows the class. */
  readonly evidence?: string
}

interface RetryCommandRequest {
  readonly policy: RetrySettings
  readonly target: {readonly target: string; readonly policy: BreakerSettings} | undefined
}

interface RetryReport extends Omit<CommandAttempt, 'retryAfter'> {
  readonly attempts: number
  readonly stopped: string
}

/**
 * Runs a command, again if its failure calls for it. With a target its breaker is asked before, and the end is recorded: once,
 * for all attempts together. Throws GuardError `breaker-open`, and what `perform` throws.
 */
export async function retryCommand(
  deps: RetryCommandDeps,
  {policy, target}: RetryCommandRequest,
): Promise<RetryReport> {
  const breaker = target && deps.breaker && guarded(deps, deps.breaker, {...target, budget: policy.budget})
  const probe = breaker?.allow()
  const takeToken = breaker?.takeToken ?? (() => undefined)
  const {last, attempts, stopped} = await retryAttempts({...deps, takeToken}, policy, deps.perform)
  breaker?.record(last, probe)
  const {retryAfter: _, ...shown} = last
  return {...shown, attempts, stopped}
}

interface Guarded {
  readonly target: string
  readonly policy: BreakerSettings
  readonly budget: BudgetRatio
}

function guarded(deps: RetryCommandDeps, breaker: BreakerDeps, {target, policy, budget}: Guarded) {
  return {
    allow: (): string | undefined => {
      const permit = allowCall(breaker, {target, policy}, deps.self)
      if (permit.allowed) return permit.probe
      const when =
        permit.retryAt === undefined ? [] : [`the next call may be made at ${new Date(permit.retryAt).toISOString()}`]
      throw new GuardError('breaker-open', `not run: ${permit.reason}`, [
        ...when,
        `close it by hand: guard breaker close ${target}`,
      ])
    },
    takeToken: () => {
      const isTaken =
        tolerated(deps, 'the retry budget was not asked', () => takeRetryToken(breaker, target, budget)) ?? true
      return isTaken ? undefined : retryBudgetSpent({target})
    },
    record: (last: CommandAttempt, probe: string | undefined) => {
      const ok = hasAnswered(last.outcome, last.class)
      // A probe that says nothing ends with its process.
      if (ok === undefined) return
      const end = {ok, probe, credit: budget.ratio}
      const change = tolerated(deps, 'its end is not recorded', () => recordCall(breaker, {target, policy}, end))
      if (change?.change === 'opened') deps.warn(`the breaker of ${target} opened: ${change.reason}`)
      if (change?.change === 'closed') deps.warn(`the breaker of ${target} closed: the probe succeeded`)
    },
  }
}

/** Once the command has begun, a journal that cannot be read or written changes neither its attempts nor its exit code. */
function tolerated<T>({warn}: Pick<RetryCommandDeps, 'warn'>, without: string, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    warn(`${without}: ${error.message}`)
    return undefined
  }
}

import {defaultSettings, jobDefaults} from '../config/defaults.js'
import {type BreakerState, breakerState} from '../domain/breaker/breaker.js'
import {hasAnswered} from '../domain/breaker/call-result.js'
import {isJobName, jobNameRule} from '../domain/job/job-name.js'
import type {RetrySettings} from '../domain/settings/job.js'
import type {BreakerSettings} from '../domain/settings/settings.js'
import {GuardError} from '../errors.js'
import {classifyError} from '../system/process/error-class.js'
import {
  allowCall,
  type BreakerChange,
  closeByHand,
  isolateByHand,
  type Permit,
  recordCall,
  resetByHand,
  takeRetryToken,
} from '../usecases/breaker/breaker.js'
import {ownProcess, type SharedBreakers, sharedBreakers, stateDirOf} from './shared-breakers.js'

/** When a breaker opens and for how long; spans are milliseconds. */
export type BreakerPolicy = BreakerSettings

export interface CircuitBreakerOptions {
  /** What is called, by name: letters, digits and `. _ : @ -`. All processes that name it share one breaker. */
  readonly target: string
  /** Default: `GUARD_STATE_DIR`, else `$XDG_STATE_HOME/guard`, else `~/.local/state/guard`. */
  readonly stateDir?: string
  readonly policy?: Partial<BreakerPolicy>
  /** What retries of this target may use up together with all other processes. */
  readonly retryBudget?: RetrySettings['budget']
  /** How old the knowledge of what other processes did may be, ms (default 100). Checks in between do no I/O. */
  readonly maxAgeMs?: number
}

/**
 * A circuit breaker whose state is shared with all processes that use the same state directory: gateways, cron jobs
 * under `guard run`, `guard breaker` at the shell.
 *
 *     const breaker = new CircuitBreaker({target: 'coder_agent'})
 *     const answer = await breaker.execute(() => callAgent())
 */
export class CircuitBreaker {
  readonly target: string
  private readonly policy: BreakerPolicy
  private readonly budget: RetrySettings['budget']
  private readonly deps: SharedBreakers

  /** Throws GuardError `usage` for a wrong name, `no-state` or `io` when the state directory cannot be used. */
  constructor(options: CircuitBreakerOptions) {
    const {target, policy, retryBudget, maxAgeMs = 100} = options
    if (!isJobName(target))
      throw new GuardError('usage', `${JSON.stringify(target)} is not a name of a target`, [`a name is ${jobNameRule}`])
    this.target = target
    this.policy = {...defaultSettings.breakers.defaults, ...policy}
    this.budget = retryBudget ?? jobDefaults.retry.budget
    this.deps = sharedBreakers(stateDirOf(options.stateDir), maxAgeMs)
  }

  /** Where the breaker stands now. Asking changes nothing. Throws GuardError `io`. */
  get state(): BreakerState {
    return breakerState(this.deps.breakers.read().get(this.target), this.deps.now())
  }

  /**
   * Asks whether a call may be made now. Synchronous, and without I/O when it looked less than `maxAgeMs` ago. The one
   * permit that a half-open breaker gives carries `probe`: hand it to `record`. Throws GuardError `io`.
   */
  allow(): Permit {
    return allowCall(this.deps, {target: this.target, policy: this.policy}, ownProcess())
  }

  /** Records how a call ended; returns whether that opened or closed the breaker. Throws GuardError `io`. */
  record(ok: boolean, permit?: Permit): BreakerChange {
    const probe = permit?.allowed ? permit.probe : undefined
    return recordCall(this.deps, {target: this.target, policy: this.policy}, {ok, probe, credit: this.budget.ratio})
  }

  /**
   * Makes the call if the breaker lets it through, and records how it ended; a refused request (auth, not-found,
   * validation) shows that the target answers. Rejects with GuardError `breaker-open`, else as `call` does.
   */
  async execute<T>(call: () => Promise<T>): Promise<T> {
    const permit = this.allow()
    if (!permit.allowed) throw refused(permit)
    try {
      const result = await call()
      this.record(true, permit)
      return result
    } catch (error) {
      this.record(hasAnswered('failed', classifyError(error).failure?.class) === true, permit)
      throw error
    }
  }

  /** Takes a token of the retry budget that all processes share; false when it is used up. */
  takeRetryToken(): boolean {
    return takeRetryToken(this.deps, this.target, this.budget)
  }

  /** Holds the breaker open, without probes, for `forMs` or until it is closed. */
  isolate(reason: string, forMs?: number): void {
    isolateByHand(this.deps, this.target, {reason, ...(forMs !== undefined && {forMs})})
  }

  /** Closes the breaker and ends its isolation; its failures are forgotten. */
  close(): void {
    closeByHand(this.deps, this.target)
  }

  /** Forgets everything about the target, its retry budget included. */
  reset(): void {
    resetByHand(this.deps, this.target)
  }
}

/** The error for a call that the breaker refuses. */
export function refused(permit: Permit & {allowed: false}): GuardError {
  const {reason, retryAt} = permit
  const when = retryAt === undefined ? [] : [`the next call may be made at ${new Date(retryAt).toISOString()}`]
  return new GuardError('breaker-open', reason, when, {details: {retryAt}})
}

import {homedir, hostname} from 'node:os'
import {join, resolve} from 'node:path'
import {defaultSettings, jobDefaults} from './config/defaults.js'
import {type BreakerState, type Breakers, breakerState} from './domain/breaker.js'
import {isJobName, jobNameRule} from './domain/job-name.js'
import type {RetrySettings} from './domain/job-settings.js'
import type {Moment} from './domain/moment.js'
import type {Outcome} from './domain/outcome.js'
import {classOfAttempt} from './domain/retry.js'
import type {RetryAfter} from './domain/retry-after.js'
import type {BreakerSettings} from './domain/settings.js'
import {GuardError} from './errors.js'
import {cachedJournal} from './journal/cached.js'
import type {Journal} from './journal/journal.js'
import {openStateDir} from './journal/state-dir.js'
import {breakerStream, openStream} from './journal/streams.js'
import {systemClock} from './system/clock.js'
import {classifyError} from './system/error-class.js'
import {createStamper, readBootId} from './system/host.js'
import {newId} from './system/ids.js'
import {identifyProcess, processState} from './system/process-identity.js'
import {
  allowCall,
  type BreakerChange,
  type BreakerDeps,
  closeByHand,
  isolateByHand,
  type Permit,
  recordCall,
  resetByHand,
  takeRetryToken,
} from './usecases/breaker.js'
import {type AttemptStart, type RetryNews, retryAttempts} from './usecases/retry.js'

export type {BreakerState} from './domain/breaker.js'
export type {FailureFinding} from './domain/failure-class.js'
export {type ErrorKind, GuardError} from './errors.js'
export {classifyError} from './system/error-class.js'
export type {BreakerChange, Permit} from './usecases/breaker.js'
export type {RetryNews} from './usecases/retry.js'

/** How failed calls are repeated; spans are milliseconds. The defaults: 2 s doubling, at most 60 s, by class of failure. */
export type RetryPolicy = RetrySettings
/** When a breaker opens and for how long; spans are milliseconds. */
export type BreakerPolicy = BreakerSettings

export interface CircuitBreakerOptions {
  /** What is called, by name: letters, digits and `. _ : @ -`. All processes that name it share one breaker. */
  readonly target: string
  /** Default: `GUARD_STATE_DIR`, else `$XDG_STATE_HOME/guard`, else `~/.local/state/guard`. */
  readonly stateDir?: string
  readonly policy?: Partial<BreakerPolicy>
  /** What retries of this target may use up together with all other processes. */
  readonly retryBudget?: RetryPolicy['budget']
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
  private readonly budget: RetryPolicy['budget']
  private readonly deps: BreakerDeps & {readonly breakers: Journal<Breakers>}

  /** Throws GuardError `usage` for a wrong name, `no-state` or `io` when the state directory cannot be used. */
  constructor(options: CircuitBreakerOptions) {
    const {target, policy, retryBudget, maxAgeMs = 100} = options
    if (!isJobName(target))
      throw new GuardError('usage', `${JSON.stringify(target)} is no name of a target`, [`a name is ${jobNameRule}`])
    this.target = target
    this.policy = {...defaultSettings.breakers.defaults, ...policy}
    this.budget = retryBudget ?? jobDefaults.retry.budget
    this.deps = openBreakers(stateDirOf(options.stateDir), maxAgeMs)
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
    return allowCall(this.deps, {target: this.target, policy: this.policy}, self())
  }

  /** Records how a call ended; tells whether that opened or closed the breaker. Throws GuardError `io`. */
  record(ok: boolean, permit?: Permit): BreakerChange {
    const probe = permit?.allowed ? permit.probe : undefined
    return recordCall(this.deps, {target: this.target, policy: this.policy}, {ok, probe, credit: this.budget.ratio})
  }

  /** Makes the call if the breaker lets it through, and records how it ended. Rejects with GuardError `breaker-open`, else as `call` does. */
  async execute<T>(call: () => Promise<T>): Promise<T> {
    const permit = this.allow()
    if (!permit.allowed) throw refused(permit)
    try {
      const result = await call()
      this.record(true, permit)
      return result
    } catch (error) {
      this.record(false, permit)
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

/** Breakers of one state directory share one journal, and so one look at the disk. */
const opened = new Map<string, ReturnType<typeof openBreakers>>()

function openBreakers(stateDir: string, maxAgeMs: number): BreakerDeps & {readonly breakers: Journal<Breakers>} {
  const key = `${maxAgeMs}:${stateDir}`
  const known = opened.get(key)
  if (known) return known
  const dir = openStateDir(stateDir, 'local-only')
  const here = {host: hostname(), boot: readBootId()}
  const journal = openStream(breakerStream, {dir, newStamp: createStamper(systemClock, newId)})
  const now = (): Moment => ({...here, at: systemClock.now(), mono: systemClock.mono()})
  const deps = {
    breakers: cachedJournal(journal, maxAgeMs, systemClock.mono),
    now,
    isGone: ({process, ...seen}: Parameters<BreakerDeps['isGone']>[0]) =>
      process !== undefined && processState(process, seen, here) === 'gone',
  }
  opened.set(key, deps)
  return deps
}

/** Read once: a process does not change its identity. */
let ownProcess: ReturnType<typeof identifyProcess>

function self(): ReturnType<typeof identifyProcess> {
  ownProcess ??= identifyProcess(process.pid)
  return ownProcess
}

function stateDirOf(given: string | undefined): string {
  const named = given ?? process.env['GUARD_STATE_DIR']
  if (named) return resolve(named)
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'guard')
}

function refused(permit: Permit & {allowed: false}): GuardError {
  const {reason, retryAt} = permit
  const when = retryAt === undefined ? [] : [`the next call may be made at ${new Date(retryAt).toISOString()}`]
  return new GuardError('breaker-open', reason, when, {details: {retryAt}})
}

export interface RetryOptions {
  readonly policy?: Partial<RetryPolicy>
  /** Asked before the first attempt and told after the last; its target's retry budget is shared by all processes. */
  readonly breaker?: CircuitBreaker
  /** Limit of an attempt, ms; after a timeout the next one gets twice as much. `call` is told by its signal. */
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

/** Attempts of a call for which nobody set a number. */
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
    takeToken: () => breaker?.takeRetryToken() ?? true,
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
  if (!isCancelled) breaker?.record(last.outcome === 'healthy', permit)
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
  {attempt, timeoutFactor, remainingMs}: AttemptStart,
): Promise<CallEnd<T>> {
  const limitMs = Math.min(
    (timeoutMs ?? Number.POSITIVE_INFINITY) * timeoutFactor,
    remainingMs ?? Number.POSITIVE_INFINITY,
  )
  const limit = limited(signal, limitMs)
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

/** A signal that aborts with the caller's own or after `limitMs`; `aborted` rejects then, should the call not listen. */
function limited(signal: AbortSignal | undefined, limitMs: number) {
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

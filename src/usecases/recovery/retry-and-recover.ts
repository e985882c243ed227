import {formatDuration} from '../../domain/clock/duration.js'
import {attemptLimitMs} from '../../domain/retry/attempt-limit.js'
import type {RetrySettings, TroubleOutcome} from '../../domain/settings/job.js'
import type {JobOutput} from '../../system/output/job-output.js'
import {type Attempt, type AttemptDeps, type AttemptTask, attemptJob} from '../run/attempt-job.js'
import {freeRetries, type OpenBreakerDeps, openRetryTokens, type RetryTokens} from '../run/run-breaker.js'
import type {FinishedRun, RunRequest} from '../run/run-request.js'
import {openLog} from '../run/tolerate-state-error.js'
import type {RecoveryRequest} from './recovery-steps.js'
import {type RetryDeps, retryAttempts, type ShowWait} from './retry.js'
import {type RecoveryDeps, runRecovery} from './run-recovery.js'

export interface RetryAndRecoverDeps extends AttemptDeps, OpenBreakerDeps {
  readonly warn: AttemptDeps['warn']
  readonly remark: AttemptDeps['remark']
  readonly random: () => number
  readonly showWait: ShowWait
  /** Writes a line into guard's own log. */
  readonly log: (text: string) => void
  /** Opens what recovery steps work with; they stop when `signal` is aborted. Rejects with GuardError. */
  readonly openRecovery: (signal: AbortSignal) => Promise<RecoveryAdapters>
}

/** What recovery steps work with. */
export interface RecoveryAdapters
  extends Omit<RecoveryDeps<Attempt>, 'clock' | 'signal' | 'verify' | 'recordStep' | 'log'> {
  readonly services: RecoveryRequest['services']
  /** The log of one verification, numbered from 1: that of the retries. Undefined if no log is kept. Throws GuardError `io`. */
  readonly openRetryOutput: (verification: number) => JobOutput | undefined
}

interface RetryAndRecoverTask extends RunRequest {
  readonly first: AttemptTask
  readonly attempt: Attempt
  /** When the first attempt began, on the monotonic clock, ms. */
  readonly begunAt: number
}

/** After a failed attempt: retries by the settings, then recovers. The last attempt or verification decides how the run ended. */
export async function retryAndRecover(deps: RetryAndRecoverDeps, task: RetryAndRecoverTask): Promise<FinishedRun> {
  const {first, job, settings} = task
  const signal = first.signals.aborted
  const tokens = settings.retry.maxAttempts > 1 ? await openRetryTokens(deps, settings, job) : freeRetries
  const {last, attempts, stopped} = await retryAttempts(
    openRetry(deps, task, tokens),
    settings.retry,
    async (start) => {
      if (start.attempt === 1) return classed(task.attempt)
      const timeoutMs = attemptLimitMs(first.timeoutMs, start)
      return classed(await attemptJob(deps, {...first, number: start.attempt, timeoutMs}))
    },
  )
  const end = {attempt: last, attempts, recovered: false}
  if (last.outcome === 'healthy') {
    tokens.giveBack()
    return end
  }
  const notRetried = {notRetried: stopped}
  if (wantedRetry(settings.retry, {last, attempts}) && !signal.aborted) sayNotRetried(deps, task, stopped)
  if (settings.recovery.length === 0 || signal.aborted) return {...end, ...notRetried}
  try {
    const recovered = await recover(deps, task, {last, attempts})
    return recovered.attempt.outcome === 'healthy' ? recovered : {...recovered, ...notRetried}
  } catch (error) {
    // A recovery that breaks must not hide how the last attempt ended.
    deps.warn(`${job} is not recovered: ${error instanceof Error ? error.message : error}`)
    return {...end, ...notRetried}
  }
}

/** Whether its settings ask for another attempt after such an end, which something else has prevented. */
function wantedRetry({maxAttempts, on}: RetrySettings, {last, attempts}: Retried): boolean {
  return attempts < maxAttempts && on.includes(last.outcome as TroubleOutcome)
}

function sayNotRetried({remark, log}: RetryAndRecoverDeps, {job, runId}: RetryAndRecoverTask, why: string): void {
  remark(`${job} is not run again: ${why}`)
  log(`${job} is not run again: ${why}, run ${runId}`)
}

function openRetry(
  deps: RetryAndRecoverDeps,
  {job, runId, first, begunAt}: RetryAndRecoverTask,
  {take}: RetryTokens,
): RetryDeps {
  const {clock, random, showWait, remark, log} = deps
  return {
    clock,
    begunAt,
    random,
    showWait,
    signal: first.signals.aborted,
    inputTaken: first.input?.taken,
    takeToken: take,
    onRetry: ({attempt, afterMs, reason}) => {
      const next = `attempt ${attempt} failed (${reason}), the next in ${formatDuration(afterMs)}`
      remark(`${job}: ${next}`)
      log(`${job} ${next}, run ${runId}`)
    },
  }
}

interface Retried {
  readonly last: Attempt & {readonly class: string}
  readonly attempts: number
}

async function recover(
  deps: RetryAndRecoverDeps,
  task: RetryAndRecoverTask,
  {last, attempts}: Retried,
): Promise<FinishedRun> {
  const {first, job, runId} = task
  const settings = withoutVerify(deps, task)
  const signal = first.signals.aborted
  const {openRetryOutput, services, ...adapters} = await deps.openRecovery(signal)
  let verifications = 0
  const verify = async () => {
    verifications += 1
    const output = openLog(() => openRetryOutput(verifications), settings.onStateError, deps.warn)
    const number = attempts + verifications
    const attempt = await attemptJob(deps, {...first, number, output: output ?? first.output})
    await output?.finish(!settings.quiet)
    return attempt
  }
  const {verdict, reason, checked, recovered} = await runRecovery(
    {...adapters, clock: deps.clock, signal, verify, log: deps.log, recordStep: first.records.stepEnded},
    {job, runId, outcome: last.outcome, class: last.class, detail: last.detail, settings, services},
  )
  if (verdict === 'refused') deps.remark(`${job} is not recovered again: ${reason}`)
  return {
    attempt: checked ?? last,
    attempts: attempts + verifications,
    recovered,
    ...(recovered && {class: last.class}),
  }
}

/** A job that has no input any more cannot be run again to see whether it is well. */
function withoutVerify(
  {remark}: Pick<RetryAndRecoverDeps, 'remark'>,
  {job, settings, first}: RetryAndRecoverTask,
): RetryAndRecoverTask['settings'] {
  const taken = first.input?.taken
  const recovery = settings.recovery.filter((step) => step.do !== 'verify')
  if (taken === undefined || recovery.length === settings.recovery.length) return settings
  remark(`${job} is not verified: ${taken}`)
  return {...settings, recovery}
}

function classed(attempt: Attempt): Attempt & {class: string} {
  return {...attempt, class: attempt.class ?? 'unknown'}
}

import type {JobOutput} from '../../system/output/job-output.js'
import {type Attempt, type AttemptDeps, type AttemptTask, attemptJob} from '../run/attempt-job.js'
import type {RunEnd, RunRequest} from '../run/run-end.js'
import type {RecoveryRequest} from './recovery-steps.js'
import {type RetryDeps, retryAttempts} from './retry.js'
import type {RecoveryResult} from './run-recovery.js'

/** Does after a failed attempt what the settings say, and returns where the run stands then. */
export type RetryAndRecover = (deps: AttemptDeps, task: RetryAndRecoverTask) => Promise<RunEnd>

export interface RetryAndRecoverTask extends RunRequest {
  readonly first: AttemptTask
  readonly attempt: Attempt
}

interface RetryAndRecoverDeps extends AttemptDeps {
  readonly retry: RetryDeps
  /** Heals by the steps of the settings; `verify` runs the job again. */
  readonly heal: (
    trouble: Omit<RecoveryRequest, 'settings' | 'services'>,
    verify: () => Promise<Attempt>,
  ) => Promise<RecoveryResult<Attempt>>
  /** Where the output of a verification goes: its own log, as with the guardian wrapper. */
  readonly openRetryOutput: () => JobOutput | undefined
}

/** Retries what a retry may mend, then recovers. What the last attempt or verification found is the run's verdict. */
export async function retryAndRecover(deps: RetryAndRecoverDeps, task: RetryAndRecoverTask): Promise<RunEnd> {
  const {first, job, runId, settings} = task
  const retried = await retryAttempts<Attempt & {class: string}>(deps.retry, settings.retry, async (start) => {
    if (start.attempt === 1) return classed(task.attempt)
    const timeoutMs = limitOf(first.timeoutMs, start)
    return classed(await attemptJob(deps, {...first, number: start.attempt, timeoutMs}))
  })
  const {last} = retried
  let attempts = retried.attempts
  const isOver = last.outcome === 'healthy' || settings.recovery.length === 0 || deps.retry.signal?.aborted
  if (isOver) return {attempt: last, attempts, recovered: false}

  const verify = async () => {
    attempts += 1
    const output = deps.openRetryOutput()
    const attempt = await attemptJob(deps, {...first, number: attempts, output: output ?? first.output})
    await output?.finish(!settings.quiet)
    return attempt
  }
  const trouble = {job, runId, outcome: last.outcome, class: last.class, detail: last.detail}
  const healing = await deps.heal(trouble, verify)
  if (healing.verdict === 'refused') deps.warn(`${job} is not recovered again: ${healing.reason}`)
  const {checked, recovered} = healing
  return {attempt: checked ?? last, attempts, recovered, ...(recovered && {class: last.class})}
}

function classed(attempt: Attempt): Attempt & {class: string} {
  return {...attempt, class: attempt.class ?? 'unknown'}
}

/** A retry's own limit, and never more than what the deadline over all attempts leaves. */
function limitOf(
  timeoutMs: number | undefined,
  {timeoutFactor, remainingMs}: {readonly timeoutFactor: number; readonly remainingMs: number | undefined},
): number | undefined {
  const own = timeoutMs === undefined ? Number.POSITIVE_INFINITY : timeoutMs * timeoutFactor
  const limit = Math.min(own, remainingMs ?? Number.POSITIVE_INFINITY)
  return limit === Number.POSITIVE_INFINITY ? undefined : limit
}

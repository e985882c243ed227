import {attemptLimitMs} from '../../domain/retry/attempt-limit.js'
import {leaseLost, retriesOff} from '../../domain/retry/not-retried.js'
import {isHealthy, isReaderGone, readerGoneText} from '../../domain/run/outcome.js'
import type {JobSettings} from '../../domain/settings/job.js'
import type {RetryAndRecoverDeps} from '../recovery/retry-and-recover.js'
import {type Attempt, type AttemptTask, attemptJob} from './attempt-job.js'
import type {FinishedRun, RunRequest} from './run-request.js'

/** Makes the first attempt and, after a bad one, those that the settings ask for. The last one decides how the run ended. */
export async function attemptAndRecover(
  deps: RetryAndRecoverDeps,
  request: RunRequest,
  first: AttemptTask,
): Promise<FinishedRun> {
  const begunAt = deps.clock.mono()
  const span = {timeoutFactor: 1, remainingMs: request.settings.retry.deadlineMs}
  const attempt = await attemptJob(deps, {...first, timeoutMs: attemptLimitMs(first.timeoutMs, span)})
  const end = {attempt, attempts: 1, recovered: false}
  if (isHealthy(attempt)) return end
  const notRetried = await onlyAttempt(request.settings, first, attempt)
  if (notRetried !== undefined) return {...end, notRetried}
  try {
    // Loaded late: it is much code, and a job that fails without settings for it ends sooner without.
    const {retryAndRecover} = await import('../recovery/retry-and-recover.js')
    return await retryAndRecover(deps, {...request, first, attempt, begunAt})
  } catch (error) {
    // Whatever happens here, the job's own exit code must still be handed on.
    deps.warn(`${request.job} is not recovered: ${error instanceof Error ? error.message : error}`)
    return end
  }
}

/** Why nothing follows a bad first attempt. @returns undefined if its class and the settings decide that */
async function onlyAttempt(settings: JobSettings, first: AttemptTask, attempt: Attempt): Promise<string | undefined> {
  if (isReaderGone(attempt)) return readerGoneText
  if (!mayRunAgain(settings)) return retriesOff
  if (first.isFenced()) return leaseLost
  return !settings.quiet && (await hasCallerLeft(first)) ? readerGoneText : undefined
}

/** A short job has ended before guard can find that nobody reads its output. */
async function hasCallerLeft({output, signals}: AttemptTask): Promise<boolean> {
  await output?.passedOn()
  if (!output?.hasLostReader()) return false
  signals.end(readerGoneText)
  return true
}

/** How a run ends whose reader may lack a part of the output. With `--quiet`, that of a good run has no reader. */
export async function judgeOutput({settings, output}: AttemptTask, end: FinishedRun): Promise<FinishedRun> {
  try {
    const lost = settings.quiet ? undefined : await output?.lost()
    // Loaded late: few runs lose output.
    return lost === undefined ? end : (await import('./judge-output.js')).endWithLostOutput(end, lost)
  } catch {
    // Said when the output is finished, which needs the same.
    return end
  }
}

export function mayRunAgain({retry, recovery}: JobSettings): boolean {
  return retry.maxAttempts > 1 || recovery.length > 0
}

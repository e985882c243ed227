import type {OpenClawJob} from '../../domain/openclaw/job.js'
import type {OpenClawFailure} from '../../domain/openclaw/response.js'
import {noteStep, type ResetAttempt, writeUnderClaim} from './reset-attempt.js'

/**
 * Ends the live run of the job. In 2026.6 and 2026.7 a disable clears the marker and leaves the run alive, so the run is
 * cancelled first.
 *
 * @returns the job as it was read last; undefined if it could not be read since its run was cancelled
 */
export async function cancelLiveRun(attempt: ResetAttempt, found: OpenClawJob): Promise<OpenClawJob | undefined> {
  const {deps, request} = attempt
  const tasks = await deps.openclaw.listRunningTasks()
  const own = tasks.ok ? tasks.value.filter(({jobId}) => jobId === request.jobId) : []
  if (own.length === 0) {
    const evidence = tasks.ok ? 'no task of the job is running' : tasks.failure.message
    noteStep(attempt, {step: 'cancel', outcome: 'skipped', evidence})
    return found
  }
  for (const {taskId} of own) {
    const cancelled = await deps.openclaw.cancelTask(taskId)
    const evidence = cancelled.ok ? `task ${taskId}` : `task ${taskId}: ${cancelled.failure.message}`
    noteStep(attempt, {step: 'cancel', outcome: cancelled.ok ? 'ok' : 'failed', evidence})
  }
  return pollJob(attempt, deps.pace.cancelWaitMs, (job) => !job.enabled || job.runningAtMs !== found.runningAtMs)
}

/** @returns why the disable was not applied; undefined if it was, or if its outcome is unknown */
export async function disable(attempt: ResetAttempt): Promise<OpenClawFailure | undefined> {
  const {deps, request} = attempt
  const said = await deps.openclaw.disable(request.jobId)
  if (said.ok) {
    writeUnderClaim(attempt, {kind: 'disabled', outcome: 'applied'})
    noteStep(attempt, {step: 'disable', outcome: 'ok', evidence: 'OpenClaw says that it is disabled'})
    return undefined
  }
  const {failure} = said
  if (failure.kind === 'outcome-unknown') {
    noteStep(attempt, {step: 'disable', outcome: 'unknown', evidence: failure.message})
    return undefined
  }
  writeUnderClaim(attempt, {kind: 'disabled', outcome: 'refused'})
  noteStep(attempt, {step: 'disable', outcome: 'failed', evidence: failure.message})
  return failure
}

/** The answer to a disable does not show the marker's end: OpenClaw ends a live run some milliseconds later. */
export async function waitForMarker(attempt: ResetAttempt, found: OpenClawJob): Promise<void> {
  const isGone = (job: OpenClawJob) => job.runningAtMs !== found.runningAtMs
  const job = await pollJob(attempt, attempt.deps.pace.markerWaitMs, isGone)
  const outcome = job === undefined ? 'unknown' : isGone(job) ? 'ok' : 'failed'
  noteStep(attempt, {step: 'wait-for-marker', outcome, evidence: job ? describe(job) : 'the job could not be read'})
}

/** Sends the enable until OpenClaw applies it or the retries are used up. Writes only afterwards. */
export async function enable(attempt: ResetAttempt): Promise<void> {
  const {deps, request} = attempt
  const said: string[] = []
  for (const waitMs of [0, ...deps.pace.enableRetriesMs]) {
    await deps.clock.sleep(waitMs)
    const answer = await deps.openclaw.enable(request.jobId)
    said.push(answer.ok ? 'OpenClaw says that it is enabled' : answer.failure.message)
    if (answer.ok) return noteStep(attempt, {step: 'enable', outcome: 'ok', evidence: said.join('; ')})
    if (answer.failure.kind === 'permanent') break
  }
  noteStep(attempt, {step: 'enable', outcome: 'failed', evidence: said.join('; ')})
}

/** Reads until `isEnough` or `limitMs` is over. @returns the last job that could be read */
export async function pollJob(
  {deps, request}: ResetAttempt,
  limitMs: number,
  isEnough: (job: OpenClawJob) => boolean,
): Promise<OpenClawJob | undefined> {
  const until = deps.clock.mono() + limitMs
  let last: OpenClawJob | undefined
  for (;;) {
    const read = await deps.openclaw.getJob(request.jobId)
    if (read.ok) last = read.value
    if ((last && isEnough(last)) || deps.clock.mono() >= until) return last
    await deps.clock.sleep(deps.pace.pollMs)
  }
}

export function describe(job: OpenClawJob): string {
  const iso = (ms: number | undefined) => (ms === undefined ? 'none' : new Date(ms).toISOString())
  const running = job.runningAtMs === undefined ? 'not running' : `marked as running since ${iso(job.runningAtMs)}`
  return `${job.enabled ? 'enabled' : 'disabled'}, ${running}, next slot ${iso(job.nextRunAtMs)}`
}

import {type OpenClawJob, repeats} from '../../domain/openclaw/job.js'
import {checkReset} from '../../domain/openclaw/reset-decision.js'
import type {OpenClawFailure} from '../../domain/openclaw/response.js'
import {diagnoseGateway} from '../watchdog/diagnose-gateway.js'
import {recheckRequest} from './recheck-request.js'
import {confirmByRead, readJob} from './reenable-jobs.js'
import {answer, noteStep, type ResetAttempt, type ResetEnd, release, writeUnderClaim} from './reset-attempt.js'
import {cancelLiveRun, describe, disable, enable, pollJob, waitForMarker} from './reset-steps.js'

/**
 * Frees one stuck job: compare the marker, record the pending enable, cancel the live run, disable, wait, enable, check.
 *
 * The pending enable is on disk before anything is changed, and the enable is sent whatever goes wrong after the disable.
 * If even that fails, the next round enables the job (`reenable-jobs.ts`). Throws GuardError `io` when the journal cannot
 * be written, `fenced` when another daemon took the request over.
 */
export async function resetJob(attempt: ResetAttempt): Promise<ResetEnd> {
  const found = await compareMarker(attempt)
  if ('end' in found) return found
  writeUnderClaim(attempt, {kind: 'enable-pending', reason: attempt.request.reason})
  const seen = await cancelLiveRun(attempt, found)
  // A person may have disabled it meanwhile, which guard's own disable and enable would undo.
  if (!seen) return release('the job could not be read after its run was cancelled')
  if (!seen.enabled) return notEnabledMeanwhile(attempt, seen)
  if (seen.runningAtMs !== found.runningAtMs) return checkAfterReset(attempt, found)
  writeUnderClaim(attempt, {kind: 'disabling'})
  let refused: OpenClawFailure | undefined
  try {
    refused = await disable(attempt)
    if (!refused) await waitForMarker(attempt, found)
  } finally {
    await enable(attempt)
  }
  return refused ? afterRefusal(attempt, refused) : checkAfterReset(attempt, found)
}

/** The job, if it still has the marker of the request and the reset is still needed; else the answer. */
async function compareMarker(attempt: ResetAttempt): Promise<ResetEnd | OpenClawJob> {
  const {deps, request} = attempt
  const read = await deps.openclaw.getJob(request.jobId)
  if (!read.ok) return unread(attempt, read.failure)
  const job = read.value
  noteStep(attempt, {step: 'read', outcome: 'ok', evidence: job ? describe(job) : 'no job of this id'})
  if (!job) return answer('gone', 'OpenClaw has no job of this id')
  if (job.systemOwned) return answer('refused', 'OpenClaw owns this job and refuses edits')
  if (!repeats(job)) return answer('refused', `a job of schedule ${job.schedule} might run again when it is enabled`)
  if (!job.enabled) return whyDisabled(attempt, job)
  const isSameMarker = request.runningAtMs === undefined || job.runningAtMs === request.runningAtMs
  const hasMarker = job.runningAtMs !== undefined && isSameMarker
  // A daemon that died, or an earlier attempt, may have reset the job already: then only the check is missing.
  if (!hasMarker && hasBegun(attempt)) return checkAfterReset(attempt, job)
  const withdrawn = await recheckRequest(attempt, job)
  if (withdrawn !== undefined) return answer('withdrawn', withdrawn)
  if (hasMarker) return job
  if (request.runningAtMs === undefined)
    return answer('nothing-to-reset', `the job is not marked as running; ${describe(job)}`)
  return answer('already-recovered', `the marker of the request is gone; ${describe(job)}`)
}

function hasBegun({deps, request}: ResetAttempt): boolean {
  return deps.results.read().lastResets.get(request.jobId)?.requestId === request.id
}

async function unread(attempt: ResetAttempt, failure: OpenClawFailure): Promise<ResetEnd> {
  const reason = await diagnoseGateway(attempt.deps.openclaw, failure)
  noteStep(attempt, {step: 'read', outcome: 'failed', evidence: reason})
  return failure.kind === 'transient' ? release(reason) : answer('failed', reason)
}

/** A job that a person disabled stays so. One that guard itself may have disabled waits for its pending enable. */
function whyDisabled({deps, request}: ResetAttempt, job: OpenClawJob): ResetEnd {
  const isPending = deps.results.read().pendingEnables.has(request.jobId)
  if (isPending) return release('the job is disabled and its enable is still pending')
  const who = job.autoDisabled === undefined ? 'a person disabled the job' : `OpenClaw disabled it: ${job.autoDisabled}`
  return answer('not-enabled', `${who}; it stays disabled`)
}

/** A person disabled the job while its run was being cancelled, before guard's own disable was sent. */
function notEnabledMeanwhile(attempt: ResetAttempt, job: OpenClawJob): ResetEnd {
  confirmByRead(attempt.deps, attempt.request.jobId, {read: 'job', job})
  return whyDisabled(attempt, job)
}

/** OpenClaw says that nothing was changed; a read confirms the pending enable, here or in a later round. */
async function afterRefusal(attempt: ResetAttempt, refused: OpenClawFailure): Promise<ResetEnd> {
  const {deps, request} = attempt
  confirmByRead(deps, request.jobId, await readJob(deps, request.jobId))
  if (refused.kind === 'transient') return release(`the disable was not taken: ${refused.message}`)
  return answer(refused.cause === 'unknown-id' ? 'gone' : 'failed', `the disable was refused: ${refused.message}`)
}

async function checkAfterReset(attempt: ResetAttempt, found: OpenClawJob): Promise<ResetEnd> {
  const {deps, request} = attempt
  const begunAtMs = deps.results.read().lastResets.get(request.jobId)?.at.at ?? deps.clock.now()
  const marker = request.runningAtMs ?? found.runningAtMs
  const check = (job: OpenClawJob) => checkReset(job, {marker, begunAtMs, nowMs: deps.clock.now()})
  const job = await pollJob(attempt, deps.pace.checkWaitMs, (read) => {
    const {done} = check(read)
    // Confirmed at the first read that shows the job enabled: a later disable is then a person's.
    if (!done) confirmByRead(deps, request.jobId, {read: 'job', job: read})
    return done
  })
  const {done, reason} = job ? check(job) : {done: false, reason: 'the job could not be read'}
  noteStep(attempt, {step: 'verify', outcome: done ? 'ok' : job ? 'failed' : 'unknown', evidence: reason})
  if (job) confirmByRead(deps, request.jobId, {read: 'job', job})
  if (done) return answer('reset', reason)
  const isPending = deps.results.read().pendingEnables.has(request.jobId)
  if (job && !job.enabled && !isPending) return whyDisabled(attempt, job)
  return isPending || !job ? release(`the effect is not seen yet: ${reason}`) : answer('failed', reason)
}

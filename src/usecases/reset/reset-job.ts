import {type OpenClawJob, repeats} from '../../domain/openclaw/job.js'
import {proofOfReset} from '../../domain/openclaw/reset-decision.js'
import type {OpenClawFailure} from '../../domain/openclaw/response.js'
import {diagnoseGateway} from '../watchdog/diagnose-gateway.js'
import {confirmByRead, readJob} from './reenable-jobs.js'
import {answer, noteStep, type ResetAttempt, type ResetEnd, release, writeUnderClaim} from './reset-attempt.js'
import {cancelLiveRun, describe, disable, enable, pollJob, waitForMarker} from './reset-steps.js'

/**
 * Un-sticks one job: read and compare the marker, owe the enable, cancel the live run, disable, wait, enable, prove.
 *
 * The enable is owed on disk before anything is changed, and whatever goes wrong after the disable was sent, the enable
 * is sent. What even that leaves undone is done by the next round (`pay-debts.ts`). Throws GuardError `io` when the
 * journal cannot be written, `fenced` when another daemon took the request over.
 */
export async function resetJob(climb: ResetAttempt): Promise<ResetEnd> {
  const found = await compareMarker(climb)
  if ('end' in found) return found
  writeUnderClaim(climb, {kind: 'enable-owed', reason: climb.request.reason})
  const seen = await cancelLiveRun(climb, found)
  if (seen && !seen.enabled) return notEnabledMeanwhile(climb, seen)
  if (seen && seen.runningAtMs !== found.runningAtMs) return proveReset(climb, found)
  writeUnderClaim(climb, {kind: 'disabling'})
  let refused: OpenClawFailure | undefined
  try {
    refused = await disable(climb)
    if (!refused) await waitForMarker(climb, found)
  } finally {
    await enable(climb)
  }
  return refused ? afterRefusal(climb, refused) : proveReset(climb, found)
}

/** The job, if it still has the marker that the request is about; else why there is nothing to do. */
async function compareMarker(climb: ResetAttempt): Promise<ResetEnd | OpenClawJob> {
  const {deps, request, open} = climb
  const read = await deps.openclaw.getJob(request.jobId)
  if (!read.ok) return unread(climb, read.failure)
  const job = read.value
  noteStep(climb, {step: 'read', outcome: 'ok', evidence: job ? describe(job) : 'no job of this id'})
  if (!job) return answer('gone', 'OpenClaw has no job of this id')
  if (job.systemOwned) return answer('refused', 'OpenClaw owns this job and lets nobody edit it')
  if (!repeats(job)) return answer('refused', `a job of schedule ${job.schedule} might run again when it is enabled`)
  if (!job.enabled) return whyDisabled(climb)
  const isSameMarker = request.runningAtMs === undefined || job.runningAtMs === request.runningAtMs
  if (job.runningAtMs !== undefined && isSameMarker) return job
  // A daemon that died, or an earlier try, may have climbed already: then the proof is all that is missing.
  if (open.isDisableSent) return proveReset(climb, job)
  if (request.runningAtMs === undefined)
    return answer('nothing-to-reset', `OpenClaw does not take it for running; ${describe(job)}`)
  return answer('already-recovered', `the marker of the request is gone; ${describe(job)}`)
}

async function unread(climb: ResetAttempt, failure: OpenClawFailure): Promise<ResetEnd> {
  const reason = await diagnoseGateway(climb.deps.openclaw, failure)
  noteStep(climb, {step: 'read', outcome: 'failed', evidence: reason})
  return failure.kind === 'transient' ? release(reason) : answer('failed', reason)
}

/** A person's wish stands; but a job that guard itself may have disabled still waits for its enable. */
function whyDisabled({deps, request}: ResetAttempt): ResetEnd {
  const isOwed = deps.results.read().debts.has(request.jobId)
  if (isOwed) return release('the job is disabled and its enable is still owed')
  return answer('not-enabled', 'somebody else disabled the job; it stays so')
}

/** Somebody disabled the job while its run was being cancelled, before guard's own disable was sent. */
function notEnabledMeanwhile(climb: ResetAttempt, job: OpenClawJob): ResetEnd {
  confirmByRead(climb.deps, climb.request.jobId, {read: 'job', job})
  return whyDisabled(climb)
}

/** Nothing was done, if OpenClaw is to be believed; a look settles the debt, here or in a later round. */
async function afterRefusal(climb: ResetAttempt, refused: OpenClawFailure): Promise<ResetEnd> {
  const {deps, request} = climb
  confirmByRead(deps, request.jobId, await readJob(deps, request.jobId))
  if (refused.kind === 'transient') return release(`the disable was not taken: ${refused.message}`)
  return answer(refused.cause === 'unknown-id' ? 'gone' : 'failed', `the disable was refused: ${refused.message}`)
}

async function proveReset(climb: ResetAttempt, found: OpenClawJob): Promise<ResetEnd> {
  const {deps, request} = climb
  const marker = request.runningAtMs ?? found.runningAtMs
  const proofOf = (job: OpenClawJob) => proofOfReset(job, {marker, atMs: deps.clock.now()})
  const job = await pollJob(climb, deps.pace.proofWaitMs, (read) => {
    const {proven} = proofOf(read)
    // A look that shows the job enabled pays the debt: whoever disables it while the proof is awaited is a person.
    if (!proven) confirmByRead(deps, request.jobId, {read: 'job', job: read})
    return proven
  })
  const {proven, reason} = job ? proofOf(job) : {proven: false, reason: 'the job could not be read'}
  noteStep(climb, {step: 'verify', outcome: proven ? 'ok' : job ? 'failed' : 'unknown', evidence: reason})
  if (job) confirmByRead(deps, request.jobId, {read: 'job', job})
  if (proven) return answer('reset', reason)
  const isOwed = deps.results.read().debts.has(request.jobId)
  if (job && !job.enabled && !isOwed) return whyDisabled(climb)
  return isOwed || !job ? release(`not proven: ${reason}`) : answer('failed', reason)
}

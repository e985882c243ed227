import type {OpenClawRead} from '../../domain/openclaw/job.js'
import type {ConfirmedBy, PendingEnable} from '../../domain/openclaw/pending-enable.js'
import {decideReenable} from '../../domain/openclaw/reset-decision.js'
import {type ResetDeps, readClocks} from './reset-deps.js'

/** What became of one pending enable in this round. */
export interface ReenabledJob {
  readonly openclawId: string
  /** `watched`: the job is enabled or could not be read, and a disable may still be applied late. */
  readonly state: 'confirmed' | 'still-disabled' | 'watched'
  readonly detail: string
}

/**
 * Makes sure that guard leaves no job disabled. Each job that guard may have disabled is read, and enabled if it is not;
 * its enable stays pending until a read confirms it. A pending enable of a daemon at work is left to that daemon.
 */
export async function reenableJobs(deps: ResetDeps, deadClaims: ReadonlySet<string>): Promise<readonly ReenabledJob[]> {
  const reenabled: ReenabledJob[] = []
  const {pendingEnables, open} = deps.results.read()
  for (const pending of [...pendingEnables.values()]) {
    const {claim} = pending
    const isAtWork = open.get(claim.requestId)?.claim?.id === claim.id && !deadClaims.has(claim.id)
    if (!isAtWork) reenabled.push(await reenableJob(deps, pending))
  }
  return reenabled
}

async function reenableJob(deps: ResetDeps, pending: PendingEnable): Promise<ReenabledJob> {
  const before = await readAndConfirm(deps, pending)
  if (before.state !== 'still-disabled') return before
  const enabled = await deps.openclaw.enable(pending.jobId)
  const after = await readAndConfirm(deps, pending)
  if (enabled.ok || after.state !== 'still-disabled') return after
  return {...after, detail: `${after.detail}; the enable failed: ${enabled.failure.message}`}
}

async function readAndConfirm(deps: ResetDeps, pending: PendingEnable): Promise<ReenabledJob> {
  const openclawId = pending.jobId
  const step = decideReenable(pending, await readJob(deps, openclawId), readClocks(deps))
  if (step.do === 'enable') return {openclawId, state: 'still-disabled', detail: step.reason}
  if (step.do === 'keep') return {openclawId, state: 'watched', detail: step.reason}
  confirm(deps, pending, step.how)
  return {openclawId, state: 'confirmed', detail: step.how}
}

/** Removes the job's pending enable if what was read allows it. */
export function confirmByRead(deps: ResetDeps, jobId: string, read: OpenClawRead): void {
  const pending = deps.results.read().pendingEnables.get(jobId)
  const step = pending && decideReenable(pending, read, readClocks(deps))
  if (pending && step?.do === 'confirm') confirm(deps, pending, step.how)
}

export async function readJob({openclaw}: ResetDeps, jobId: string): Promise<OpenClawRead> {
  const answer = await openclaw.getJob(jobId)
  if (!answer.ok) return {read: 'failed', reason: answer.failure.message}
  return answer.value ? {read: 'job', job: answer.value} : {read: 'absent'}
}

function confirm(deps: ResetDeps, pending: PendingEnable, how: ConfirmedBy): void {
  deps.results.append({kind: 'enable-confirmed', job_id: pending.jobId, pending: pending.id, how}, 'durable')
}

import type {OpenClawRead} from '../../domain/openclaw/job.js'
import type {ConfirmedBy, PendingEnable} from '../../domain/openclaw/pending-enable.js'
import {decideReenable} from '../../domain/openclaw/reset-decision.js'
import {type ResetDeps, readClocks} from './reset-deps.js'

/** What became of one owed enable in this round. */
export interface ReenabledJob {
  readonly jobId: string
  /** Of what is owed still: whether the job is disabled, or merely watched or unread. */
  readonly state: 'settled' | 'still-disabled' | 'watched'
  readonly detail: string
}

/**
 * Sees to it that no job stays disabled by guard: each job that guard may have disabled is read, enabled if it is not,
 * and struck off only when a read confirms it. Debts of a daemon at work are its own.
 */
export async function reenableJobs(deps: ResetDeps, deadClaims: ReadonlySet<string>): Promise<readonly ReenabledJob[]> {
  const paid: ReenabledJob[] = []
  const {debts, open} = deps.results.read()
  const owed = [...debts.values()]
  for (const debt of owed) {
    const isAtWork = open.get(debt.claim.requestId)?.claim?.id === debt.claim.id && !deadClaims.has(debt.claim.id)
    if (!isAtWork) paid.push(await payDebt(deps, debt))
  }
  return paid
}

async function payDebt(deps: ResetDeps, debt: PendingEnable): Promise<ReenabledJob> {
  const before = await payByRead(deps, debt)
  if (before.state !== 'still-disabled') return before
  const enabled = await deps.openclaw.enable(debt.jobId)
  const after = await payByRead(deps, debt)
  if (enabled.ok || after.state !== 'still-disabled') return after
  return {...after, detail: `${after.detail}; the enable failed: ${enabled.failure.message}`}
}

async function payByRead(deps: ResetDeps, debt: PendingEnable): Promise<ReenabledJob> {
  const step = decideReenable(debt, await readJob(deps, debt.jobId), readClocks(deps))
  if (step.do === 'enable') return {jobId: debt.jobId, state: 'still-disabled', detail: step.reason}
  if (step.do === 'keep') return {jobId: debt.jobId, state: 'watched', detail: step.reason}
  settle(deps, debt, step.how)
  return {jobId: debt.jobId, state: 'settled', detail: step.how}
}

/** Strikes the job's debt off if what was read allows it. */
export function confirmByRead(deps: ResetDeps, jobId: string, read: OpenClawRead): void {
  const debt = deps.results.read().debts.get(jobId)
  const step = debt && decideReenable(debt, read, readClocks(deps))
  if (debt && step?.do === 'settle') settle(deps, debt, step.how)
}

export async function readJob({openclaw}: ResetDeps, jobId: string): Promise<OpenClawRead> {
  const answer = await openclaw.getJob(jobId)
  if (!answer.ok) return {read: 'failed', reason: answer.failure.message}
  return answer.value ? {read: 'job', job: answer.value} : {read: 'absent'}
}

function settle(deps: ResetDeps, debt: PendingEnable, how: ConfirmedBy): void {
  deps.results.append({kind: 'enable-settled', job_id: debt.jobId, debt: debt.id, how}, 'durable')
}

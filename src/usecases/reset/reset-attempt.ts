import type {Entry} from '../../domain/journal/record.js'
import type {ResetClaim} from '../../domain/openclaw/reset-claim.js'
import type {OpenReset, ResetOutcome} from '../../domain/openclaw/reset-ledger.js'
import type {ResetRequest} from '../../domain/openclaw/reset-request.js'
import {GuardError} from '../../errors.js'
import type {ResetDeps} from './reset-deps.js'

/** One attempt at one claimed request, and what was seen so far. */
export interface ResetAttempt {
  readonly deps: ResetDeps
  readonly request: ResetRequest
  readonly claim: ResetClaim
  /** What earlier attempts did for the request, in this daemon or in one that died. */
  readonly open: OpenReset
  readonly steps: ResetStep[]
}

export interface ResetStep {
  readonly step: 'read' | 'cancel' | 'disable' | 'wait-for-marker' | 'enable' | 'verify'
  readonly outcome: 'ok' | 'failed' | 'skipped' | 'unknown'
  readonly evidence: string
}

/** How an attempt ends: the request is answered, or released to a later round. */
export type ResetEnd =
  | {readonly end: 'answer'; readonly outcome: ResetOutcome; readonly detail: string}
  | {readonly end: 'release'; readonly reason: string}

export function answer(outcome: ResetOutcome, detail: string): ResetEnd {
  return {end: 'answer', outcome, detail}
}

export function release(reason: string): ResetEnd {
  return {end: 'release', reason}
}

/** Writes one line under the claim, on disk before it returns. Throws GuardError `io`, or `fenced` if the claim is lost. */
export function writeUnderClaim(
  {deps, request, claim}: Pick<ResetAttempt, 'deps' | 'request' | 'claim'>,
  entry: Entry,
): void {
  const {verdict} = deps.results.append(
    {
      ...entry,
      ...(request.job !== undefined && {job: request.job}),
      request_id: request.id,
      job_id: request.jobId,
      claim: claim.id,
    },
    'durable',
  )
  if (verdict === 'ok') return
  throw new GuardError('fenced', `another reset daemon took over request ${request.id} of job ${request.jobId}`, [
    'let that daemon finish; see openclaw_reset_results.jsonl for what it did',
  ])
}

/** Records a step that was taken, with what was seen. */
export function noteStep(attempt: ResetAttempt, step: ResetStep): void {
  attempt.steps.push(step)
  writeUnderClaim(attempt, {kind: 'step-taken', ...step})
}

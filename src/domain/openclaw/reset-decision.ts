import type {ClockReading} from '../clock/reading.js'
import {elapsedMs} from '../clock/reading.js'
import type {OpenClawJob, OpenClawRead} from './job.js'
import {type ConfirmedBy, type PendingEnable, unknownDisableAt} from './pending-enable.js'
import type {ResetClaim} from './reset-claim.js'
import type {ResetLedger} from './reset-ledger.js'
import type {ResetRequest, ResetRequests} from './reset-request.js'

/** What a reset daemon does in one round, decided from the journals, the settings and a time. */
export interface ResetFacts {
  readonly requests: ResetRequests
  readonly ledger: ResetLedger
  /** Ids of claims whose daemon is provably dead. */
  readonly deadClaims: ReadonlySet<string>
  /** OpenClaw's ids of jobs that guard disabled and has not been able to enable again. */
  readonly stillDisabled: ReadonlySet<string>
  readonly policy: ResetPolicy
  readonly now: ClockReading
}

/** Spans in milliseconds. */
export interface ResetPolicy {
  /** OpenClaw's ids that may be reset. */
  readonly allowed: ReadonlySet<string>
  /** An older request is answered `expired`. */
  readonly expireAfterMs: number
  /** Between two resets of one job. */
  readonly minIntervalMs: number
  /** Number of attempts, interrupted or released, after which a request has failed. */
  readonly maxTries: number
}

export type ResetDecision =
  | {readonly do: 'reset'; readonly request: ResetRequest; readonly over: string | undefined; readonly reason: string}
  | {
      readonly do: 'decline'
      readonly request: ResetRequest
      readonly over: string | undefined
      readonly outcome: 'refused' | 'expired' | 'failed'
      readonly reason: string
    }
  | {readonly do: 'wait'; readonly request: ResetRequest; readonly reason: string}

/** A request is pending until an answer names it. Nothing is ever deleted. */
export function pendingResets({byId}: ResetRequests, {answers}: ResetLedger): readonly ResetRequest[] {
  return [...byId.values()].filter(({id}) => !answers.has(id))
}

/** One decision for each pending request. Those that a dead daemon left unfinished come first. */
export function decideResets(facts: ResetFacts): readonly ResetDecision[] {
  const pending = pendingResets(facts.requests, facts.ledger)
  const isBegun = ({id}: ResetRequest) => facts.ledger.open.has(id)
  const inFlight = new Set(liveClaims(facts).map(({jobId}) => jobId))
  return [...pending.filter(isBegun), ...pending.filter((request) => !isBegun(request))].map((request) => {
    const decision = decideReset(facts, request, inFlight)
    if (decision.do === 'reset') inFlight.add(request.jobId)
    return decision
  })
}

function liveClaims({ledger, deadClaims}: ResetFacts): readonly ResetClaim[] {
  return [...ledger.open.values()].flatMap(({claim}) => (claim && !deadClaims.has(claim.id) ? [claim] : []))
}

function decideReset(facts: ResetFacts, request: ResetRequest, inFlight: ReadonlySet<string>): ResetDecision {
  const {ledger, deadClaims, policy, now} = facts
  const open = ledger.open.get(request.id)
  if (open?.claim && !deadClaims.has(open.claim.id))
    return wait(request, `process ${open.claim.process?.pid} is working on it`)
  const over = open?.claim?.id
  const decline = (outcome: 'refused' | 'expired' | 'failed', reason: string): ResetDecision => {
    return {do: 'decline', request, over, outcome, reason}
  }
  if (!policy.allowed.has(request.jobId)) {
    return decline('refused', `the settings do not name ${request.jobId} in openclaw.jobs or openclaw.allow`)
  }
  if (open && open.tries >= policy.maxTries) {
    return decline('failed', `gave up after ${open.tries} tries${open.reason === undefined ? '' : `: ${open.reason}`}`)
  }
  const ageMs = requestAgeMs(request, now)
  if (ageMs > policy.expireAfterMs) {
    const left = open?.reason === undefined ? '' : `; it was left because ${open.reason}`
    return decline(
      'expired',
      `asked ${Math.round(ageMs / 1000)} s ago, more than ${policy.expireAfterMs / 1000} s${left}`,
    )
  }
  if (facts.stillDisabled.has(request.jobId))
    return wait(request, 'the job is disabled and its enable is still pending')
  if (inFlight.has(request.jobId)) return wait(request, 'another reset of the job is in flight')
  const restMs = restOfInterval(facts, request)
  if (restMs > 0) return wait(request, `the job was reset a short time ago; again in ${Math.ceil(restMs / 1000)} s`)
  return {do: 'reset', request, over, reason: over === undefined ? request.reason : 'its daemon died; taken over'}
}

function wait(request: ResetRequest, reason: string): ResetDecision {
  return {do: 'wait', request, reason}
}

/** How long until the job may be reset again, ms. The request that began the last reset may finish it at once. */
function restOfInterval({ledger, policy, now}: ResetFacts, request: ResetRequest): number {
  const last = ledger.lastResets.get(request.jobId)
  if (!last || last.requestId === request.id) return 0
  return policy.minIntervalMs - elapsedMs(last.at, now)
}

/** Age of a request, ms; 0 if it names no time. */
function requestAgeMs({written, requestedAtMs}: ResetRequest, now: ClockReading): number {
  if (written) return elapsedMs(written, now)
  return requestedAtMs === undefined ? 0 : Math.max(0, now.at - requestedAtMs)
}

/** OpenClaw applied a disable whose call had timed out 561 s later, when a hung run released the scheduler's lock. */
const lateDisableMs = 600_000

type ReenableStep =
  | {readonly do: 'confirm'; readonly how: ConfirmedBy}
  | {readonly do: 'enable'; readonly reason: string}
  | {readonly do: 'keep'; readonly reason: string}

/** What to do about a pending enable, now that the job was read. */
export function decideReenable(pending: PendingEnable, read: OpenClawRead, now: ClockReading): ReenableStep {
  if (read.read === 'failed') return {do: 'keep', reason: read.reason}
  if (read.read === 'absent') return {do: 'confirm', how: 'gone'}
  const unknownAt = unknownDisableAt(pending)
  if (!read.job.enabled) {
    // No disable of guard's was applied, so a person disabled the job.
    const isOwn = pending.disable === 'applied' || unknownAt !== undefined
    return isOwn ? {do: 'enable', reason: 'it is disabled'} : {do: 'confirm', how: 'left-disabled'}
  }
  if (unknownAt === undefined || elapsedMs(unknownAt, now) >= lateDisableMs) return {do: 'confirm', how: 'confirmed'}
  return {do: 'keep', reason: 'it is enabled, but a disable of unknown outcome may still be applied'}
}

/**
 * Whether the steps of a reset had their effect: the job is enabled, the old marker is gone, and the next slot is ahead or a
 * new run has begun. That alone does not prove that the job works again: only a run that began after the reset does.
 */
export function checkReset(job: OpenClawJob, reset: ResetToCheck): {readonly done: boolean; readonly reason: string} {
  if (!job.enabled) return {done: false, reason: 'it is not enabled'}
  if (job.runningAtMs !== undefined && job.runningAtMs === reset.marker) {
    return {done: false, reason: 'the marker is still there'}
  }
  const ranAtMs = [job.lastRunAtMs, job.runningAtMs].find((atMs) => atMs !== undefined && atMs > reset.begunAtMs)
  if (ranAtMs !== undefined) return {done: true, reason: `a run began at ${iso(ranAtMs)}, after the reset`}
  if (job.runningAtMs !== undefined) return {done: true, reason: 'enabled, and another run goes on'}
  if (job.nextRunAtMs === undefined) return {done: false, reason: 'it has no next slot'}
  if (job.nextRunAtMs < reset.nowMs) return {done: false, reason: 'its next slot lies in the past'}
  return {done: true, reason: `enabled, no marker; not proven before it runs, next slot ${iso(job.nextRunAtMs)}`}
}

/** Wall clock times, ms. */
interface ResetToCheck {
  readonly marker: number | undefined
  readonly begunAtMs: number
  readonly nowMs: number
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

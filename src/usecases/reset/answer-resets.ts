import {elapsedMs} from '../../domain/clock/reading.js'
import type {ResetClaim} from '../../domain/openclaw/reset-claim.js'
import {decideResets, type ResetDecision} from '../../domain/openclaw/reset-decision.js'
import type {ResetLedger, ResetOutcome} from '../../domain/openclaw/reset-ledger.js'
import type {ResetRequest} from '../../domain/openclaw/reset-request.js'
import {GuardError} from '../../errors.js'
import {type ReenabledJob, reenableJobs} from './reenable-jobs.js'
import {answer, type ResetAttempt, type ResetEnd, type ResetStep, writeUnderClaim} from './reset-attempt.js'
import {type ResetDeps, readClocks} from './reset-deps.js'
import {resetJob} from './reset-job.js'

export interface ResetRound {
  readonly answered: readonly AnsweredReset[]
  readonly waiting: readonly WaitingReset[]
  /** Enables that were pending when the round began. */
  readonly pending: readonly ReenabledJob[]
  /** Lines of the request journal that are not a request, or not JSON. */
  readonly unreadable: number
}

/** Which request it is about. */
interface AboutRequest {
  readonly requestId: string
  /** guard's name of the job; undefined if neither the request nor the settings have one. */
  readonly job: string | undefined
  readonly openclawId: string
}

export interface AnsweredReset extends AboutRequest {
  readonly ok: boolean
  readonly outcome: ResetOutcome
  readonly steps: readonly ResetStep[]
  readonly detail: string
}

interface WaitingReset extends AboutRequest {
  readonly reason: string
}

/** One round of the reset daemon: first the pending enables, then the pending requests. Throws GuardError `io`. */
export async function answerResets(deps: ResetDeps): Promise<ResetRound> {
  const pending = await reenableJobs(deps, deadClaims(deps, deps.results.read()))
  const answered: AnsweredReset[] = []
  const waiting: WaitingReset[] = []
  const stillDisabled = pending.filter(({state}) => state === 'still-disabled').map(({openclawId}) => openclawId)
  for (const decision of planResets(deps, new Set(stillDisabled))) {
    // Refusals do not wait for anything, so thousands of them would delay a signal and the renewal of the lease.
    await deps.clock.sleep(0)
    if (deps.stop.aborted) break
    const outcome = await perform(deps, decision)
    if ('ok' in outcome) answered.push(outcome)
    else waiting.push(outcome)
  }
  return {answered, waiting, pending, unreadable: unreadableLines(deps)}
}

/** What a round does with the pending requests, once it knows which jobs it could not enable again. */
export function planResets(deps: ResetDeps, stillDisabled: ReadonlySet<string>): readonly ResetDecision[] {
  const ledger = deps.results.read()
  const requests = deps.requests.read()
  return decideResets({
    requests,
    ledger,
    deadClaims: deadClaims(deps, ledger),
    stillDisabled,
    policy: deps.policy,
    now: readClocks(deps),
  })
}

export function unreadableLines({requests}: Pick<ResetDeps, 'requests'>): number {
  return requests.read().unreadable + requests.inspect().garbage
}

/** Ids of claims whose daemon has ended, or no longer works on them. */
function deadClaims(deps: ResetDeps, {open}: ResetLedger): ReadonlySet<string> {
  const dead = new Set<string>()
  for (const {claim} of open.values()) {
    if (claim && isDead(deps, claim)) dead.add(claim.id)
  }
  return dead
}

/** Longest attempt, ms: ten calls of 45 s each, the waits, and the retries of the enable. */
const longestAttemptMs = 900_000

function isDead(deps: ResetDeps, {process, ...claim}: ResetClaim): boolean {
  if (elapsedMs(claim, readClocks(deps)) > longestAttemptMs) return true
  if (!process) return false
  // This process works on one request at a time, so an earlier claim of its own was ended by an error.
  const {self} = deps
  const isOwn = process.pid === self?.pid && process.start === self.start && process.pidns === self.pidns
  return isOwn || deps.processState(process, claim, deps.here) === 'gone'
}

async function perform(deps: ResetDeps, decision: ResetDecision): Promise<AnsweredReset | WaitingReset> {
  const {request} = decision
  if (decision.do === 'wait') return left(deps, request, decision.reason)
  const attempt = claimRequest(deps, request, decision.over)
  if (!attempt) return left(deps, request, 'another reset daemon claimed it first')
  try {
    const end = decision.do === 'decline' ? answer(decision.outcome, decision.reason) : await resetJob(attempt)
    return await conclude(attempt, end)
  } catch (error) {
    if (error instanceof GuardError && error.kind === 'fenced') return left(deps, request, error.message)
    throw error
  }
}

/** @returns undefined if the claim of another daemon came first */
function claimRequest(deps: ResetDeps, request: ResetRequest, over: string | undefined): ResetAttempt | undefined {
  const {record, verdict, state} = deps.results.append(
    {
      kind: 'claimed',
      ...(request.job !== undefined && {job: request.job}),
      request_id: request.id,
      job_id: request.jobId,
      process: deps.self,
      ...(over !== undefined && {over}),
    },
    'durable',
  )
  const open = state.open.get(request.id)
  if (verdict === 'void' || open?.claim?.id !== record.id) return undefined
  return {deps, request, claim: open.claim, open, steps: []}
}

async function conclude(attempt: ResetAttempt, end: ResetEnd): Promise<AnsweredReset | WaitingReset> {
  const {deps, request, steps} = attempt
  if (end.end === 'release') {
    writeUnderClaim(attempt, {kind: 'released', reason: end.reason})
    return left(deps, request, end.reason)
  }
  const {outcome, detail} = end
  const ok = outcome === 'reset' || outcome === 'already-recovered'
  writeUnderClaim(attempt, {kind: 'result', ok, outcome, detail, ...(await versionOf(attempt))})
  return {...aboutRequest(deps, request), ok, outcome, steps, detail}
}

/** The version of OpenClaw, if it was called. */
async function versionOf({deps, steps}: ResetAttempt): Promise<{readonly openclaw?: string}> {
  if (steps.length === 0) return {}
  const version = await deps.openclaw.version()
  return version.ok ? {openclaw: version.value} : {}
}

function left(deps: ResetDeps, request: ResetRequest, reason: string): WaitingReset {
  return {...aboutRequest(deps, request), reason}
}

/** The name in the settings counts, not that of the request, which any program may write. */
export function aboutRequest({jobOf}: Pick<ResetDeps, 'jobOf'>, {id, job, jobId}: ResetRequest): AboutRequest {
  return {requestId: id, job: jobOf(jobId)?.name ?? job, openclawId: jobId}
}

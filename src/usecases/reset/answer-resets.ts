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
  /** Enables that were owed when the round began. */
  readonly owed: readonly ReenabledJob[]
  /** Lines of the request journal that ask for nothing, or are no JSON. */
  readonly unreadable: number
}

export interface AnsweredReset {
  readonly requestId: string
  readonly jobId: string
  readonly ok: boolean
  readonly outcome: ResetOutcome
  readonly steps: readonly ResetStep[]
  readonly detail: string
}

interface WaitingReset {
  readonly requestId: string
  readonly jobId: string
  readonly reason: string
}

/** One round of the reset daemon: pay what is owed, then answer each pending request. Throws GuardError `io`. */
export async function answerResets(deps: ResetDeps): Promise<ResetRound> {
  const owed = await reenableJobs(deps, deadClaims(deps, deps.results.read()))
  const answered: AnsweredReset[] = []
  const waiting: WaitingReset[] = []
  const stillDisabled = owed.filter(({state}) => state === 'still-disabled').map(({jobId}) => jobId)
  for (const decision of planResets(deps, new Set(stillDisabled))) {
    // Thousands of refusals never wait for anything: a signal, or the renewal of the lease, would not be heard.
    await deps.clock.sleep(0)
    if (deps.stop.aborted) break
    const outcome = await perform(deps, decision)
    if ('ok' in outcome) answered.push(outcome)
    else waiting.push(outcome)
  }
  return {answered, waiting, owed, unreadable: unreadableLines(deps)}
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

/** Claims at which nobody works any more. */
function deadClaims(deps: ResetDeps, {open}: ResetLedger): ReadonlySet<string> {
  const dead = new Set<string>()
  for (const {claim} of open.values()) {
    if (claim && isDead(deps, claim)) dead.add(claim.id)
  }
  return dead
}

/** Longest climb: ten calls of 45 s each, the waits, and the retries of the enable. Who takes longer was stopped. */
const longestClimbMs = 900_000

function isDead(deps: ResetDeps, {process, ...claim}: ResetClaim): boolean {
  if (elapsedMs(claim, readClocks(deps)) > longestClimbMs) return true
  if (!process) return false
  // A round of this very process that an error ended: it works at one thing at a time.
  const isOwn = process.pid === deps.self.pid && process.start === deps.self.start
  return isOwn || deps.processState(process, claim, deps.here) === 'gone'
}

async function perform(deps: ResetDeps, decision: ResetDecision): Promise<AnsweredReset | WaitingReset> {
  const {request} = decision
  if (decision.do === 'wait') return left(request, decision.reason)
  const climb = takeUp(deps, request, decision.over)
  if (!climb) return left(request, 'another reset daemon took it up first')
  try {
    const ending = decision.do === 'decline' ? answer(decision.outcome, decision.reason) : await resetJob(climb)
    return await conclude(climb, ending)
  } catch (error) {
    if (error instanceof GuardError && error.kind === 'fenced') return left(request, error.message)
    throw error
  }
}

/** Claims the request: the fold says whether this line came first. */
function takeUp(deps: ResetDeps, request: ResetRequest, over: string | undefined): ResetAttempt | undefined {
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

async function conclude(climb: ResetAttempt, ending: ResetEnd): Promise<AnsweredReset | WaitingReset> {
  const {request, steps} = climb
  if (ending.end === 'release') {
    writeUnderClaim(climb, {kind: 'released', reason: ending.reason})
    return left(request, ending.reason)
  }
  const {outcome, detail} = ending
  const ok = outcome === 'reset' || outcome === 'already-recovered'
  writeUnderClaim(climb, {kind: 'result', ok, outcome, detail, ...(await versionOf(climb))})
  return {requestId: request.id, jobId: request.jobId, ok, outcome, steps, detail}
}

/** Which OpenClaw it was, where it was spoken to. */
async function versionOf({deps, steps}: ResetAttempt): Promise<{readonly openclaw?: string}> {
  if (steps.length === 0) return {}
  const version = await deps.openclaw.version()
  return version.ok ? {openclaw: version.value} : {}
}

function left(request: ResetRequest, reason: string): WaitingReset {
  return {requestId: request.id, jobId: request.jobId, reason}
}

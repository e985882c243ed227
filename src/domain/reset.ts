import type {Fold, FoldVerdict} from './fold.js'
import type {Moment} from './lease.js'
import {type ProcessRef, parseProcessRef} from './process-ref.js'
import {hasFields, type Rec} from './record.js'

/**
 * What the reset daemons did, folded from `openclaw_reset_results.jsonl`. The requests stand in `reset-request.ts`.
 *
 * All lines carry `job_id`; all but `enable-settled` carry `request_id` and, from the second on, `claim`: a line of a
 * daemon whose claim was taken over is void.
 *
 * - claimed: `process`, `over?` (the claim whose daemon is provably dead). One claim a request, one request a job.
 * - enable-owed: from now on, whoever reads this must see to it that the job ends up enabled
 * - disabling: the disable is about to be sent; without this line a disabled job was disabled by somebody else
 * - disabled: `outcome` applied | refused; without this line nobody knows
 * - enable-settled: `debt`, `how`
 * - step-taken: `step`, `outcome`, `evidence`
 * - released: `reason`; the request is to be taken up again
 * - result: `ok`, `outcome`, `detail`
 */
export interface ResetLedger {
  /** Requests that were taken up and not yet answered, by request id. */
  readonly open: Map<string, OpenReset>
  /** By request id, oldest first. */
  readonly answers: Map<string, ResetAnswer>
  /** By OpenClaw's job id. */
  readonly debts: Map<string, EnableDebt>
  /** When the last reset of a job began, and for which request. */
  readonly lastResets: Map<string, {readonly at: Moment; readonly requestId: string}>
}

export interface OpenReset {
  readonly tries: number
  /** Undefined: released, to be taken up again. */
  readonly claim: ResetClaim | undefined
  /** Whether a disable was sent for this request, ever. */
  readonly isDisableSent: boolean
  /** Why it was released. */
  readonly reason: string | undefined
}

export interface ResetClaim extends Moment {
  readonly id: string
  readonly requestId: string
  readonly jobId: string
  readonly process: ProcessRef | undefined
}

/** What became of the disable, as far as the journal knows. `sent` may still be applied by the gateway minutes later. */
export type DisableState = 'not-sent' | 'sent' | 'applied' | 'refused'

/** A job that guard may have disabled and must leave enabled. */
export interface EnableDebt {
  readonly id: string
  readonly jobId: string
  readonly claim: ResetClaim
  readonly disable: DisableState
  /** When the disable was sent last. */
  readonly disabledAt: Moment | undefined
  /** When one before it was sent of which nobody knows the outcome. */
  readonly earlierAt: Moment | undefined
}

/**
 * - reset: the ladder was climbed and proved
 * - already-recovered: the marker of the request was gone, or another, before anything was done
 * - nothing-to-reset: the request names no marker and the job has none: whatever ails it, no reset helps
 * - not-enabled: a person switched the job off
 * - gone: OpenClaw does not know the id
 * - failed, expired
 * - refused: the settings do not allow the id, OpenClaw owns the job, or it is a one-shot that might run again
 */
export type ResetOutcome =
  | 'reset'
  | 'already-recovered'
  | 'nothing-to-reset'
  | 'not-enabled'
  | 'gone'
  | 'failed'
  | 'refused'
  | 'expired'

export interface ResetAnswer {
  readonly requestId: string
  readonly jobId: string
  readonly ok: boolean
  readonly outcome: string
  readonly detail: string
  /** Wall clock, ms. */
  readonly at: number
  readonly recordId: string
}

export type SettledBy = 'confirmed' | 'left-disabled' | 'gone'

/** Twice as many as requests are remembered, so that no request outlives its answer. */
const mostAnswers = 20_000

export const resetFold: Fold<ResetLedger> = {
  empty: () => ({open: new Map(), answers: new Map(), debts: new Map(), lastResets: new Map()}),
  apply: applyReset,
  save: ({open, answers, debts, lastResets}) => ({
    open: [...open],
    answers: [...answers.values()],
    debts: [...debts],
    lastResets: [...lastResets],
  }),
  restore: (saved) => {
    const {open, answers, debts, lastResets} = saved as SavedLedger
    return {
      open: new Map(open),
      answers: new Map(answers.map((answer) => [answer.requestId, answer])),
      debts: new Map(debts),
      lastResets: new Map(lastResets),
    }
  },
}

interface SavedLedger {
  readonly open: readonly [string, OpenReset][]
  readonly answers: readonly ResetAnswer[]
  readonly debts: readonly [string, EnableDebt][]
  readonly lastResets: readonly [string, {readonly at: Moment; readonly requestId: string}][]
}

interface Written extends Moment, Rec {
  readonly id: string
  readonly kind: string
  readonly job_id: string
}

const stampFields = {
  id: 'string',
  kind: 'string',
  job_id: 'string',
  at: 'number',
  mono: 'number',
  boot: 'string',
  host: 'string',
} as const

function applyReset(state: ResetLedger, record: Rec): FoldVerdict {
  if (!hasFields(record, stampFields)) return 'void'
  const written = record as Written
  if (written.kind === 'claimed') return applyClaim(state, written)
  if (written.kind === 'enable-settled') return applySettled(state, written)
  const claim = ownClaim(state, written)
  if (!claim) return repeatedResult(state, written)
  switch (written.kind) {
    case 'enable-owed':
      return applyOwed(state, written, claim)
    case 'disabling':
      return applyDisabling(state, written, claim)
    case 'disabled':
      return applyDisabled(state, written)
    case 'step-taken':
      return 'ok'
    case 'released':
      return applyReleased(state, written, claim)
    case 'result':
      return applyResult(state, written, claim)
    default:
      return 'void'
  }
}

function applyClaim(state: ResetLedger, record: Written): FoldVerdict {
  const requestId = record['request_id']
  if (typeof requestId !== 'string' || state.answers.has(requestId)) return 'void'
  const before = state.open.get(requestId)
  // The writer repeated a claim of which it could not know that it stood already.
  if (before?.claim?.id === record.id) return 'ok'
  const isFree = before?.claim === undefined || record['over'] === before.claim.id
  if (!isFree || isJobTaken(state, record.job_id, requestId)) return 'void'
  const {id, job_id: jobId, at, mono, boot, host} = record
  const claim = {id, requestId, jobId, process: parseProcessRef(record['process']), at, mono, boot, host}
  state.open.set(requestId, {
    tries: (before?.tries ?? 0) + 1,
    claim,
    isDisableSent: before?.isDisableSent ?? false,
    reason: before?.reason,
  })
  return 'ok'
}

function isJobTaken(state: ResetLedger, jobId: string, requestId: string): boolean {
  for (const {claim} of state.open.values()) {
    if (claim && claim.jobId === jobId && claim.requestId !== requestId) return true
  }
  return false
}

/** The claim under which the record was written, if it is still in force. */
function ownClaim(state: ResetLedger, record: Written): ResetClaim | undefined {
  const claim = state.open.get(record['request_id'] as string)?.claim
  return claim && claim.id === record['claim'] && claim.jobId === record.job_id ? claim : undefined
}

/** A result ends its claim, so a repetition of that very record finds none. */
function repeatedResult(state: ResetLedger, record: Written): FoldVerdict {
  return state.answers.get(record['request_id'] as string)?.recordId === record.id ? 'ok' : 'void'
}

function applyOwed(state: ResetLedger, record: Written, claim: ResetClaim): FoldVerdict {
  const before = state.debts.get(record.job_id)
  // The job was just read as enabled, so no disable of before is in force; but one may still come true.
  const earlierAt = before && unknownDisableAt(before)
  const debt = {
    id: record.id,
    jobId: record.job_id,
    claim,
    disable: 'not-sent',
    disabledAt: undefined,
    earlierAt,
  } as const
  state.debts.set(record.job_id, debt)
  state.lastResets.set(record.job_id, {at: momentOf(record), requestId: claim.requestId})
  return 'ok'
}

function applyDisabling(state: ResetLedger, record: Written, claim: ResetClaim): FoldVerdict {
  const debt = state.debts.get(record.job_id)
  const open = state.open.get(claim.requestId)
  if (!debt || !open) return 'void'
  const earlierAt = unknownDisableAt(debt)
  state.debts.set(record.job_id, {...debt, disable: 'sent', disabledAt: momentOf(record), earlierAt})
  state.open.set(claim.requestId, {...open, isDisableSent: true})
  return 'ok'
}

/** When the last disable was sent that may still come true. */
export function unknownDisableAt({disable, disabledAt, earlierAt}: EnableDebt): Moment | undefined {
  return disable === 'sent' ? disabledAt : earlierAt
}

function applyDisabled(state: ResetLedger, record: Written): FoldVerdict {
  const debt = state.debts.get(record.job_id)
  const {outcome} = record
  if (!debt || (outcome !== 'applied' && outcome !== 'refused')) return 'void'
  state.debts.set(record.job_id, {...debt, disable: outcome})
  return 'ok'
}

function applySettled(state: ResetLedger, record: Written): FoldVerdict {
  if (state.debts.get(record.job_id)?.id !== record['debt']) return 'void'
  state.debts.delete(record.job_id)
  return 'ok'
}

function applyReleased(state: ResetLedger, {reason}: Written, claim: ResetClaim): FoldVerdict {
  const open = state.open.get(claim.requestId)
  if (!open) return 'void'
  state.open.set(claim.requestId, {
    ...open,
    claim: undefined,
    reason: typeof reason === 'string' ? reason : undefined,
  })
  return 'ok'
}

function applyResult(state: ResetLedger, record: Written, {requestId, jobId}: ResetClaim): FoldVerdict {
  const {ok, outcome, detail, at, id} = record
  if (typeof ok !== 'boolean' || typeof outcome !== 'string') return 'void'
  const answer = {requestId, jobId, ok, outcome, detail: typeof detail === 'string' ? detail : '', at, recordId: id}
  state.open.delete(requestId)
  state.answers.set(requestId, answer)
  const [oldest] = state.answers.keys()
  if (state.answers.size > mostAnswers && oldest !== undefined) state.answers.delete(oldest)
  return 'ok'
}

function momentOf({at, mono, boot, host}: Moment): Moment {
  return {at, mono, boot, host}
}

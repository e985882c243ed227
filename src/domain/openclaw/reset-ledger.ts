import {bootRefOf, parseProcessRef} from '../clock/process-ref.js'
import {type ClockReading, readingOf} from '../clock/reading.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import type {RawRecord} from '../journal/record.js'
import {
  applyDisabled,
  applyDisabling,
  applyEnableConfirmed,
  applyEnablePending,
  type PendingEnable,
  type PendingEnables,
} from './pending-enable.js'
import {isResetClaimRecord, type ResetClaim, type ResetClaimRecord} from './reset-claim.js'

/**
 * What the reset daemons did, folded from `openclaw_reset_results.jsonl`. For the requests see `reset-request.ts`.
 *
 * All lines have `job_id`; all but `enable-confirmed` have `request_id`, and all but these and `claimed` have `claim`. A
 * line of a daemon whose claim was taken over is void.
 *
 * - claimed: `process`, `over?` (the claim whose daemon is provably dead). One claim a request, one request a job.
 * - enable-pending: from now on, every reset daemon makes sure that the job ends up enabled
 * - disabling: the disable is about to be sent; without this line a disabled job was disabled by a person
 * - disabled: `outcome` applied | refused; without this line the outcome is unknown
 * - enable-confirmed: `pending` (the id of the `enable-pending`), `how`
 * - step-taken: `step`, `outcome`, `evidence`
 * - released: `reason`; the request waits for another attempt
 * - result: `ok`, `outcome`, `detail`
 */
export interface ResetLedger {
  /** Requests that were claimed and not yet answered, by request id. */
  readonly open: Map<string, OpenReset>
  /** By request id, oldest first. */
  readonly answers: Map<string, ResetAnswer>
  readonly pendingEnables: PendingEnables
  /** When the last reset of a job began, and for which request. */
  readonly lastResets: Map<string, {readonly at: ClockReading; readonly requestId: string}>
}

export interface OpenReset {
  readonly tries: number
  /** Undefined if the request was released and waits for another attempt. */
  readonly claim: ResetClaim | undefined
  /** Whether any attempt at this request has sent a disable. */
  readonly isDisableSent: boolean
  /** Why it was released. */
  readonly reason: string | undefined
}

/**
 * - reset: all steps were taken and checked
 * - already-recovered: the marker of the request was gone, or another, before anything was done
 * - withdrawn: the job has been active since the request, or its incident is over; it was not reset
 * - nothing-to-reset: neither the request nor the job has a marker, so a reset cannot help
 * - not-enabled: a person switched the job off
 * - gone: OpenClaw does not know the id
 * - failed, expired
 * - refused: the settings do not allow the id, OpenClaw owns the job, or it is a one-shot that might run again
 */
export type ResetOutcome =
  | 'reset'
  | 'already-recovered'
  | 'withdrawn'
  | 'nothing-to-reset'
  | 'not-enabled'
  | 'gone'
  | 'failed'
  | 'refused'
  | 'expired'

/** Whether a reset was needed and could not be done. The other outcomes leave the job as it is, on purpose. */
export function isFailedReset(outcome: ResetOutcome): boolean {
  return outcome === 'failed' || outcome === 'gone' || outcome === 'refused'
}

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

/** Twice as many as the requests that are kept, so that no request is kept longer than its answer. */
const mostAnswers = 20_000

export const resetFold: Fold<ResetLedger> = {
  empty: () => ({open: new Map(), answers: new Map(), pendingEnables: new Map(), lastResets: new Map()}),
  apply: applyReset,
  save: ({open, answers, pendingEnables, lastResets}) => ({
    open: [...open],
    answers: [...answers.values()],
    pendingEnables: [...pendingEnables],
    lastResets: [...lastResets],
  }),
  restore: (saved) => {
    const {open, answers, pendingEnables, lastResets} = saved as SavedLedger
    return {
      open: new Map(open),
      answers: new Map(answers.map((answer) => [answer.requestId, answer])),
      pendingEnables: new Map(pendingEnables),
      lastResets: new Map(lastResets),
    }
  },
}

interface SavedLedger {
  readonly open: readonly [string, OpenReset][]
  readonly answers: readonly ResetAnswer[]
  readonly pendingEnables: readonly [string, PendingEnable][]
  readonly lastResets: readonly [string, {readonly at: ClockReading; readonly requestId: string}][]
}

function applyReset(state: ResetLedger, record: RawRecord): FoldVerdict {
  if (!isResetClaimRecord(record)) return 'void'
  if (record.kind === 'claimed') return applyClaim(state, record)
  if (record.kind === 'enable-confirmed') return applyEnableConfirmed(state.pendingEnables, record)
  const claim = ownClaim(state, record)
  if (!claim) return repeatedResult(state, record)
  switch (record.kind) {
    case 'enable-pending':
      state.lastResets.set(record.job_id, {at: readingOf(record), requestId: claim.requestId})
      return applyEnablePending(state.pendingEnables, record, claim)
    case 'disabling':
      return applySent(state, record, claim)
    case 'disabled':
      return applyDisabled(state.pendingEnables, record)
    case 'step-taken':
      return 'ok'
    case 'released':
      return applyReleased(state, record, claim)
    case 'result':
      return applyResult(state, record, claim)
    default:
      return 'void'
  }
}

function applyClaim(state: ResetLedger, record: ResetClaimRecord): FoldVerdict {
  const requestId = record['request_id']
  if (typeof requestId !== 'string' || state.answers.has(requestId)) return 'void'
  const before = state.open.get(requestId)
  // The writer repeated a claim because it could not know that the first one was written.
  if (before?.claim?.id === record.id) return 'ok'
  const isFree = before?.claim === undefined || record['over'] === before.claim.id
  if (!isFree || isJobTaken(state, record.job_id, requestId)) return 'void'
  const {id, job_id: jobId, at, mono} = record
  const process = parseProcessRef(record['process'])
  const claim = {id, requestId, jobId, process, at, mono, ...bootRefOf(record)}
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
function ownClaim(state: ResetLedger, record: ResetClaimRecord): ResetClaim | undefined {
  const claim = state.open.get(record['request_id'] as string)?.claim
  return claim && claim.id === record['claim'] && claim.jobId === record.job_id ? claim : undefined
}

/** A result ends its claim, so the same record written again finds none. */
function repeatedResult(state: ResetLedger, record: ResetClaimRecord): FoldVerdict {
  return state.answers.get(record['request_id'] as string)?.recordId === record.id ? 'ok' : 'void'
}

function applySent(state: ResetLedger, record: ResetClaimRecord, claim: ResetClaim): FoldVerdict {
  const open = state.open.get(claim.requestId)
  if (!open || applyDisabling(state.pendingEnables, record) === 'void') return 'void'
  state.open.set(claim.requestId, {...open, isDisableSent: true})
  return 'ok'
}

function applyReleased(state: ResetLedger, {reason}: ResetClaimRecord, claim: ResetClaim): FoldVerdict {
  const open = state.open.get(claim.requestId)
  if (!open) return 'void'
  state.open.set(claim.requestId, {
    ...open,
    claim: undefined,
    reason: typeof reason === 'string' ? reason : undefined,
  })
  return 'ok'
}

function applyResult(state: ResetLedger, record: ResetClaimRecord, {requestId, jobId}: ResetClaim): FoldVerdict {
  const {ok, outcome, detail, at, id} = record
  if (typeof ok !== 'boolean' || typeof outcome !== 'string') return 'void'
  const answer = {requestId, jobId, ok, outcome, detail: typeof detail === 'string' ? detail : '', at, recordId: id}
  state.open.delete(requestId)
  state.answers.set(requestId, answer)
  const [oldest] = state.answers.keys()
  if (state.answers.size > mostAnswers && oldest !== undefined) state.answers.delete(oldest)
  return 'ok'
}

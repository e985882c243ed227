import {type ClockReading, readingOf} from '../clock/reading.js'
import type {FoldVerdict} from '../journal/fold.js'
import type {ResetClaim, ResetClaimRecord} from './reset-claim.js'

/** What became of the disable, as far as the journal knows. `sent` may still be applied by the gateway minutes later. */
export type DisableState = 'not-sent' | 'sent' | 'applied' | 'refused'

/** By OpenClaw's job id. */
export type PendingEnables = Map<string, PendingEnable>

/** A job that guard may have disabled and must leave enabled. */
export interface PendingEnable {
  readonly id: string
  readonly jobId: string
  readonly claim: ResetClaim
  readonly disable: DisableState
  /** When the disable was sent last. */
  readonly disabledAt: ClockReading | undefined
  /** When one before it was sent of which nobody knows the outcome. */
  readonly earlierAt: ClockReading | undefined
}

export type ConfirmedBy = 'confirmed' | 'left-disabled' | 'gone'

/** From now on the job must end up enabled. */
export function applyEnablePending(debts: PendingEnables, record: ResetClaimRecord, claim: ResetClaim): FoldVerdict {
  const before = debts.get(record.job_id)
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
  debts.set(record.job_id, debt)
  return 'ok'
}

/** The disable is about to be sent. */
export function applyDisabling(debts: PendingEnables, record: ResetClaimRecord): FoldVerdict {
  const debt = debts.get(record.job_id)
  if (!debt) return 'void'
  const earlierAt = unknownDisableAt(debt)
  debts.set(record.job_id, {...debt, disable: 'sent', disabledAt: readingOf(record), earlierAt})
  return 'ok'
}

/** When the last disable was sent that may still come true. */
export function unknownDisableAt({disable, disabledAt, earlierAt}: PendingEnable): ClockReading | undefined {
  return disable === 'sent' ? disabledAt : earlierAt
}

export function applyDisabled(debts: PendingEnables, record: ResetClaimRecord): FoldVerdict {
  const debt = debts.get(record.job_id)
  const {outcome} = record
  if (!debt || (outcome !== 'applied' && outcome !== 'refused')) return 'void'
  debts.set(record.job_id, {...debt, disable: outcome})
  return 'ok'
}

/** The debt is struck off by its own name: a newer one of the job stays. */
export function applyEnableConfirmed(debts: PendingEnables, record: ResetClaimRecord): FoldVerdict {
  if (debts.get(record.job_id)?.id !== record['debt']) return 'void'
  debts.delete(record.job_id)
  return 'ok'
}

import type {FoldVerdict} from '../journal/fold.js'
import type {Moment} from '../lease/lease.js'
import {momentOf, type ResetClaim, type Written} from './reset-claim.js'

/** What became of the disable, as far as the journal knows. `sent` may still be applied by the gateway minutes later. */
export type DisableState = 'not-sent' | 'sent' | 'applied' | 'refused'

/** By OpenClaw's job id. */
export type EnableDebts = Map<string, EnableDebt>

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

export type SettledBy = 'confirmed' | 'left-disabled' | 'gone'

/** From now on the job must end up enabled. */
export function applyOwed(debts: EnableDebts, record: Written, claim: ResetClaim): FoldVerdict {
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
export function applyDisabling(debts: EnableDebts, record: Written): FoldVerdict {
  const debt = debts.get(record.job_id)
  if (!debt) return 'void'
  const earlierAt = unknownDisableAt(debt)
  debts.set(record.job_id, {...debt, disable: 'sent', disabledAt: momentOf(record), earlierAt})
  return 'ok'
}

/** When the last disable was sent that may still come true. */
export function unknownDisableAt({disable, disabledAt, earlierAt}: EnableDebt): Moment | undefined {
  return disable === 'sent' ? disabledAt : earlierAt
}

export function applyDisabled(debts: EnableDebts, record: Written): FoldVerdict {
  const debt = debts.get(record.job_id)
  const {outcome} = record
  if (!debt || (outcome !== 'applied' && outcome !== 'refused')) return 'void'
  debts.set(record.job_id, {...debt, disable: outcome})
  return 'ok'
}

/** The debt is struck off by its own name: a newer one of the job stays. */
export function applySettled(debts: EnableDebts, record: Written): FoldVerdict {
  if (debts.get(record.job_id)?.id !== record['debt']) return 'void'
  debts.delete(record.job_id)
  return 'ok'
}

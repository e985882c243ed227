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
  /** When an earlier disable of unknown outcome was sent. */
  readonly earlierAt: ClockReading | undefined
}

export type ConfirmedBy = 'confirmed' | 'left-disabled' | 'gone'

/** From now on the job must end up enabled. */
export function applyEnablePending(
  pendingEnables: PendingEnables,
  record: ResetClaimRecord,
  claim: ResetClaim,
): FoldVerdict {
  const before = pendingEnables.get(record.job_id)
  // The job was just read as enabled, so no earlier disable is in force; one may still be applied late.
  const earlierAt = before && unknownDisableAt(before)
  const pending = {
    id: record.id,
    jobId: record.job_id,
    claim,
    disable: 'not-sent',
    disabledAt: undefined,
    earlierAt,
  } as const
  pendingEnables.set(record.job_id, pending)
  return 'ok'
}

/** The disable is about to be sent. */
export function applyDisabling(pendingEnables: PendingEnables, record: ResetClaimRecord): FoldVerdict {
  const pending = pendingEnables.get(record.job_id)
  if (!pending) return 'void'
  const earlierAt = unknownDisableAt(pending)
  pendingEnables.set(record.job_id, {...pending, disable: 'sent', disabledAt: readingOf(record), earlierAt})
  return 'ok'
}

/** When the last disable that may still be applied was sent. */
export function unknownDisableAt({disable, disabledAt, earlierAt}: PendingEnable): ClockReading | undefined {
  return disable === 'sent' ? disabledAt : earlierAt
}

export function applyDisabled(pendingEnables: PendingEnables, record: ResetClaimRecord): FoldVerdict {
  const pending = pendingEnables.get(record.job_id)
  const {outcome} = record
  if (!pending || (outcome !== 'applied' && outcome !== 'refused')) return 'void'
  pendingEnables.set(record.job_id, {...pending, disable: outcome})
  return 'ok'
}

/** Removes exactly the enable that the record names: a newer one of the job stays pending. */
export function applyEnableConfirmed(pendingEnables: PendingEnables, record: ResetClaimRecord): FoldVerdict {
  if (pendingEnables.get(record.job_id)?.id !== record['pending']) return 'void'
  pendingEnables.delete(record.job_id)
  return 'ok'
}

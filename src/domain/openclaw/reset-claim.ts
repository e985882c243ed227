import type {ProcessRef} from '../clock/process-ref.js'
import type {ClockReading} from '../clock/reading.js'
import {hasFields, type RawRecord} from '../journal/record.js'

/** The right to answer one reset request. The first line in the journal wins. */
export interface ResetClaim extends ClockReading {
  readonly id: string
  readonly requestId: string
  readonly jobId: string
  readonly process: ProcessRef | undefined
}

/** A line of the reset results that guard itself stamped. */
export interface ResetClaimRecord extends ClockReading, RawRecord {
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

export function isResetClaimRecord(record: RawRecord): record is ResetClaimRecord {
  return hasFields(record, stampFields)
}

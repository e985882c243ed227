import type {ProcessRef} from '../clock/process-ref.js'
import {hasFields, type Rec} from '../journal/record.js'
import type {Moment} from '../lease/lease.js'

/** The right to answer one reset request; whoever's line came first has it. */
export interface ResetClaim extends Moment {
  readonly id: string
  readonly requestId: string
  readonly jobId: string
  readonly process: ProcessRef | undefined
}

/** A line of the reset results that guard itself stamped. */
export interface Written extends Moment, Rec {
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

export function isWritten(record: Rec): record is Written {
  return hasFields(record, stampFields)
}

export function momentOf({at, mono, boot, host}: Moment): Moment {
  return {at, mono, boot, host}
}

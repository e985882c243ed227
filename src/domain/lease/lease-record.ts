import {isJobName} from '../job/job-name.js'
import {isStamped, isTime, type RawRecord, type StampedRecord} from '../journal/record.js'

/** A record that the fold of the leases may judge. */
export interface LeaseRecord extends StampedRecord {
  readonly job: string
}

export interface ClaimRecord extends LeaseRecord {
  readonly holder: string
  readonly ttlMs: number
}

export function isLeaseRecord(record: RawRecord): record is LeaseRecord {
  const {job} = record
  return isStamped(record) && typeof job === 'string' && isJobName(job)
}

export function isClaimRecord(record: LeaseRecord): record is ClaimRecord {
  const {holder, ttlMs} = record
  return typeof holder === 'string' && isTime(ttlMs) && ttlMs > 0
}

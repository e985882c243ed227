import type {BulkFold} from './fold.js'
import {isClaim, isWritten, type Leases, leaseFold, mostJobs, type Written} from './lease.js'
import {isJudgeable, type Rec} from './record.js'

/** What lines say, one after another; undefined where one is no record. */
export type Records = readonly (Rec | undefined)[]

interface EndedRun {
  readonly claimId: string
  readonly token: number
  readonly records: Records
}

/**
 * Takes all records of a run at once, where they stand together and show that it was granted and has ended. Of such
 * runs only each job's last has left anything but its token, so no other is folded: the dozen runs of a job that a
 * start of guard finds before its own cost a tenth of the time. All else is left to `leaseFold`, and a test holds the
 * two against each other.
 */
export function endedRuns(): BulkFold<Leases, Records> {
  /** By job, in the order in which they ended. */
  const last = new Map<string, EndedRun>()
  return {
    take(state, records, start) {
      const claim = records[start]
      const token = state.grants + 1
      if (claim?.['kind'] !== 'claimed' || !isWritten(claim) || !isClaim(claim)) return -1
      const {job, id: claimId} = claim
      const next = endOfRun(records, start + 1, {job, claim: claimId, token})
      if (next < 0 || !isFree(state, claim, last.get(job)) || state.byJob.size + last.size >= mostJobs) return -1
      state.grants = token
      last.delete(job)
      last.set(job, {claimId, token, records: records.slice(start, next)})
      return next
    },
    settle(state) {
      if (last.size === 0) return
      const {grants} = state
      for (const {token, records} of last.values()) {
        state.grants = token - 1
        for (const record of records) leaseFold.apply(state, record as Rec)
      }
      state.grants = grants
      last.clear()
    },
  }
}

interface Own {
  readonly job: string
  readonly claim: string
  readonly token: number
}

/** Where the records behind the release begin; -1 when the next records are not the holder's, up to his release. */
function endOfRun(records: Records, start: number, own: Own): number {
  for (let at = start; ; at++) {
    const record = records[at]
    if (!record || record['claim'] !== own.claim || record['token'] !== own.token || record['job'] !== own.job)
      return -1
    if (!isJudgeable(record)) return -1
    const {kind, status} = record
    if (kind === 'released') return status === 'ok' || status === 'error' ? at + 1 : -1
    if (kind !== 'renewed') return -1
  }
}

/** Whether the claim is granted whatever the clocks say, now and when it is folded at last. */
function isFree({byJob}: Leases, {job, id}: Written, ended: EndedRun | undefined): boolean {
  const present = byJob.get(job)
  // A claim with the id of the one that stands is its repetition.
  if (present?.claimId === id || ended?.claimId === id) return false
  return ended !== undefined || !present || present.released !== undefined
}

import type {ResetAnswer} from '../openclaw/reset-ledger.js'
import type {Incident} from './incident.js'

/** How far the resets of one incident have come. */
export interface ResetProgress {
  /** Requests so far. */
  readonly attempts: number
  /** Requests that were answered and did not help. A withdrawn one has not failed: nothing was done. */
  readonly failed: number
  /** State of the last request. `settling`: the reset was done, or withdrawn, and the job has not shown its effect yet. */
  readonly last: 'none' | 'pending' | 'settling' | 'failed'
  readonly lastUptimeMs: number
  readonly detail: string | undefined
}

export const noResets: ResetProgress = {attempts: 0, failed: 0, last: 'none', lastUptimeMs: 0, detail: undefined}

/** The id of an incident's request: the same attempt asked for twice is one request, answered once. */
export function resetRequestId(incidentId: string, attempt: number): string {
  return `${incidentId}-${attempt}`
}

/** Both lookups are by request id. */
interface ResetRecords {
  requestedAt(requestId: string): number | undefined
  answer(requestId: string): ResetAnswer | undefined
  uptimeAt(wallMs: number): number
}

/** `settleMs`: a reset that was answered with success and shows no effect for so long has failed. */
export function resetProgress(
  incident: Incident,
  records: ResetRecords,
  {settleMs, nowUptimeMs}: {readonly settleMs: number; readonly nowUptimeMs: number},
): ResetProgress {
  let progress = noResets
  for (let attempt = 1; ; attempt++) {
    const id = resetRequestId(incident.id, attempt)
    const requestedAt = records.requestedAt(id)
    if (requestedAt === undefined) return progress
    const answer = records.answer(id)
    const lastUptimeMs = records.uptimeAt(answer?.at ?? requestedAt)
    const last = lastOf(answer, nowUptimeMs - lastUptimeMs > settleMs)
    progress = {
      attempts: attempt,
      failed: progress.failed + (last === 'failed' ? 1 : 0),
      last,
      lastUptimeMs,
      detail: answer?.detail ?? progress.detail,
    }
  }
}

function lastOf(answer: ResetAnswer | undefined, settled: boolean): ResetProgress['last'] {
  if (!answer) return 'pending'
  if (answer.outcome === 'withdrawn') return settled ? 'none' : 'settling'
  return answer.ok && !settled ? 'settling' : 'failed'
}

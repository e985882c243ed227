import type {ResetLedger} from './reset.js'
import type {ResetRequest, ResetRequests} from './reset-request.js'

/** How far the resets of one incident have come. */
export interface ResetProgress {
  readonly pending: boolean
  readonly failed: number
  /** What the last answer said; undefined while there is none. */
  readonly lastDetail: string | undefined
}

/** The requests by OpenClaw's job id, oldest first; made once a round. */
export function requestsByJob({byId}: ResetRequests): ReadonlyMap<string, readonly ResetRequest[]> {
  const byJob = new Map<string, ResetRequest[]>()
  for (const request of byId.values()) {
    const own = byJob.get(request.jobId)
    if (own) own.push(request)
    else byJob.set(request.jobId, [request])
  }
  return byJob
}

/** `requests` are those of one job; only those count that were asked for since `sinceMs` (wall clock) or name no time. */
export function resetProgress(
  requests: readonly ResetRequest[],
  {answers}: Pick<ResetLedger, 'answers'>,
  sinceMs: number,
): ResetProgress {
  const own = requests.filter(({requestedAtMs}) => requestedAtMs === undefined || requestedAtMs >= sinceMs)
  const answered = own.flatMap(({id}) => answers.get(id) ?? [])
  return {
    pending: answered.length < own.length,
    failed: answered.filter(({ok}) => !ok).length,
    lastDetail: answered.at(-1)?.detail,
  }
}

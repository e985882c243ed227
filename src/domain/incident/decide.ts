import type {OpenClawJobStatus} from '../openclaw/job-status.js'
import {span} from '../watchdog/freshness.js'
import type {Verdict, VerdictKind} from '../watchdog/verdict.js'
import type {Incident} from './incident.js'
import {dueNotification} from './renotify.js'
import type {ResetProgress} from './reset-progress.js'

/** What the watchdog does about one job. Each action is one record. */
export type IncidentAction =
  | (About & {readonly do: 'observe'; readonly verdict: VerdictKind})
  | (About & {readonly do: 'open'; readonly verdict: VerdictKind})
  | (About & {readonly do: 'request-reset'; readonly attempt: number})
  | (About & {readonly do: 'escalate'; readonly verdict: VerdictKind; readonly number: number})
  | (About & {readonly do: 'resolve'; readonly attempts: number})

interface About {
  readonly job: string
  readonly reason: string
}

export interface IncidentPolicy {
  readonly escalateAfterFailedResets: number
  /** A job that cannot be reset escalates after trouble of this length. */
  readonly escalateAfterMs: number
  readonly repeatAlertAfterMs: number
  /** A request that nobody answers for so long has failed, and so has the daemon. */
  readonly answerWithinMs: number
  /** Between two resets of one job. */
  readonly betweenResetsMs: number
}

/** All that is known about one job's trouble when the watchdog comes by. */
export interface Situation {
  readonly job: string
  readonly nowUptimeMs: number
  readonly verdict: Verdict
  /** The verdict that was written last. */
  readonly lastVerdict: VerdictKind
  readonly incident: Incident | undefined
  readonly resets: ResetProgress
  /** Whether the job has an id that the reset daemon may reset. */
  readonly resettable: boolean
  readonly openclaw: OpenClawJobStatus | undefined
  readonly policy: IncidentPolicy
}

/** What to do now. A reset under way, or an alert raised already, calls for nothing: that stops alert storms. */
export function decideIncident(situation: Situation): readonly IncidentAction[] {
  const {job, incident, lastVerdict} = situation
  const {kind, reason, status} = situation.verdict
  const observe: readonly IncidentAction[] = kind === lastVerdict ? [] : [{do: 'observe', job, verdict: kind, reason}]
  if (status === 'unknown') return incident ? [] : observe
  if (status === 'ok') return incident ? [resolve(situation), ...observe] : observe
  if (!incident) return [{do: 'open', job, verdict: kind, reason}, ...requestReset(situation)]
  return [...observe, ...pursue(situation, incident)]
}

function resolve({job, verdict, resets: {attempts}}: Situation): IncidentAction {
  const cleared = attempts === 0 ? '' : `, ${attempts} attempt${attempts === 1 ? '' : 's'} cleared`
  return {do: 'resolve', job, attempts, reason: `healthy again${cleared}: ${verdict.reason}`}
}

function pursue(situation: Situation, incident: Incident): readonly IncidentAction[] {
  const cause = causeToEscalate(situation, incident)
  if (cause === undefined) return requestReset(situation)
  const number = dueNotification(incident, situation.nowUptimeMs, situation.policy.repeatAlertAfterMs)
  if (number === undefined) return []
  const escalate: IncidentAction = {
    do: 'escalate',
    job: situation.job,
    verdict: situation.verdict.kind,
    number,
    reason: `${situation.verdict.reason}; ${cause}`,
  }
  // What could not be reset then may be reset by now: one more attempt with each repeated alert.
  return number > 1 ? [escalate, ...requestReset(situation)] : [escalate]
}

/** Why a human is needed; undefined while the machine may still mend it. */
function causeToEscalate(
  {resets, policy, nowUptimeMs, ...situation}: Situation,
  incident: Incident,
): string | undefined {
  const openMs = nowUptimeMs - incident.openedUptimeMs
  const failed = `${resets.failed} resets failed${resets.detail === undefined ? '' : `, the last: ${resets.detail}`}`
  if (incident.escalations > 0) return `unmended for ${span(openMs)}${resets.attempts > 0 ? `, ${failed}` : ''}`
  if (resets.failed >= policy.escalateAfterFailedResets) return failed
  const waitedMs = nowUptimeMs - resets.lastUptimeMs
  if (resets.last === 'pending' && waitedMs >= policy.answerWithinMs) {
    return `nobody has answered the reset request for ${span(waitedMs)}; is the reset daemon running?`
  }
  if (resets.attempts > 0 || mayReset(situation)) return undefined
  return openMs >= policy.escalateAfterMs ? `unmended for ${span(openMs)}, and nothing here can reset it` : undefined
}

/**
 * A reset helps a job of OpenClaw that does not run; not one that is at work (hung), whose scheduler stands, or that a
 * person must look at.
 */
function mayReset({resettable, openclaw, verdict}: Pick<Situation, 'resettable' | 'openclaw' | 'verdict'>): boolean {
  if (verdict.kind === 'hung') return false
  return resettable && openclaw?.remedy !== 'restart-gateway' && openclaw?.remedy !== 'person'
}

function requestReset(situation: Situation): readonly IncidentAction[] {
  const {job, verdict, resets, policy, nowUptimeMs} = situation
  if (!mayReset(situation) || resets.last === 'pending' || resets.last === 'settling') return []
  if (resets.last === 'failed' && nowUptimeMs - resets.lastUptimeMs < policy.betweenResetsMs) return []
  return [{do: 'request-reset', job, attempt: resets.attempts + 1, reason: verdict.reason}]
}

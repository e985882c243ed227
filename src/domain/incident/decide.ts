import type {OpenClawSighting} from '../openclaw/job-status.js'
import {span} from '../watchdog/freshness.js'
import type {Judgement, Verdict} from '../watchdog/verdict.js'
import type {Incident} from './incident.js'
import {dueEscalation} from './renotify.js'
import type {ResetCourse} from './reset-progress.js'

/** What the watchdog does about one job. Each action is one record. */
export type IncidentAction =
  | (About & {readonly do: 'observe'; readonly verdict: Verdict})
  | (About & {readonly do: 'open'; readonly verdict: Verdict})
  | (About & {readonly do: 'request-reset'; readonly attempt: number})
  | (About & {readonly do: 'escalate'; readonly verdict: Verdict; readonly number: number})
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
  readonly nowAwake: number
  readonly judgement: Judgement
  /** The verdict that was written last. */
  readonly lastVerdict: Verdict
  readonly incident: Incident | undefined
  readonly resets: ResetCourse
  /** Whether the job has an id that the reset daemon may reset. */
  readonly resettable: boolean
  readonly openclaw: OpenClawSighting | undefined
  readonly policy: IncidentPolicy
}

/** What to do now. A reset under way, or an alert raised already, calls for nothing: that stops alert storms. */
export function decideIncident(situation: Situation): readonly IncidentAction[] {
  const {job, judgement, incident, lastVerdict} = situation
  const {verdict, reason, calls} = judgement
  const observe: readonly IncidentAction[] = verdict === lastVerdict ? [] : [{do: 'observe', job, verdict, reason}]
  if (calls === 'presumed') return incident ? [] : observe
  if (calls === 'proven') return incident ? [resolve(situation), ...observe] : observe
  if (!incident) return [{do: 'open', job, verdict, reason}, ...requestReset(situation)]
  return [...observe, ...pursue(situation, incident)]
}

function resolve({job, judgement, resets: {attempts}}: Situation): IncidentAction {
  const cleared = attempts === 0 ? '' : `, ${attempts} attempt${attempts === 1 ? '' : 's'} cleared`
  return {do: 'resolve', job, attempts, reason: `healthy again${cleared}: ${judgement.reason}`}
}

function pursue(situation: Situation, incident: Incident): readonly IncidentAction[] {
  const cause = causeToEscalate(situation, incident)
  if (cause === undefined) return requestReset(situation)
  const number = dueEscalation(incident, situation.nowAwake, situation.policy.repeatAlertAfterMs)
  if (number === undefined) return []
  const escalate: IncidentAction = {
    do: 'escalate',
    job: situation.job,
    verdict: situation.judgement.verdict,
    number,
    reason: `${situation.judgement.reason}; ${cause}`,
  }
  // What could not be reset then may be reset by now: one more attempt with each repeated alert.
  return number > 1 ? [escalate, ...requestReset(situation)] : [escalate]
}

/** Why a human is needed; undefined while the machine may still mend it. */
function causeToEscalate({resets, policy, nowAwake, ...situation}: Situation, incident: Incident): string | undefined {
  const openMs = nowAwake - incident.openedAwake
  const failed = `${resets.failed} resets failed${resets.detail === undefined ? '' : `, the last: ${resets.detail}`}`
  if (incident.escalations > 0) return `unmended for ${span(openMs)}${resets.attempts > 0 ? `, ${failed}` : ''}`
  if (resets.failed >= policy.escalateAfterFailedResets) return failed
  const waitedMs = nowAwake - resets.lastAwake
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
function mayReset({
  resettable,
  openclaw,
  judgement,
}: Pick<Situation, 'resettable' | 'openclaw' | 'judgement'>): boolean {
  if (judgement.verdict === 'hung') return false
  return resettable && openclaw?.remedy !== 'restart-gateway' && openclaw?.remedy !== 'person'
}

function requestReset(situation: Situation): readonly IncidentAction[] {
  const {job, judgement, resets, policy, nowAwake} = situation
  if (!mayReset(situation) || resets.last === 'pending' || resets.last === 'settling') return []
  if (resets.last === 'failed' && nowAwake - resets.lastAwake < policy.betweenResetsMs) return []
  return [{do: 'request-reset', job, attempt: resets.attempts + 1, reason: judgement.reason}]
}

import {span} from '../clock/span.js'
import type {OpenClawJobStatus} from '../openclaw/job-status.js'
import type {Verdict, VerdictKind} from '../watchdog/verdict-kind.js'
import type {JobHistory} from './incident.js'
import {dueNotification} from './renotify.js'
import type {ResetProgress} from './reset-progress.js'

/** What the watchdog does about one job. Each action is one record. */
export type IncidentAction =
  | (About & Observed & {readonly do: 'observe'; readonly well?: boolean})
  | (About & Observed & {readonly do: 'open'; readonly run: string | undefined; readonly flapping: boolean})
  | (About & {readonly do: 'request-reset'; readonly attempt: number})
  | (About & Observed & {readonly do: 'escalate'; readonly number: number})
  | (About & {readonly do: 'resolve'; readonly attempts: number; readonly isOrphan?: true})

interface About {
  readonly job: string
  readonly reason: string
}

interface Observed {
  readonly verdict: VerdictKind
  readonly level: Verdict['level']
}

export interface IncidentPolicy {
  readonly escalateAfterFailedResets: number
  /** An incident is told when it has lasted so long, or at once if the next run is later. */
  readonly escalateAfterMs: number
  /** Between two resets of one job once it was told. */
  readonly betweenLateResetsMs: number
  /** Between two resets of one job. */
  readonly betweenResetsMs: number
  readonly flapping: {readonly incidents: number; readonly withinMs: number}
}

/** All that is known about one job's trouble in a round. */
export interface Situation {
  readonly job: string
  readonly nowUptimeMs: number
  readonly verdict: Verdict
  readonly history: JobHistory
  readonly resets: ResetProgress
  /** Whether the job has an id that the reset daemon may reset. */
  readonly resettable: boolean
  readonly isRunning: boolean
  /** Until the next run begins, ms; undefined if it is not known. */
  readonly nextRunInMs: number | undefined
  /** The first of the bad runs in a row; undefined if the last one was good. */
  readonly firstBadRun: string | undefined
  readonly openclaw: OpenClawJobStatus | undefined
  readonly policy: IncidentPolicy
}

/** What to do now. A reset under way or an alert that was raised calls for nothing, which prevents alert storms. */
export function decideIncident(situation: Situation): readonly IncidentAction[] {
  const {verdict, history} = situation
  const {incident} = history
  if (verdict.status === 'unknown') return incident ? [] : observe(situation)
  if (verdict.status === 'ok') return incident ? [resolve(situation), ...observe(situation)] : observe(situation)
  if (!incident) return [open(situation), ...pursue(situation)]
  return [...observe(situation), ...pursue(situation)]
}

function observe({job, verdict, history}: Situation): readonly IncidentAction[] {
  const {kind, reason, level, proof} = verdict
  const {incident} = history
  const isWell = proof !== undefined
  const wellChanged = incident?.isFlapping === true && isWell !== (incident.wellSinceMs !== undefined)
  const well = wellChanged && verdict.status === 'failing' ? {well: isWell} : {}
  const isWorse = incident !== undefined && verdict.status === 'failing' && level !== incident.level
  const isNews = !isSame(kind, history.verdict) || isWorse || 'well' in well
  return isNews ? [{do: 'observe', job, verdict: kind, level, reason, ...well}] : []
}

/** Whether a healthy job is proved to be healthy changes too often to be recorded. */
function isSame(kind: VerdictKind, before: VerdictKind): boolean {
  const isCalm = (one: VerdictKind) => one === 'healthy' || one === 'unknown'
  return kind === before || (isCalm(kind) && isCalm(before))
}

function open({job, verdict, firstBadRun, ...situation}: Situation): IncidentAction {
  const {kind, reason, level} = verdict
  const run = kind === 'failing' ? firstBadRun : undefined
  return {do: 'open', job, verdict: kind, level, reason, run, flapping: beginsToFlap(situation)}
}

function beginsToFlap({history, policy, nowUptimeMs}: Pick<Situation, 'history' | 'policy' | 'nowUptimeMs'>): boolean {
  const {incidents, withinMs} = policy.flapping
  return history.opened.filter((openedMs) => nowUptimeMs - openedMs <= withinMs).length + 1 >= incidents
}

function resolve({job, verdict, resets: {attempts}}: Situation): IncidentAction {
  const cleared = attempts === 0 ? '' : `, ${attempts} attempt${attempts === 1 ? '' : 's'} cleared`
  return {do: 'resolve', job, attempts, reason: `healthy again${cleared}: ${verdict.proof ?? verdict.reason}`}
}

function pursue(situation: Situation): readonly IncidentAction[] {
  const {job, verdict, history} = situation
  const {incident, notified} = history
  const cause = causeToTell(situation)
  if (cause === undefined) return requestReset(situation)
  // A flapping job that is well now is not news.
  if (verdict.proof !== undefined) return []
  const number = dueNotification({incident, notified, level: verdict.level})
  const resets = isBack(situation) ? requestEarlyReset(situation) : []
  if (number === undefined) return [...resets, ...requestLateReset(situation)]
  const {kind, level} = verdict
  return [{do: 'escalate', job, verdict: kind, level, number, reason: `${verdict.reason}; ${cause}`}, ...resets]
}

/** The end of an incident is told once it has lasted for a while: what is back before goes on with the same trouble. */
function isBack({history, policy, nowUptimeMs}: Situation): boolean {
  const {incident, toldEndMs} = history
  const openedMs = incident?.openedUptimeMs ?? nowUptimeMs
  return toldEndMs !== undefined && openedMs - toldEndMs <= policy.escalateAfterMs
}

/** An incident that is told at once, because it is back, is reset all the same. */
function requestEarlyReset(situation: Situation): readonly IncidentAction[] {
  const {resets, policy} = situation
  return resets.failed < policy.escalateAfterFailedResets ? requestReset(situation) : []
}

/** What could not be reset before it was told may be reset by now. */
function requestLateReset(situation: Situation): readonly IncidentAction[] {
  const {history, resets, policy, nowUptimeMs} = situation
  const triedMs = Math.max(history.incident?.escalatedUptimeMs ?? 0, resets.lastUptimeMs)
  const isTold = (history.incident?.escalations ?? 0) > 0
  return isTold && nowUptimeMs - triedMs >= policy.betweenLateResetsMs ? requestReset(situation) : []
}

/** Why a person is needed; undefined while the job may still recover by itself or by a reset. */
function causeToTell(situation: Situation): string | undefined {
  const {resets, policy, nowUptimeMs, nextRunInMs, history} = situation
  const {incident} = history
  const openMs = incident ? nowUptimeMs - incident.openedUptimeMs : 0
  const failed = `${resets.failed} resets failed${resets.detail === undefined ? '' : `, the last: ${resets.detail}`}`
  if (incident && incident.escalations > 0) return openText(openMs, resets, failed)
  if (incident?.isFlapping ?? beginsToFlap(situation)) return flappingText(policy.flapping)
  if (isBack(situation)) return `it is back: the last incident ended less than ${span(policy.escalateAfterMs)} before`
  if (resets.failed >= policy.escalateAfterFailedResets) return failed
  const waitedMs = nowUptimeMs - resets.lastUptimeMs
  if (resets.last === 'pending' && waitedMs >= policy.escalateAfterMs)
    return `the reset request has had no answer for ${span(waitedMs)}; is the reset daemon running?`
  // A withdrawn request leaves the incident open without a failure.
  const isWithdrawn = resets.last === 'none' && resets.attempts > 0
  if (isWithdrawn && openMs >= policy.escalateAfterMs) return openText(openMs, resets, failed)
  if (resets.last === 'pending' || resets.last === 'settling' || mayReset(situation)) return undefined
  if (openMs >= policy.escalateAfterMs) return openText(openMs, resets, failed)
  if (nextRunInMs === undefined) return 'when it runs next is not known'
  return nextRunInMs > policy.escalateAfterMs ? `its next run is in ${span(nextRunInMs)}` : undefined
}

/** What a person has to know of each incident of a job that flaps. */
export function flappingText({incidents, withinMs}: IncidentPolicy['flapping']): string {
  return `it flaps: ${incidents} incidents within ${span(withinMs)}`
}

function openText(openMs: number, {attempts}: ResetProgress, failed: string): string {
  return `open for ${span(openMs)}${attempts > 0 ? `, ${failed}` : ''}`
}

/**
 * A reset helps a job of OpenClaw that does not run; not one that is at work, whose scheduler stands, or that needs a
 * person.
 */
function mayReset({resettable, isRunning, openclaw, verdict}: Situation): boolean {
  if (!resettable || isRunning || verdict.kind === 'failing') return false
  if (verdict.kind === 'hung') return openclaw?.remedy === 'reset'
  // OpenClaw runs it within its limit: since 2026.8 a disable would abort that run.
  if (openclaw?.state === 'healthy' && openclaw.runningAtMs !== undefined) return false
  return openclaw?.remedy !== 'restart-gateway' && openclaw?.remedy !== 'person'
}

function requestReset(situation: Situation): readonly IncidentAction[] {
  const {job, verdict, resets, policy, nowUptimeMs} = situation
  if (!mayReset(situation) || resets.last === 'pending' || resets.last === 'settling') return []
  if (resets.last === 'failed' && nowUptimeMs - resets.lastUptimeMs < policy.betweenResetsMs) return []
  return [{do: 'request-reset', job, attempt: resets.attempts + 1, reason: verdict.reason}]
}

import {causeOf} from '../delivery/alert-news.js'
import type {Silence} from '../delivery/silence.js'
import type {Incident} from '../incident/incident.js'
import {durationEnvelope, type Envelope, judgeDuration} from '../run/envelope.js'
import type {JobRuns} from '../run/job-runs.js'
import {recentOutcomes} from '../run/recent-outcomes.js'
import type {Run} from '../run/run.js'
import {failedRun} from '../watchdog/bad-end.js'
import type {JobFacts, OutputFacts} from '../watchdog/job-facts.js'
import type {Verdict, VerdictKind} from '../watchdog/verdict-kind.js'

/**
 * What a person needs to know of a job first.
 *
 * - failing, hung, stalled, missed: as the verdict
 * - degraded: in trouble of level WARNING
 * - silenced: a silence keeps its news back
 * - unknown: nothing is known of it yet, or nothing proves that it is well
 */
export type JobState = (typeof jobStates)[number]

/** Those that need a person first. */
export const jobStates = [
  'failing',
  'hung',
  'stalled',
  'missed',
  'degraded',
  'running',
  'healthy',
  'unknown',
  'silenced',
] as const

/** One job in a list. Times are wall clock, ms. */
export interface JobStatus {
  readonly job: string
  readonly state: JobState
  readonly verdict: VerdictKind
  /** What is wrong; undefined of a job that is not in trouble. */
  readonly reason: string | undefined
  /** What the verdict says, also of a job that is well, or of which that is not known. */
  readonly verdictReason: string
  readonly incident: Incident | undefined
  readonly told: readonly Telling[]
  /** Equal for jobs that are in trouble by one cause. */
  readonly cause: string | undefined
  /** The cause for people. */
  readonly causeText: string | undefined
  /** Oldest first; without runs that were cut short, which say nothing of the job. */
  readonly recent: readonly NonNullable<Run['outcome']>[]
  /** How many runs were cut short among those of `recent`. */
  readonly cutShort: number
  /** Of the last run that ended and counts; if there is none, of the last one that ended. */
  readonly lastEndedAt: number | undefined
  readonly tookMs: number | undefined
  /** Undefined too of a run that only its lease shows, or that was cut short. */
  readonly lastOutcome: Run['outcome']
  /** Of the run that goes on. */
  readonly runningSince: number | undefined
  /** How long it usually takes; undefined while too little is known. */
  readonly envelope: Envelope | undefined
  /** The last run against it. */
  readonly duration: 'usual' | 'short' | 'long' | undefined
  readonly nextAt: number | undefined
  /** Of the settings; undefined of a job that something else starts. */
  readonly schedule: string | undefined
  readonly silence: Silence | undefined
  readonly outputs: readonly OutputStatus[]
}

/** A rule of the settings and the newest file that matches it. */
export interface OutputStatus {
  readonly files: string
  readonly maxAgeMs: number | undefined
  readonly ageMs: number | undefined
  readonly problem: string | undefined
}

/** A channel that was told of the trouble. */
export interface Telling {
  readonly channel: string
  /** Of the last message about it. */
  readonly at: number
  /** Otherwise the message is still on its way. */
  readonly hasArrived: boolean
}

/** What is on record of one job. */
export interface JobEvidence {
  readonly facts: JobFacts
  readonly verdict: Verdict
  readonly incident: Incident | undefined
  readonly jobRuns: JobRuns | undefined
  readonly told: readonly Telling[]
  readonly silence: Silence | undefined
  readonly nextAt: number | undefined
  readonly schedule: string | undefined
}

export function jobStatus(evidence: JobEvidence): JobStatus {
  const {facts, verdict, incident, jobRuns, told, silence, nextAt, schedule} = evidence
  const {job, liveness, now, lastEnd} = facts
  const last = lastEnd ?? facts.uncounted
  const {outcomes: recent, cutShort} = recentOutcomes(jobRuns?.recent ?? '')
  const trouble = troubleOf(evidence)
  const envelope = durationEnvelope(jobRuns ?? {})
  const isRunning = liveness.is === 'running' || liveness.is === 'running-unleased'
  const calm = isRunning ? 'running' : verdict.status === 'ok' ? 'healthy' : 'unknown'
  return {
    job,
    state: silence ? 'silenced' : trouble ? stateOfTrouble(trouble) : calm,
    verdict: verdict.kind,
    verdictReason: verdict.reason,
    reason: trouble && shortReason(trouble.reason, lastEnd?.refused),
    incident,
    told: trouble ? told : [],
    ...sharedCause(trouble, facts),
    recent,
    cutShort,
    lastEndedAt: last?.endedAt,
    tookMs: last?.durationMs,
    lastOutcome: lastOutcomeOf(facts),
    runningSince: isRunning ? now.at - (now.uptimeMs - liveness.startedUptimeMs) : undefined,
    envelope,
    duration: envelope && lastEnd?.durationMs !== undefined ? judgeDuration(lastEnd.durationMs, envelope) : undefined,
    nextAt,
    schedule,
    silence,
    outputs: facts.outputs.map((output) => outputStatus(output, now.uptimeMs)),
  }
}

function lastOutcomeOf({lastEnd, uncounted}: JobFacts): JobStatus['lastOutcome'] {
  if (!lastEnd) return uncounted?.is === 'skipped' ? 'skipped' : undefined
  return lastEnd.runId === undefined || lastEnd.outcome === 'error' ? undefined : lastEnd.outcome
}

function outputStatus({files, maxAgeMs, newest, unreadable}: OutputFacts, nowUptimeMs: number): OutputStatus {
  const ageMs = newest && nowUptimeMs - newest.modifiedUptimeMs
  return {files, maxAgeMs, ageMs, problem: unreadable ?? newest?.problem}
}

/** A last run that failed says nothing of a job that hangs since, and two jobs may hang for two reasons. */
function sharedCause(trouble: Trouble | undefined, facts: JobFacts): Pick<JobStatus, 'cause' | 'causeText'> {
  if (!trouble) return {cause: undefined, causeText: undefined}
  if (trouble.kind !== 'failing') return {cause: trouble.reason, causeText: trouble.reason}
  const {failureClass, errorLine = facts.settingsProblem} = failedRun(trouble.kind, facts) ?? {}
  return {
    cause: causeOf({verdict: trouble.kind, failureClass, errorLine, subject: facts.job}),
    causeText:
      [failureClass === 'unknown' ? undefined : failureClass, errorLine].filter(Boolean).join(': ') || trouble.reason,
  }
}

/** What a spent budget means in full stands in `guard why` and in `guard budget list`. */
function shortReason(reason: string, refused: string | undefined): string {
  return refused === undefined
    ? reason
    : reason.replace(`; not recovered again: ${refused}`, '; its recovery budget was spent')
}

interface Trouble {
  readonly kind: VerdictKind
  readonly level: Verdict['level']
  readonly reason: string
}

/** Trouble that is on record goes on while nothing proves its end. */
function troubleOf({verdict, incident}: JobEvidence): Trouble | undefined {
  if (verdict.status === 'failing') return verdict
  if (verdict.status === 'ok' || !incident) return undefined
  return {...incident, kind: incident.verdict}
}

function stateOfTrouble({kind, level}: Trouble): JobState {
  if (level === 'WARNING') return 'degraded'
  return kind === 'hung' || kind === 'stalled' || kind === 'missed' ? kind : 'failing'
}

/** Whether a person should look at it. */
export function needsPerson({state}: JobStatus): boolean {
  return state === 'failing' || state === 'hung' || state === 'stalled' || state === 'missed'
}

/** Those in trouble first, then the newest. */
export function byUrgency(one: JobStatus, other: JobStatus): number {
  const byState = rankOf(one) - rankOf(other)
  if (byState !== 0) return byState
  const byTime = newestOf(other) - newestOf(one)
  return byTime === 0 ? (one.job < other.job ? -1 : 1) : byTime
}

function rankOf({state}: JobStatus): number {
  return state === 'hung' || state === 'stalled' ? jobStates.indexOf('failing') : jobStates.indexOf(state)
}

function newestOf({runningSince, lastEndedAt}: JobStatus): number {
  return runningSince ?? lastEndedAt ?? 0
}

/** Jobs in one state by one cause, at least two; or one job. */
export type StatusGroup = readonly [JobStatus, ...JobStatus[]]

/** @param jobs by urgency; the groups stay in this order by their first */
export function groupByCause(jobs: readonly JobStatus[]): readonly StatusGroup[] {
  const groups = new Map<string, [JobStatus, ...JobStatus[]]>()
  for (const status of jobs) {
    const {job, state, cause} = status
    const key = cause === undefined || state === 'silenced' ? `job ${job}` : `${state} ${cause}`
    const group = groups.get(key)
    if (group) group.push(status)
    else groups.set(key, [status])
  }
  return [...groups.values()]
}

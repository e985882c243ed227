import {type BootReading, type Uptime, uptimeAfter, withSample} from '../clock/uptime.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {hasFields, type RawRecord} from '../journal/record.js'
import type {Verdict, VerdictKind} from '../watchdog/verdict-kind.js'
import {changeWatches, namesWatchedJobs, type WatchRecord, withOutput} from '../watchdog/watches.js'

/**
 * An incident is one job's trouble from its first to its last sign. What the watchdog writes:
 *
 * - clock-noted: `clock`; a sample of the clocks and of the uptime (uptime.ts)
 * - watched: `as`, `jobs`, `settingsFile?`, `by?`; these jobs are watched from now on with this schedule and these outputs
 * - unwatched: `jobs`, `settingsFile`; they are watched by these settings no longer
 * - output-noted: `bad`, `settingsFile?`; a round has seen content that breaks its rule, or that all keep it again
 * - observed: `verdict`, `reason`, `level?`, `well?`; the verdict of a job has changed
 * - opened: `verdict`, `reason`, `level`, `settingsFile?` (whose rules it is about), `run?` (the first bad run), `flapping?`;
 *   its id is the incident's
 * - escalated: `incident`, `number`, `reason`
 * - resolved: `incident`, `attempts`, `reason`, `orphaned?`; the next watchdog of the job may open one for the same run
 *
 * All carry `uptimeMs`, and all but the first three `job`. A job has at most one open incident: of two `opened`, or of two
 * for the same run, the first counts.
 */
export interface Incident {
  readonly id: string
  readonly job: string
  readonly verdict: VerdictKind
  readonly level: IncidentLevel
  readonly reason: string
  /** Wall clock, ms. */
  readonly openedAt: number
  /** Uptime clock, ms. */
  readonly openedUptimeMs: number
  /** One of many of its job within a short time. */
  readonly isFlapping: boolean
  /** Since when nothing speaks against a flapping job; undefined while something does. Uptime clock, ms. */
  readonly wellSinceMs: number | undefined
  /** How often it was told; 0 if not yet. */
  readonly escalations: number
  readonly escalatedUptimeMs: number
  readonly escalatedAt: number
  /** By which it was opened; undefined for a job that no settings name, and for an older version. */
  readonly settingsFile?: string
}

type IncidentLevel = Verdict['level']

/** The last alert about a job, whichever incident it was of. */
export interface LastNotification {
  readonly level: IncidentLevel
  readonly uptimeMs: number
}

export interface JobHistory extends WatchRecord {
  readonly verdict: VerdictKind
  /** Since when; uptime clock, ms. */
  readonly verdictSinceMs: number
  readonly incident: Incident | undefined
  /** When the last incidents were opened; uptime clock, ms. */
  readonly opened: readonly number[]
  /** The first bad run of the last incident. */
  readonly run: string | undefined
  readonly notified: LastNotification | undefined
  /** When the last incident that was told ended; uptime clock, ms. */
  readonly toldEndMs: number | undefined
}

export interface Incidents {
  /** By host: the samples of one machine say nothing about the clocks of another. */
  readonly uptimes: Map<string, Uptime>
  readonly jobs: Map<string, JobHistory>
  /** The open incidents of those jobs. */
  readonly open: Map<string, Incident>
}

export const incidentFold: Fold<Incidents> = {
  empty: () => ({uptimes: new Map(), jobs: new Map(), open: new Map()}),
  apply: applyIncident,
  save: saveIncidents,
  restore: restoreIncidents,
}

const fieldsOf = {
  'output-noted': {bad: 'boolean'},
  observed: {verdict: 'string', reason: 'string'},
  opened: {verdict: 'string', reason: 'string', id: 'string'},
  escalated: {incident: 'string', number: 'number', reason: 'string'},
  resolved: {incident: 'string'},
} as const

function applyIncident(state: Incidents, record: RawRecord): FoldVerdict {
  if (!hasFields(record, {kind: 'string', at: 'time', uptimeMs: 'time'})) return 'void'
  const {kind, job} = record
  if (kind === 'clock-noted') return applyNote(state, record)
  if (kind === 'watched' || kind === 'unwatched') return applyWatched(state, record)
  const fields = fieldsOf[kind as keyof typeof fieldsOf]
  if (!fields || typeof job !== 'string' || !hasFields(record, fields)) return 'void'
  keepUptimeMs(state, record)
  const next = nextHistory(state.jobs.get(job) ?? newHistory, record)
  if (!next) return 'void'
  put(state, job, next)
  return 'ok'
}

function put({jobs, open}: Incidents, job: string, history: JobHistory): void {
  jobs.set(job, history)
  if (history.incident) open.set(job, history.incident)
  else open.delete(job)
}

/** The uptime of a host; one without samples goes on from those of the others. */
export function uptimeOfHost({uptimes}: Incidents, host: string): Uptime {
  return uptimes.get(host) ?? uptimeAfter([...uptimes.values()])
}

function hostOf({host}: RawRecord): string {
  return typeof host === 'string' ? host : ''
}

function applyNote(state: Incidents, record: RawRecord): FoldVerdict {
  const {clock, uptimeMs} = record
  if (typeof clock !== 'object' || clock === null) return 'void'
  if (!hasFields(clock as RawRecord, {at: 'time', mono: 'time', boot: 'string'})) return 'void'
  const {at, mono, boot} = clock as BootReading
  const host = hostOf(record)
  state.uptimes.set(host, withSample(uptimeOfHost(state, host), {at, mono, boot, uptimeMs: uptimeMs as number}))
  return 'ok'
}

function applyWatched(state: Incidents, record: RawRecord): FoldVerdict {
  if (!namesWatchedJobs(record)) return 'void'
  keepUptimeMs(state, record)
  return changeWatches(state.jobs, record, newHistory) ? 'ok' : 'void'
}

/** Each record shows how long its boot has lasted at least, so that no record is ever ahead of the uptime clock. */
function keepUptimeMs(state: Incidents, record: RawRecord): void {
  const {at, mono, boot, uptimeMs} = record
  const uptime = state.uptimes.get(hostOf(record))
  const last = uptime?.last
  if (typeof mono !== 'number' || !uptime || !last || last.boot !== boot) return
  const sample = {at: at as number, mono, boot: last.boot, uptimeMs: uptimeMs as number}
  state.uptimes.set(hostOf(record), withSample(uptime, sample))
}

export const newHistory: JobHistory = {
  watchKey: '',
  watchedSinceMs: 0,
  verdict: 'healthy',
  verdictSinceMs: 0,
  incident: undefined,
  opened: [],
  run: undefined,
  notified: undefined,
  toldEndMs: undefined,
}

/** @returns undefined if the record comes too late: its incident is over, or another watchdog was first */
function nextHistory(history: JobHistory, record: RawRecord): JobHistory | undefined {
  const {incident} = history
  switch (record['kind']) {
    case 'observed':
      return {...withVerdict(history, record), incident: incident && {...incident, ...said(record), ...wellOf(record)}}
    case 'output-noted':
      return withOutput(history, record)
    case 'opened':
      return opened(history, record)
    case 'escalated':
      return incident && escalated(history, incident, record)
    default:
      return incident && incident.id === record['incident'] ? resolved(history, incident, record) : undefined
  }
}

function withVerdict(history: JobHistory, record: RawRecord): JobHistory {
  const verdict = record['verdict'] as VerdictKind
  return verdict === history.verdict ? history : {...history, verdict, verdictSinceMs: record['uptimeMs'] as number}
}

function wellOf({well, uptimeMs}: RawRecord): Partial<Incident> {
  return typeof well === 'boolean' ? {wellSinceMs: well ? (uptimeMs as number) : undefined} : {}
}

/** More openings than this are never asked for. */
const keptOpenings = 100

function opened(history: JobHistory, record: RawRecord): JobHistory | undefined {
  const run = typeof record['run'] === 'string' ? record['run'] : undefined
  if (history.incident || (run !== undefined && run === history.run)) return undefined
  const openings = [...history.opened, record['uptimeMs'] as number].slice(-keptOpenings)
  return {...withVerdict(history, record), incident: newIncident(record), opened: openings, run}
}

/** Incidents before one that flapped are over with it. */
function resolved(
  history: JobHistory,
  {isFlapping, escalations}: Incident,
  {uptimeMs, orphaned}: RawRecord,
): JobHistory {
  const toldEndMs = escalations > 0 ? (uptimeMs as number) : history.toldEndMs
  const run = orphaned === true ? undefined : history.run
  return {...history, incident: undefined, opened: isFlapping ? [] : history.opened, run, toldEndMs}
}

function escalated(history: JobHistory, incident: Incident, record: RawRecord): JobHistory | undefined {
  const {number, at, uptimeMs} = record
  if (incident.id !== record['incident'] || number !== incident.escalations + 1) return undefined
  const escalation = {escalations: number, escalatedAt: at as number, escalatedUptimeMs: uptimeMs as number}
  const notified = {level: incident.level, uptimeMs: uptimeMs as number}
  return {...history, incident: {...incident, ...escalation}, notified}
}

function newIncident(record: RawRecord): Incident {
  const {settingsFile} = record
  return {
    id: record['id'] as string,
    job: record['job'] as string,
    ...said(record),
    openedAt: record['at'] as number,
    openedUptimeMs: record['uptimeMs'] as number,
    isFlapping: record['flapping'] === true,
    wellSinceMs: undefined,
    escalations: 0,
    escalatedUptimeMs: 0,
    escalatedAt: 0,
    ...(typeof settingsFile === 'string' && {settingsFile}),
  }
}

function said({verdict, reason, level}: RawRecord): Pick<Incident, 'verdict' | 'reason' | 'level'> {
  return {verdict: verdict as VerdictKind, reason: reason as string, level: level === 'WARNING' ? level : 'CRITICAL'}
}

/** What a snapshot keeps: one object for each job. */
interface Saved {
  readonly uptimes: readonly (readonly [string, Uptime])[]
  readonly jobs: readonly SavedHistory[]
}

type SavedHistory = Partial<JobHistory> & {readonly job: string}

function saveIncidents({uptimes, jobs: histories, open}: Incidents): Saved {
  // The jobs with an incident first, in the order in which the incidents were opened.
  const names = new Set([...open.keys(), ...histories.keys()])
  const jobs = Array.from(names, (job) => ({job, ...(histories.get(job) as JobHistory)}))
  return {uptimes: [...uptimes], jobs}
}

function restoreIncidents(saved: unknown): Incidents {
  const {uptimes, jobs} = saved as Saved
  const state: Incidents = {uptimes: new Map(uptimes), jobs: new Map(), open: new Map()}
  for (const {job, ...history} of jobs) put(state, job, {...newHistory, ...history, ...incidentOf(history)})
  return state
}

/** JSON has no undefined. */
function incidentOf({incident}: Partial<JobHistory>): Pick<JobHistory, 'incident'> {
  return {incident: incident && {...incident, wellSinceMs: incident.wellSinceMs}}
}

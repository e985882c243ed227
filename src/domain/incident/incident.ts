import {type BootReading, emptyUptime, type Uptime, withSample} from '../clock/uptime.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {hasFields, type RawRecord} from '../journal/record.js'
import type {VerdictKind} from '../watchdog/verdict.js'
import type {WatchRecord} from '../watchdog/watched-job.js'

/**
 * An incident is one job's trouble from its first to its last sign. What the watchdog writes:
 *
 * - clock-noted: `clock`; what the uptime clock showed when the other clocks showed that (uptime.ts)
 * - watched: `as`, `jobs`; the watchdog meets the jobs of these names for the first time with this schedule and these
 *   outputs
 * - observed: `verdict`, `reason`; the verdict of a job has changed
 * - opened: `verdict`, `reason`; its id is the incident's
 * - escalated: `incident`, `number`, `reason`
 * - resolved: `incident`, `attempts`, `reason`
 *
 * All carry `awake`, and all but the first two `job`. A job has at most one open incident: of two `opened` the first counts.
 */
export interface Incident {
  readonly id: string
  readonly job: string
  readonly verdict: VerdictKind
  readonly reason: string
  /** Wall clock, ms. */
  readonly openedAt: number
  /** Awake clock, ms. */
  readonly openedUptimeMs: number
  /** How often a human was called; 0: not yet. */
  readonly escalations: number
  readonly escalatedUptimeMs: number
  readonly escalatedAt: number
}

export interface JobHistory extends WatchRecord {
  readonly verdict: VerdictKind
  readonly incident: Incident | undefined
}

export interface Incidents {
  uptime: Uptime
  readonly jobs: Map<string, JobHistory>
  /** The open incidents of those jobs. */
  readonly open: Map<string, Incident>
}

export const incidentFold: Fold<Incidents> = {
  empty: () => ({uptime: emptyUptime, jobs: new Map(), open: new Map()}),
  apply: applyIncident,
  save: saveIncidents,
  restore: restoreIncidents,
}

const fieldsOf = {
  observed: {verdict: 'string', reason: 'string'},
  opened: {verdict: 'string', reason: 'string', id: 'string'},
  escalated: {incident: 'string', number: 'number', reason: 'string'},
  resolved: {incident: 'string'},
} as const

function applyIncident(state: Incidents, record: RawRecord): FoldVerdict {
  if (!hasFields(record, {kind: 'string', at: 'time', uptimeMs: 'time'})) return 'void'
  const {kind, job} = record
  if (kind === 'clock-noted') return applyNote(state, record)
  if (kind === 'watched') return applyWatched(state, record)
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

function applyNote(state: Incidents, {clock, uptimeMs}: RawRecord): FoldVerdict {
  if (
    typeof clock !== 'object' ||
    clock === null ||
    !hasFields(clock as RawRecord, {at: 'time', mono: 'time', boot: 'string'})
  )
    return 'void'
  const {at, mono, boot} = clock as BootReading
  state.uptime = withSample(state.uptime, {at, mono, boot, uptimeMs: uptimeMs as number})
  return 'ok'
}

function applyWatched(state: Incidents, record: RawRecord): FoldVerdict {
  const {as, uptimeMs, jobs} = record
  if (typeof as !== 'string' || !Array.isArray(jobs)) return 'void'
  keepUptimeMs(state, record)
  let verdict: FoldVerdict = 'void'
  for (const job of jobs as readonly unknown[]) {
    if (typeof job !== 'string') continue
    const history = state.jobs.get(job) ?? newHistory
    if (history.watchKey === as) continue
    state.jobs.set(job, {...history, watchKey: as, watchedSinceMs: uptimeMs as number})
    verdict = 'ok'
  }
  return verdict
}

/** Any record tells how long its boot has lasted at least, so that nothing written is ever ahead of the uptime clock. */
function keepUptimeMs(state: Incidents, {at, mono, boot, uptimeMs}: RawRecord): void {
  const {last} = state.uptime
  if (typeof mono !== 'number' || !last || last.boot !== boot) return
  state.uptime = withSample(state.uptime, {at: at as number, mono, boot: last.boot, uptimeMs: uptimeMs as number})
}

const newHistory: JobHistory = {watchKey: '', watchedSinceMs: 0, verdict: 'healthy', incident: undefined}

/** Undefined when the record comes too late: its incident is over, or another watchdog was first. */
function nextHistory(history: JobHistory, record: RawRecord): JobHistory | undefined {
  const {incident} = history
  switch (record['kind']) {
    case 'observed':
      return {
        ...history,
        verdict: record['verdict'] as VerdictKind,
        incident: incident && {...incident, ...said(record)},
      }
    case 'opened':
      return incident ? undefined : {...history, verdict: record['verdict'] as VerdictKind, incident: opened(record)}
    case 'escalated':
      return incident && escalated(history, incident, record)
    default:
      return incident?.id === record['incident'] ? {...history, incident: undefined} : undefined
  }
}

function escalated(history: JobHistory, incident: Incident, record: RawRecord): JobHistory | undefined {
  const {number, at, uptimeMs} = record
  if (incident.id !== record['incident'] || number !== incident.escalations + 1) return undefined
  const escalation = {escalations: number, escalatedAt: at as number, escalatedUptimeMs: uptimeMs as number}
  return {...history, incident: {...incident, ...escalation}}
}

function opened(record: RawRecord): Incident {
  return {
    id: record['id'] as string,
    job: record['job'] as string,
    ...said(record),
    openedAt: record['at'] as number,
    openedUptimeMs: record['uptimeMs'] as number,
    escalations: 0,
    escalatedUptimeMs: 0,
    escalatedAt: 0,
  }
}

function said({verdict, reason}: RawRecord): Pick<Incident, 'verdict' | 'reason'> {
  return {verdict: verdict as VerdictKind, reason: reason as string}
}

/** What a snapshot keeps: one object for each job. */
interface Saved {
  readonly uptime: Uptime
  readonly jobs: readonly SavedHistory[]
}

type SavedHistory = Omit<JobHistory, 'incident'> & {readonly job: string; readonly incident?: Incident | undefined}

function saveIncidents({uptime, jobs: histories, open}: Incidents): Saved {
  // The jobs with an incident first, in the order in which the incidents were opened.
  const names = new Set([...open.keys(), ...histories.keys()])
  const jobs = Array.from(names, (job) => ({job, ...(histories.get(job) as JobHistory)}))
  return {uptime, jobs}
}

function restoreIncidents(saved: unknown): Incidents {
  const {uptime, jobs} = saved as Saved
  const state: Incidents = {uptime, jobs: new Map(), open: new Map()}
  for (const {job, incident, ...history} of jobs) put(state, job, {...history, incident})
  return state
}

import {type Clocks, dueSample} from '../../domain/clock/uptime.js'
import type {IncidentAction} from '../../domain/incident/decide.js'
import {type EscalationFile, escalationFileOf} from '../../domain/incident/escalation-file.js'
import {type Incident, type Incidents, uptimeOfHost} from '../../domain/incident/incident.js'
import type {EndedWatches} from '../../domain/incident/orphans.js'
import {dedupKey} from '../../domain/incident/renotify.js'
import {resetRequestId} from '../../domain/incident/reset-progress.js'
import type {Entry} from '../../domain/journal/record.js'
import {type ResetRequests, resetRequestEntry} from '../../domain/openclaw/reset-request.js'
import type {AlertLevel} from '../../domain/settings/job.js'
import type {JobFacts} from '../../domain/watchdog/job-facts.js'
import {watchKey} from '../../domain/watchdog/watched-job.js'
import {isWatchedAs, type Judge, watchBy} from '../../domain/watchdog/watches.js'
import type {Durability, Journal} from '../../journal/journal.js'
import type {RaiseAlert} from '../alert/raise-alert.js'
import {incidentDetails} from './alert-details.js'
import {type EvaluateDeps, type Evaluation, evaluateJobs, type JobReport, type RoundPlan} from './evaluate-jobs.js'

export interface WatchdogRoundDeps extends EvaluateDeps {
  readonly incidents: Pick<Journal<Incidents>, 'read' | 'append'>
  readonly resetRequests: Pick<Journal<ResetRequests>, 'read' | 'append'>
  readonly raiseAlert: RaiseAlert
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
  readonly writeEscalationFile: (content: EscalationFile | undefined) => void
}

/** What a round saw and did, with the incidents as they stand after it. */
interface WatchdogRoundReport extends Evaluation {
  readonly incidents: Incidents
}

/**
 * One round of the watchdog: observe every job, decide, then write what was decided. A kill between two records
 * changes nothing: the next round decides the rest again, and a record that is written twice is void.
 */
export async function watchdogRound(deps: WatchdogRoundDeps, plan: RoundPlan): Promise<WatchdogRoundReport> {
  const evaluation = await evaluateJobs(deps, plan)
  const round: Round = {deps, judge: plan.judge, clocks: evaluation.clocks, before: deps.incidents.read()}
  reportOtherHosts(round)
  noteClock(round)
  noteJobs(round, evaluation.reports)
  noteOutputs(round, evaluation.reports)
  noteEnded(round, evaluation.ended)
  for (const report of evaluation.reports) {
    for (const action of report.actions) perform(round, action, report)
  }
  for (const action of evaluation.orphaned) perform(round, action, undefined)
  const incidents = deps.incidents.read()
  deps.writeEscalationFile(escalationFileOf(incidents))
  return {...evaluation, incidents}
}

interface Round {
  readonly deps: WatchdogRoundDeps
  readonly judge: Judge
  readonly clocks: Clocks
  /** The incidents as the round found them. */
  readonly before: Incidents
}

/** The clocks of another host say nothing about this one, so its samples are not used; that is said once. */
function reportOtherHosts({deps, clocks, before}: Round): void {
  const {host} = clocks.now
  const others = [...before.uptimes.keys()].filter((other) => other !== host)
  if (before.uptimes.has(host) || others.length === 0) return
  const message = `the journal of incidents has clock samples of ${others.join(', ')}, which are not used on ${host}; is the state directory shared or restored?`
  const key = `other-host:${host}:${others.join(',')}`
  deps.raiseAlert({level: 'WARNING', component: 'watchdog', message, details: {host, others}, key})
  deps.log(`watchdog: ${message}`)
}

function noteClock({deps, clocks, before}: Round): void {
  const sample = dueSample(uptimeOfHost(before, clocks.now.host), clocks.now)
  if (!sample) return
  const {uptimeMs, ...clock} = sample
  deps.incidents.append({kind: 'clock-noted', clock, uptimeMs}, 'buffered')
}

/** Names in one record: with the longest that are allowed it stays far below the longest line. */
const namesInRecord = 256

/** A settings file may have many new jobs: those that are watched in the same way share a record. */
function noteJobs(round: Round, reports: readonly JobReport[]): void {
  const met = new Map<string, string[]>()
  for (const {job} of reports) {
    const as = watchKey(job)
    if (isWatchedAs(round.before.jobs.get(job.name), round.judge, as)) continue
    const names = met.get(as)
    if (names) names.push(job.name)
    else met.set(as, [job.name])
  }
  const {settingsFile, isRun} = round.judge
  for (const [as, names] of met)
    writeNames(round, names, {kind: 'watched', as, settingsFile, ...(isRun && {by: 'run'})})
}

function noteEnded(round: Round, ended: EndedWatches): void {
  for (const [settingsFile, names] of ended) writeNames(round, names, {kind: 'unwatched', settingsFile})
}

function writeNames(round: Round, names: readonly string[], entry: Entry): void {
  for (let from = 0; from < names.length; from += namesInRecord)
    write(round, {...entry, jobs: names.slice(from, from + namesInRecord)}, 'buffered')
}

/** How long an output has been bad is not in the file, which may be rewritten badly again and again. */
function noteOutputs(round: Round, reports: readonly JobReport[]): void {
  const {settingsFile} = round.judge
  for (const {job, facts} of reports) {
    const wasBad = watchBy(round.before.jobs.get(job.name), settingsFile)?.badOutputSinceMs !== undefined
    const bad = contentOf(facts)
    if (bad !== undefined && bad !== wasBad)
      write(round, {kind: 'output-noted', job: job.name, bad, settingsFile}, 'buffered')
  }
}

/** Whether the outputs have bad content. @returns undefined if that cannot be said, as while a run may be writing them */
function contentOf({outputs, liveness}: JobFacts): boolean | undefined {
  const found = outputs.flatMap(({newest}) => newest ?? [])
  if (found.length < outputs.length || found.length === 0) return undefined
  const isBad = found.some(({problem}) => problem !== undefined)
  return isBad && liveness.is === 'running' ? undefined : isBad
}

function perform(round: Round, action: IncidentAction, report: JobReport | undefined): void {
  switch (action.do) {
    case 'observe':
      write(
        round,
        {kind: 'observed', ...observedFields(action), ...(action.well !== undefined && {well: action.well})},
        'buffered',
      )
      break
    case 'open':
      write(round, {kind: 'opened', ...observedFields(action), ...openedFields(action, round.judge)}, 'durable')
      break
    case 'request-reset':
      if (report) requestReset(round, action, report)
      break
    case 'escalate':
      escalate(round, action, report?.facts)
      break
    case 'resolve':
      resolve(round, action, report?.facts)
      break
  }
}

function observedFields({job, verdict, level, reason}: Doing<'observe' | 'open'>) {
  return {job, verdict, level, reason}
}

function openedFields({run, flapping}: Doing<'open'>, {settingsFile}: Judge) {
  return {...(run !== undefined && {run}), ...(flapping && {flapping}), ...(settingsFile !== '' && {settingsFile})}
}

function write({deps, clocks}: Round, entry: Entry, durability: Durability): void {
  deps.incidents.append({...entry, uptimeMs: clocks.nowUptimeMs}, durability)
}

function requestReset({deps, clocks}: Round, {job, attempt, reason}: Doing<'request-reset'>, report: JobReport): void {
  // Its incident may have been opened in this round.
  const incident = deps.incidents.read().jobs.get(job)?.incident
  const jobId = report.job.openclawId
  if (!incident || jobId === undefined) return
  const id = resetRequestId(incident.id, attempt)
  const runningAtMs = report.facts.openclaw?.runningAtMs
  const about = {id, jobId, job, jobName: job, incident: incident.id, reason, attempts: attempt, runningAtMs}
  deps.resetRequests.append(resetRequestEntry({...about, requestedAtMs: clocks.now.at}), 'durable')
}

function escalate(
  round: Round,
  {job, number, verdict, level, reason}: Doing<'escalate'>,
  facts: JobFacts | undefined,
): void {
  // Its incident may have been opened in this round.
  const incident = round.deps.incidents.read().jobs.get(job)?.incident
  if (!incident) return
  // The alert first: a crash between the two repeats it, and its key makes the repetition void.
  alert(round, incident, {level, about: number, message: `${job} is ${verdict}: ${reason}`, facts})
  write(round, {kind: 'escalated', job, incident: incident.id, number, reason}, 'durable')
}

function resolve(round: Round, {job, attempts, reason, isOrphan}: Doing<'resolve'>, facts: JobFacts | undefined): void {
  const incident = round.before.jobs.get(job)?.incident
  if (!incident) return
  if (incident.escalations > 0) {
    alert(round, incident, {level: 'INFO', about: 'resolved', message: `${job}: ${reason}`, facts})
  }
  const orphaned = isOrphan && {orphaned: isOrphan}
  write(round, {kind: 'resolved', job, incident: incident.id, attempts, reason, ...orphaned}, 'durable')
}

function alert({deps}: Round, incident: Incident, {level, about, message, facts}: Said): void {
  const {job, id} = incident
  const event = about === 'resolved' ? 'recovered' : 'trouble'
  const details = {...incidentDetails(incident, event, facts), alert: about}
  deps.raiseAlert({level, component: 'watchdog', message, details, job, key: dedupKey(id, about)})
}

type Doing<D extends IncidentAction['do']> = Extract<IncidentAction, {readonly do: D}>

interface Said {
  readonly level: AlertLevel
  readonly about: number | 'resolved'
  readonly message: string
  readonly facts: JobFacts | undefined
}

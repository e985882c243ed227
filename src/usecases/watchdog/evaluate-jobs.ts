import type {ClockReading} from '../../domain/clock/reading.js'
import {nowUptimeMs, upTo, uptimeAt} from '../../domain/clock/uptime.js'
import {decideIncident, type IncidentAction, type IncidentPolicy} from '../../domain/incident/decide.js'
import type {Incidents} from '../../domain/incident/incident.js'
import {noResets, type ResetProgress, resetProgress} from '../../domain/incident/reset-progress.js'
import type {Leases} from '../../domain/lease/lease.js'
import type {OpenClawJobStatus} from '../../domain/openclaw/job-status.js'
import type {ResetLedger} from '../../domain/openclaw/reset-ledger.js'
import type {ResetRequests} from '../../domain/openclaw/reset-request.js'
import type {RunsByJob} from '../../domain/run/run.js'
import {buildJobFacts, type ObservedOutput, slotFacts, watchedSince} from '../../domain/watchdog/build-job-facts.js'
import type {JobFacts, SlotFacts} from '../../domain/watchdog/job-facts.js'
import type {Clocks} from '../../domain/watchdog/liveness.js'
import {maxAgeMs} from '../../domain/watchdog/max-age.js'
import {judgeJob, type Verdict} from '../../domain/watchdog/verdict.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import type {Journal} from '../../journal/journal.js'
import type {ReadOutputs} from '../../system/host/output-files.js'
import type {Slots} from '../../system/host/slots.js'

type Reads<S> = Pick<Journal<S>, 'read'>

export interface EvaluateDeps {
  readonly readClock: () => ClockReading
  readonly leases: Reads<Leases>
  readonly runs: Reads<RunsByJob>
  readonly incidents: Reads<Incidents>
  readonly resetRequests: Reads<ResetRequests>
  readonly resets: Reads<ResetLedger>
  readonly slots: Slots
  readonly readOutputs: ReadOutputs
  /** What OpenClaw says of its jobs, by its ids; empty when it is not asked. A failed read is a observed too. */
  readonly checkOpenClaw: (maxAgeMs: AllowedAge) => Promise<ReadonlyMap<string, OpenClawJobStatus>>
}

/** How old the last run of the job with this id of OpenClaw may be, ms. */
type AllowedAge = (openclawId: string) => number | undefined

export interface RoundPlan {
  readonly jobs: readonly WatchedJob[]
  readonly policy: IncidentPolicy
}

/** One job as one round saw it, and what is to be done about it. */
export interface JobReport {
  readonly job: WatchedJob
  readonly facts: JobFacts
  readonly verdict: Verdict
  readonly resets: ResetProgress
  readonly actions: readonly IncidentAction[]
}

export interface Evaluation {
  readonly clocks: Clocks
  readonly reports: readonly JobReport[]
  /** What is left of jobs that are watched no longer. */
  readonly orphaned: readonly IncidentAction[]
}

/** Everything the journals say, read once a round. */
interface Snapshot {
  readonly leases: Leases
  readonly runs: RunsByJob
  readonly incidents: Incidents
  readonly requests: ResetRequests
  readonly ledger: ResetLedger
  readonly openclaw: ReadonlyMap<string, OpenClawJobStatus>
  readonly clocks: Clocks
}

/** Looks at every job and decides what to do, and does nothing. */
export async function evaluateJobs(deps: EvaluateDeps, {jobs, policy}: RoundPlan): Promise<Evaluation> {
  const snapshot = await readSnapshot(deps, jobs)
  const round: Round = {snapshot, slotOf: slotsOfRound(deps.slots, snapshot.clocks), policy}
  const reports: JobReport[] = []
  for (const job of jobs) {
    const outputs = job.outputs.length === 0 ? [] : await deps.readOutputs(job.outputs, job.dir ?? '.')
    reports.push(reportOn(job, outputs, round))
  }
  return {clocks: snapshot.clocks, reports, orphaned: orphanedIncidents(snapshot.incidents, jobs)}
}

async function readSnapshot(deps: EvaluateDeps, jobs: readonly WatchedJob[]): Promise<Snapshot> {
  const openclaw = await deps.checkOpenClaw(allowedAges(deps, jobs))
  // After asking OpenClaw, which may take long: the journals are to be as new as the clock.
  const {incidents, clocks} = readClocks(deps)
  return {
    leases: deps.leases.read(),
    runs: deps.runs.read(),
    incidents,
    requests: deps.resetRequests.read(),
    ledger: deps.resets.read(),
    openclaw,
    clocks,
  }
}

function readClocks(deps: EvaluateDeps): {readonly incidents: Incidents; readonly clocks: Clocks} {
  const now = deps.readClock()
  const incidents = deps.incidents.read()
  const uptime = upTo(incidents.uptime, now)
  return {incidents, clocks: {now, uptime, nowUptimeMs: nowUptimeMs(uptime, now)}}
}

/** By the job's own rules. The clocks are read at the first question, once OpenClaw has answered. */
function allowedAges(deps: EvaluateDeps, jobs: readonly WatchedJob[]): AllowedAge {
  let known: ReadonlyMap<string | undefined, number | undefined> | undefined
  return (id) => {
    known ??= agesById(deps, jobs)
    return known.get(id)
  }
}

function agesById(
  deps: EvaluateDeps,
  jobs: readonly WatchedJob[],
): ReadonlyMap<string | undefined, number | undefined> {
  const {incidents, clocks} = readClocks(deps)
  const slotOf = slotsOfRound(deps.slots, clocks)
  const ageOf = (job: WatchedJob) => {
    const watchedSinceMs = watchedSince(job, incidents.jobs.get(job.name), clocks)
    return maxAgeMs(job, {slot: slotOf(job), watchedSinceMs, clocks})
  }
  const known = jobs.filter(({openclawId}) => openclawId)
  return new Map(known.map((job) => [job.openclawId, ageOf(job)]))
}

interface Round {
  readonly snapshot: Snapshot
  readonly slotOf: (job: WatchedJob) => SlotFacts | undefined
  readonly policy: IncidentPolicy
}

function reportOn(job: WatchedJob, outputs: readonly ObservedOutput[], round: Round): JobReport {
  const {leases, runs, incidents, openclaw, clocks} = round.snapshot
  const history = incidents.jobs.get(job.name)
  const records = {lease: leases.byJob.get(job.name), runs: runs.get(job.name)?.runs ?? []}
  const observed = job.openclawId === undefined ? undefined : openclaw.get(job.openclawId)
  const facts = buildJobFacts(job, {records, history, outputs, openclaw: observed, slot: round.slotOf(job)}, clocks)
  const verdict = judgeJob(facts)
  const resets = resetsOf(history?.incident, round)
  const actions = decideIncident({
    job: job.name,
    nowUptimeMs: clocks.nowUptimeMs,
    verdict,
    lastVerdict: history?.verdict ?? 'healthy',
    incident: history?.incident,
    resets,
    resettable: job.openclawId !== undefined,
    openclaw: observed,
    policy: round.policy,
  })
  return {job, facts, verdict, resets, actions}
}

/** Thousands of jobs share a few schedules, and a round has one time: each question is asked once. */
function slotsOfRound(slots: Slots, clocks: Clocks): (job: WatchedJob) => SlotFacts | undefined {
  const known = new Map<string, SlotFacts | undefined>()
  return ({schedule, timezone, limits: {graceMs}}) => {
    if (schedule === undefined) return undefined
    const key = `${graceMs} ${timezone ?? ''} ${schedule}`
    if (!known.has(key)) {
      const latest = (atMs: number) => slots.latest({expression: schedule, timezone}, atMs)
      known.set(key, slotFacts(latest, graceMs, clocks))
    }
    return known.get(key)
  }
}

function resetsOf(incident: Parameters<typeof resetProgress>[0] | undefined, {snapshot, policy}: Round): ResetProgress {
  if (!incident) return noResets
  const {requests, ledger, clocks} = snapshot
  const records = {
    requestedAt: (id: string) => requests.byId.get(id)?.requestedAtMs,
    answer: (id: string) => ledger.answers.get(id),
    uptimeAt: (at: number) => uptimeAt(clocks.uptime, {at}, clocks.nowUptimeMs),
  }
  return resetProgress(incident, records, {settleMs: policy.betweenResetsMs, nowUptimeMs: clocks.nowUptimeMs})
}

/** An incident of a job that was taken out of the settings ends; with no settings at all nothing is known. */
function orphanedIncidents({open}: Incidents, watched: readonly WatchedJob[]): readonly IncidentAction[] {
  if (watched.length === 0 || open.size === 0) return []
  const names = new Set(watched.map(({name}) => name))
  return [...open.keys()]
    .filter((job) => !names.has(job))
    .map((job) => ({do: 'resolve', job, attempts: 0, reason: 'it is watched no longer'}))
}

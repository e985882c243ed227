import {type Clocks, isInFuture, nowUptimeMs, upTo, uptimeAt} from '../../domain/clock/uptime.js'
import {decideIncident, type IncidentAction, type IncidentPolicy} from '../../domain/incident/decide.js'
import {type Incidents, type JobHistory, newHistory, uptimeOfHost} from '../../domain/incident/incident.js'
import {type OtherIncident, othersAmong} from '../../domain/incident/other-incidents.js'
import {noResets, type ResetProgress, resetProgress} from '../../domain/incident/reset-progress.js'
import type {Lease, Leases} from '../../domain/lease/lease.js'
import type {ResetLedger} from '../../domain/openclaw/reset-ledger.js'
import type {ResetRequests} from '../../domain/openclaw/reset-request.js'
import {withInferredEnds} from '../../domain/run/inferred-runs.js'
import {type JobRuns, lastStartOf, type RunsByJob} from '../../domain/run/job-runs.js'
import {buildJobFacts, type ObservedOutput, watchedSince} from '../../domain/watchdog/build-job-facts.js'
import {watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import type {JobFacts, SlotFacts} from '../../domain/watchdog/job-facts.js'
import {maxAgeMs} from '../../domain/watchdog/max-age.js'
import {judgeReachability, openclawName, watchedOpenClaw} from '../../domain/watchdog/openclaw-reachability.js'
import {judgeJob} from '../../domain/watchdog/verdict.js'
import type {Verdict} from '../../domain/watchdog/verdict-kind.js'
import {type SeenWatchdog, seenWatchdogs} from '../../domain/watchdog/watchdogs.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import {type Judge, watchBy} from '../../domain/watchdog/watches.js'
import {keeperOf} from '../../domain/watchdog/who-judges.js'
import type {Journal} from '../../journal/journal.js'
import type {ReadOutputs} from '../../system/host/output-files.js'
import type {Slots} from '../../system/host/slots.js'
import {inferEnds, type OpenRunsDeps} from '../run/open-runs.js'
import type {OpenClawAnswer} from './check-openclaw.js'
import {findOrphans, type Orphans} from './find-orphans.js'
import {type ReadLeasesDeps, readLeases} from './read-leases.js'
import {slotsOfRound} from './slots-of-round.js'

type Reads<S> = Pick<Journal<S>, 'read'>

export interface EvaluateDeps extends ReadLeasesDeps, OpenRunsDeps {
  readonly incidents: Reads<Incidents>
  readonly resetRequests: Reads<ResetRequests>
  readonly resets: Reads<ResetLedger>
  readonly slots: Slots
  readonly readOutputs: ReadOutputs
  /** Whether a settings file is not there any more. */
  readonly isGone: (settingsFile: string) => Promise<boolean>
  /** @returns undefined if the settings name no job of OpenClaw */
  readonly checkOpenClaw: (maxAgeMs: AllowedAge) => Promise<OpenClawAnswer | undefined>
}

/** How old the last run of the job with this id of OpenClaw may be, ms. */
type AllowedAge = (openclawId: string) => number | undefined

export interface RoundPlan {
  readonly judge: Judge
  readonly jobs: readonly WatchedJob[]
  readonly policy: IncidentPolicy
  /** Whether there are settings; without any nothing is known of jobs that were watched before. */
  readonly hasSettings: boolean
  readonly bootGraceMs: number
  /** OpenClaw that cannot be asked for so long is an incident. */
  readonly unreachableAfterMs: number
}

/** One job as one round saw it, and what to do about it. */
export interface JobReport {
  readonly job: WatchedJob
  readonly facts: JobFacts
  readonly verdict: Verdict
  readonly resets: ResetProgress
  readonly actions: readonly IncidentAction[]
  /** The settings to whose watchdog the open incident is left; undefined if it is not left to another one. */
  readonly leftTo: string | undefined
  /** What is unusual about them is asked where a round is shown. */
  readonly jobRuns: JobRuns | undefined
}

export interface Evaluation extends Orphans {
  readonly clocks: Clocks
  readonly reports: readonly JobReport[]
  /** The open incidents of jobs that these settings do not watch, and which are not orphaned. */
  readonly others: readonly OtherIncident[]
}

/** Everything the journals say, read once a round. */
interface Snapshot {
  readonly leases: Leases
  /** By job, the held leases whose processes are dead. */
  readonly dead: ReadonlyMap<string, Lease>
  readonly runs: RunsByJob
  readonly incidents: Incidents
  readonly requests: ResetRequests
  readonly ledger: ResetLedger
  readonly openclaw: OpenClawAnswer | undefined
  readonly clocks: Clocks
}

/** Judges every job and decides what to do; writes nothing. */
export async function evaluateJobs(deps: EvaluateDeps, plan: RoundPlan): Promise<Evaluation> {
  const {jobs} = plan
  const snapshot = await readSnapshot(deps, plan)
  const {clocks, openclaw} = snapshot
  const watchdogs = seenWatchdogs(snapshot.leases.byJob.get(watchdogLease), clocks.now, plan.judge)
  const round: Round = {snapshot, plan, slotOf: slotsOfRound(deps.slots, snapshot), slots: deps.slots, watchdogs}
  const isFuture = (at: number) => isInFuture(clocks.uptime, at, clocks.now)
  const reports: JobReport[] = []
  for (const job of jobs) {
    const outputs = job.outputs.length === 0 ? [] : await deps.readOutputs(job.outputs, job.dir ?? '.', isFuture)
    reports.push(reportOn(job, outputs, round))
  }
  if (openclaw) reports.push(...reportOnOpenClaw(openclaw, round))
  const orphans = await orphansOf(deps, plan, {snapshot, reports})
  const shown = new Set([...reports.map(({job}) => job.name), ...orphans.orphaned.map(({job}) => job)])
  return {clocks, reports, ...orphans, others: othersAmong(snapshot.incidents, shown)}
}

/** Without any settings nothing is known of the jobs that they watched. OpenClaw is watched also while there is no news of it. */
async function orphansOf(
  {isGone}: EvaluateDeps,
  {hasSettings, judge, jobs}: RoundPlan,
  {snapshot, reports}: {readonly snapshot: Snapshot; readonly reports: readonly JobReport[]},
): Promise<Orphans> {
  if (!hasSettings) return {ended: new Map(), orphaned: []}
  const names = new Set([...jobs, ...reports.map(({job}) => job)].map(({name}) => name))
  if (snapshot.openclaw) names.add(openclawName)
  const {incidents, leases, clocks} = snapshot
  return findOrphans(isGone, {incidents, leases, now: clocks.now, judge, names})
}

async function readSnapshot(deps: EvaluateDeps, plan: RoundPlan): Promise<Snapshot> {
  const openclaw = await deps.checkOpenClaw(allowedAges(deps, plan))
  // OpenClaw may take long to answer, and the journals should be as new as the clock.
  const {incidents, clocks} = readClocks(deps)
  const names = new Set(plan.jobs.map(({name}) => name))
  const ends = await inferEnds(deps, (job) => names.has(job))
  const {leases, dead} = await readLeases(deps, plan.jobs, clocks.now)
  return {
    leases,
    dead,
    runs: withInferredEnds(deps.runs.read(), ends, clocks.now),
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
  const uptime = upTo(uptimeOfHost(incidents, now.host), now)
  return {incidents, clocks: {now, uptime, nowUptimeMs: nowUptimeMs(uptime, now)}}
}

/** By the job's own rules. The clocks are read at the first question, once OpenClaw has answered. */
function allowedAges(deps: EvaluateDeps, plan: RoundPlan): AllowedAge {
  let known: ReadonlyMap<string | undefined, number | undefined> | undefined
  return (id) => {
    known ??= agesById(deps, plan)
    return known.get(id)
  }
}

function agesById(deps: EvaluateDeps, {jobs, judge}: RoundPlan): ReadonlyMap<string | undefined, number | undefined> {
  const {incidents, clocks} = readClocks(deps)
  const slotOf = slotsOfRound(deps.slots, {clocks, runs: deps.runs.read()})
  const ageOf = (job: WatchedJob) => {
    const watchedSinceMs = watchedSince(job, watchBy(incidents.jobs.get(job.name), judge.settingsFile), clocks)
    return maxAgeMs(job, {slot: slotOf(job), watchedSinceMs, clocks})
  }
  const known = jobs.filter(({openclawId}) => openclawId)
  return new Map(known.map((job) => [job.openclawId, ageOf(job)]))
}

interface Round {
  readonly snapshot: Snapshot
  readonly plan: RoundPlan
  readonly slotOf: (job: WatchedJob) => SlotFacts | undefined
  readonly slots: Slots
  readonly watchdogs: readonly SeenWatchdog[]
}

function reportOn(job: WatchedJob, outputs: readonly ObservedOutput[], round: Round): JobReport {
  const {openclaw} = round.snapshot
  const status = job.openclawId === undefined ? undefined : openclaw?.jobs.get(job.openclawId)
  const facts = factsOf(job, {outputs, openclaw: status}, round)
  return decided(job, {facts, verdict: judgeJob(facts)}, round)
}

function factsOf(
  job: WatchedJob,
  {outputs, openclaw}: Pick<Parameters<typeof buildJobFacts>[1], 'outputs' | 'openclaw'>,
  round: Round,
): JobFacts {
  const {snapshot, slots} = round
  const {leases, dead, runs, incidents, clocks} = snapshot
  const {name, schedule, timezone} = job
  const history = incidents.jobs.get(name)
  const records = {lease: leases.byJob.get(name), jobRuns: runs.get(name), deadLease: dead.get(name)}
  const from = lastStartOf(runs.get(name))
  const slotAfter =
    schedule === undefined ? undefined : (at: number) => slots.next({expression: schedule, timezone, ...from}, at)
  const nextSlotAt = slotAfter?.(clocks.now.at)
  const incident = history?.incident && {...history.incident, kind: history.incident.verdict}
  const slot = round.slotOf(job)
  const watch = watchBy(history, round.plan.judge.settingsFile)
  const {badOutputSinceMs} = watch ?? {}
  const observed = {outputs, openclaw, records, watch, badOutputSinceMs, incident, slot, nextSlotAt, slotAfter}
  return buildJobFacts(job, observed, clocks)
}

/** OpenClaw itself: nothing is said of it while it answers, unless an incident ends or "cannot be asked" does. */
function reportOnOpenClaw({unreachable}: OpenClawAnswer, round: Round): readonly JobReport[] {
  const {plan} = round
  const job = watchedOpenClaw(plan.bootGraceMs)
  const {incidents, clocks} = round.snapshot
  const history = incidents.jobs.get(job.name) ?? newHistory
  const isNoted = history.verdict === 'unknown'
  if (unreachable === undefined && !isNoted && !history.incident) return []
  const forMs = isNoted ? clocks.nowUptimeMs - history.verdictSinceMs : 0
  const limitMs = plan.unreachableAfterMs
  const verdict = judgeReachability({unreachable, forMs, limitMs, isIncident: history.incident !== undefined})
  const facts = factsOf(job, {outputs: [], openclaw: undefined}, round)
  const report = decided(job, {facts, verdict}, round)
  const isNews = unreachable === undefined || !isNoted
  const {kind, level, reason} = verdict
  const observed: IncidentAction = {do: 'observe', job: job.name, verdict: kind, level, reason}
  return [isNews ? {...report, actions: [...report.actions, observed]} : report]
}

function decided(job: WatchedJob, {facts, verdict}: Pick<JobReport, 'facts' | 'verdict'>, round: Round): JobReport {
  const {incidents, clocks, runs} = round.snapshot
  const history = incidents.jobs.get(job.name) ?? newHistory
  const resets = resetsOf(history, round)
  const {liveness, streak} = facts
  const leftTo = keeperOf(history, round.watchdogs, round.plan.judge.settingsFile)
  const actions = decideIncident({
    job: job.name,
    nowUptimeMs: clocks.nowUptimeMs,
    verdict,
    history,
    resets,
    resettable: job.openclawId !== undefined,
    isRunning: liveness.is === 'running' || liveness.is === 'running-unleased',
    nextRunInMs: facts.nextRunInMs,
    firstBadRun: streak && !streak.isWell ? streak.firstRunId : undefined,
    openclaw: facts.openclaw,
    policy: round.plan.policy,
  })
  const done = leftTo === undefined ? actions : []
  return {job, facts, verdict, resets, actions: done, leftTo, jobRuns: runs.get(job.name)}
}

function resetsOf({incident}: JobHistory, {snapshot, plan}: Round): ResetProgress {
  if (!incident) return noResets
  const {requests, ledger, clocks} = snapshot
  const records = {
    requestedAt: (id: string) => requests.byId.get(id)?.requestedAtMs,
    answer: (id: string) => ledger.answers.get(id),
    uptimeAt: (at: number) => uptimeAt(clocks.uptime, {at}, clocks.nowUptimeMs),
  }
  return resetProgress(incident, records, {settleMs: plan.policy.betweenResetsMs, nowUptimeMs: clocks.nowUptimeMs})
}

import {causeOf} from '../../domain/delivery/alert-news.js'
import {tellingAbout} from '../../domain/delivery/group.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import {type Silences, silenceOf} from '../../domain/delivery/silence.js'
import {byUrgency, type JobStatus, jobStatus, type Telling} from '../../domain/diagnose/job-status.js'
import type {Incidents} from '../../domain/incident/incident.js'
import {type OverallStatus, overallStatus} from '../../domain/incident/overall-status.js'
import type {JobRuns} from '../../domain/run/job-runs.js'
import {nextStarts, slotsOnDuty} from '../../domain/scheduler/next-starts.js'
import type {JobSlots, SchedulerState} from '../../domain/scheduler/scheduler.js'
import {spreadOf} from '../../domain/scheduler/spread.js'
import {jobNames, type Settings} from '../../domain/settings/settings.js'
import {failedRun} from '../../domain/watchdog/bad-end.js'
import type {JobFacts} from '../../domain/watchdog/job-facts.js'
import {openclawName} from '../../domain/watchdog/openclaw-reachability.js'
import type {Verdict, VerdictKind} from '../../domain/watchdog/verdict-kind.js'
import {asWatched, isNamed} from '../../domain/watchdog/watch-list.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import {isUnwatched} from '../../domain/watchdog/watches.js'
import type {Journal} from '../../journal/journal.js'
import {type EvaluateDeps, evaluateJobs, type JobReport, type RoundPlan} from '../watchdog/evaluate-jobs.js'

export interface StatusDeps extends EvaluateDeps {
  readonly settings: Settings
  readonly outbox: Pick<Journal<OutboxState>, 'read'>
  readonly silences: Pick<Journal<Silences>, 'read'>
  readonly scheduler: Pick<Journal<SchedulerState>, 'read'>
  readonly host: string
}

interface Statuses {
  /** Wall clock, ms. */
  readonly at: number
  /** Those that need a person first. */
  readonly jobs: readonly JobStatus[]
  readonly overall: OverallStatus
}

/** What a person needs to know of each job: those of the settings, and all that have run under guard. Writes nothing. */
export async function jobStatuses(deps: StatusDeps, plan: RoundPlan, isAsked: IsAsked): Promise<Statuses> {
  // Incidents of jobs that the settings no longer name are a round's to end.
  const judged = {...plan, jobs: jobsOf(deps, plan, isAsked), hasSettings: false}
  const {clocks, reports} = await evaluateJobs(deps, judged)
  const {open, jobs: histories} = deps.incidents.read()
  const told = tellingsByJob(deps.outbox.read())
  const silences = deps.silences.read()
  const scheduler = deps.scheduler.read()
  const at = clocks.now.at
  const seen = reports.map((report) => ({...report, verdict: verdictOf(report, histories, deps.settings)}))
  const jobs = seen.map(({job, facts, verdict, jobRuns}) => {
    const {name, schedule} = job
    const nextAt = nextStartOf(deps, {job, jobRuns, nowMs: at, known: slotsOnDuty(scheduler, name)})
    const incident = histories.get(name)?.incident
    const silence = silenceOf(silences, matterOf(facts, incident?.verdict ?? verdict.kind), at)
    return jobStatus({facts, verdict, incident, jobRuns, told: told.get(name) ?? [], silence, nextAt, schedule})
  })
  const verdicts = seen.map(({job, verdict}) => ({job: job.name, verdict}))
  const asked = new Map([...open].filter(([name]) => isAsked(name)))
  return {at, jobs: jobs.sort(byUrgency), overall: overallStatus(verdicts, {open: asked})}
}

/** A job that all settings have given up may have ended badly last, for good. */
function verdictOf(
  {job: {name}, facts, verdict}: JobReport,
  histories: Incidents['jobs'],
  settings: Settings,
): Verdict {
  const {liveness, lastEnd} = facts
  const lastSeenMs = Math.max(lastEnd?.uptimeMs ?? 0, liveness.is === 'never-seen' ? 0 : liveness.seenUptimeMs)
  // OpenClaw is not asked here: what is on record of it stays so.
  if (name === openclawName)
    return {...verdict, kind: 'unknown', status: 'unknown', reason: 'only the watchdog asks it'}
  if (verdict.status !== 'failing' || isNamed(name, settings) || !isUnwatched(histories.get(name), lastSeenMs))
    return verdict
  return {...verdict, kind: 'unknown', status: 'unknown', reason: `it is watched no longer; ${verdict.reason}`}
}

interface Starting {
  readonly job: WatchedJob
  readonly jobRuns: JobRuns | undefined
  readonly nowMs: number
  /** Undefined of a job that cron or something else starts, which knows no spread. */
  readonly known: JobSlots | undefined
}

function nextStartOf({slots, host, settings}: StatusDeps, {job, jobRuns, nowMs, known}: Starting): number | undefined {
  const {name, schedule, timezone} = job
  if (schedule === undefined) return undefined
  const spread = known ? spreadOf(host, name, settings.jobs[name]?.spreadMs ?? 0) : 0
  const records = {known, lastStartMs: jobRuns?.starts?.at(-1)}
  const asked = {nowMs, slots, spread, count: 1, untilMs: Number.POSITIVE_INFINITY}
  return nextStarts({expression: schedule, timezone}, records, asked)[0]?.dueMs
}

type IsAsked = (job: string) => boolean

/** Leases of guard's own daemons are no jobs, unless the plan watches them. */
const ownPrefix = 'guard-'

function jobsOf(
  {settings, runs, leases, incidents}: StatusDeps,
  plan: RoundPlan,
  isAsked: IsAsked,
): readonly WatchedJob[] {
  const planned = new Set(plan.jobs.map(({name}) => name))
  const leased = [...leases.read().byJob.keys()].filter((name) => !name.startsWith(ownPrefix))
  // An incident counts by whichever settings it was opened, also of a job that never ran.
  const inTrouble = incidents.read().open.keys()
  const others = new Set([...jobNames(settings), ...runs.read().keys(), ...leased, ...inTrouble])
  const unplanned = [...others].filter((name) => !planned.has(name))
  return [...plan.jobs, ...unplanned.map((name) => asWatched(name, settings))].filter(({name}) => isAsked(name))
}

/** As the deliverer asks for it. */
function matterOf(facts: JobFacts, verdict: VerdictKind): Parameters<typeof silenceOf>[1] {
  const {failureClass, errorLine} = failedRun(verdict, facts) ?? {}
  return {job: facts.job, class: failureClass, group: causeOf({verdict, failureClass, errorLine, subject: facts.job})}
}

/** By job, the channels that were told that it is in trouble. */
function tellingsByJob({groups}: OutboxState): ReadonlyMap<string, readonly Telling[]> {
  const byJob = new Map<string, readonly Telling[]>()
  for (const {hasEnd, jobs, told} of groups.values()) {
    if (!hasEnd) continue
    for (const [job, entry] of jobs) {
      const heard = entry.channels.flatMap((channel): readonly Telling[] => {
        const one = told.get(channel)
        const telling = one && tellingAbout(entry, channel, one)
        return telling ? [{channel, ...telling}] : []
      })
      byJob.set(job, [...(byJob.get(job) ?? []), ...heard])
    }
  }
  return byJob
}

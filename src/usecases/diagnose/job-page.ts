import type {Breaker, Breakers} from '../../domain/breaker/breaker.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {JobStatus} from '../../domain/diagnose/job-status.js'
import {type FleetKnown, leaseSight} from '../../domain/fleet/known.js'
import type {OverallStatus} from '../../domain/incident/overall-status.js'
import {type LeaseReport, reportLease} from '../../domain/lease/report.js'
import {type OrphanedJob, withInferredEnd} from '../../domain/run/interrupted-run.js'
import {hasTakenPlace, type Run} from '../../domain/run/run.js'
import type {JobSettings} from '../../domain/settings/job.js'
import {settingsOfJob} from '../../domain/settings/settings.js'
import {problemsOfJob} from '../../domain/settings/wrong.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {JobStarters} from '../crontab/job-starters.js'
import {type LastLinesDeps, lastLines} from '../history/last-lines.js'
import {orphanedJob} from '../history/lease-holder.js'
import {isAbandoned} from '../lease/acquire-lease.js'
import {type BudgetDeps, type BudgetReport, listBudgets} from '../recovery/budgets.js'
import {inferEnds} from '../run/open-runs.js'
import type {RoundPlan} from '../watchdog/evaluate-jobs.js'
import {jobStatuses, type StatusDeps} from './job-statuses.js'

export interface JobPageDeps extends StatusDeps {
  readonly budgets: BudgetDeps
  readonly breakers: Pick<Journal<Breakers>, 'read'>
  readonly fleet: Pick<Journal<FleetKnown>, 'read'>
  readonly logs: LastLinesDeps
  /** As of `explainJob`. */
  readonly startersOf: (job: string) => Promise<JobStarters>
}

/** All that a person may ask of one job first. */
export interface JobPage {
  readonly status: JobStatus
  readonly overall: OverallStatus
  readonly now: ClockReading
  /** Undefined if they are wrong. */
  readonly settings: JobSettings | undefined
  /** The last run that took place. */
  readonly run: Run | undefined
  /** That of this machine, also of a job of a fleet: beside the one that counts. */
  readonly lease: LeaseReport | undefined
  /** The job, if it holds that lease without its guard. */
  readonly orphan: OrphanedJob | undefined
  /** Of a job of a fleet, as this host last saw it; the store is not asked. */
  readonly fleetLease: ReturnType<typeof leaseSight> | undefined
  readonly breaker: {readonly target: string; readonly state: Breaker | undefined} | undefined
  readonly budgets: readonly BudgetReport[]
  readonly goodTimes: readonly number[]
  /** What starts it, if it has a schedule. */
  readonly starters: readonly string[]
  readonly lastLines: readonly string[]
}

/** @param job a name that the settings or the journals know */
export async function jobPage(deps: JobPageDeps, plan: RoundPlan, job: string): Promise<JobPage> {
  const {jobs, overall} = await jobStatuses(deps, plan, (name) => name === job)
  const [status] = jobs
  if (!status) throw new GuardError('usage', `no job ${JSON.stringify(job)} is known`)
  const isWrong = problemsOfJob(deps.settings.wrong, job) !== undefined
  const settings = isWrong ? undefined : settingsOfJob(deps.settings, job)
  const now = deps.readClock()
  const ends = await inferEnds(deps, (name) => name === job)
  const known = deps.runs.read().get(job)
  const last = known?.runs.findLast(hasTakenPlace)
  const run = last && withInferredEnd(last, ends.get(last.id))
  const lease = deps.leases.read().byJob.get(job)
  const target = settings?.breaker?.target
  return {
    status,
    overall,
    now,
    settings,
    run,
    lease: lease && reportLease(lease, now, await isAbandoned(deps, lease)),
    orphan: await orphanedJob(deps.livingProcessOf, lease),
    fleetLease: settings?.scope === 'fleet' ? leaseSight(deps.fleet.read(), job) : undefined,
    breaker: target === undefined ? undefined : {target, state: deps.breakers.read().get(target)},
    budgets: listBudgets(deps.budgets).filter((one) => one.job === job),
    goodTimes: known?.goodTimes ?? [],
    starters: settings?.schedule === undefined ? [] : (await deps.startersOf(job)).sentences,
    lastLines: run ? linesOf(deps.logs, job, run) : [],
  }
}

/** A log may be rotated away, and some runs keep none. */
function linesOf(deps: LastLinesDeps, job: string, run: Run): readonly string[] {
  try {
    return lastLines(deps, job, run)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return []
  }
}

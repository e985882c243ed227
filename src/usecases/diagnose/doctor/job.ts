import type {ClockReading} from '../../../domain/clock/reading.js'
import type {CronLines} from '../../../domain/diagnose/cron-line.js'
import {type Finding, finding} from '../../../domain/diagnose/finding.js'
import {
  type JobStart,
  judgeJobStart,
  judgeOutputFolders,
  type OutputFolder,
} from '../../../domain/diagnose/job-findings.js'
import {judgeSchedules, type PlannedJob} from '../../../domain/diagnose/schedule-findings.js'
import type {SchedulerFacts} from '../../../domain/health/scheduler.js'
import {judgeLeases} from '../../../domain/health/state.js'
import type {Leases} from '../../../domain/lease/lease.js'
import type {Journal} from '../../../journal/journal.js'
import {type FindLivingProcess, leaseHolder} from '../../history/lease-holder.js'

export interface JobDeps {
  /** What would start the job with this PATH, unless its settings set another; undefined if they do not say what it is. */
  readonly jobStart: (job: string, path: string) => JobStart | undefined
  readonly outputFolders: (job: string) => readonly OutputFolder[]
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly livingProcessOf: FindLivingProcess
  readonly readClock: () => ClockReading
  readonly crontabLines: () => Promise<CronLines>
  readonly lookAtScheduler: () => Promise<SchedulerFacts>
  /** The next slot of its schedule, wall clock in ms; undefined if it has none. */
  readonly nextSlot: (job: PlannedJob) => number | undefined
}

export function examineJobStart(deps: JobDeps, job: string, path: string): readonly Finding[] {
  const start = deps.jobStart(job, path)
  return start ? judgeJobStart(start) : []
}

export function examineOutputs(deps: JobDeps, job: string): readonly Finding[] {
  return judgeOutputFolders(job, deps.outputFolders(job))
}

export async function examineLease(deps: JobDeps, job: string): Promise<readonly Finding[]> {
  const lease = deps.leases.read().byJob.get(job)
  if (!lease) return [finding('lease', 'well', 'lease (never taken)')]
  const {verdict, reason} = judgeLeases([await leaseHolder(deps.livingProcessOf, lease)], deps.readClock())
  if (verdict === 'healthy') return [finding('lease', 'well', 'lease', {proof: reason})]
  return [
    finding('lease', 'look', `Lease of ${job} has run out, and its run goes on`, {
      proof: reason,
      mend: `guard lease show ${job}`,
    }),
  ]
}

/** Whether anything starts the jobs when the settings say so. */
export async function examineSchedules(deps: JobDeps, jobs: readonly PlannedJob[]): Promise<readonly Finding[]> {
  if (jobs.length === 0) return []
  const {is} = await deps.lookAtScheduler()
  const found = judgeSchedules(jobs, await deps.crontabLines(), is)
  if (found.length > 0) return found
  const [only] = jobs
  const next = jobs.length === 1 && only ? deps.nextSlot(only) : undefined
  const proof = next === undefined ? '' : `next run ${new Date(next).toISOString()}`
  return [finding('schedules', 'well', jobs.length === 1 ? 'schedule' : `schedules (${jobs.length} jobs)`, {proof})]
}

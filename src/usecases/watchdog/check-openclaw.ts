import type {OpenClawJobs, OpenClawRead} from '../../domain/openclaw/job.js'
import {type OpenClawJobStatus, type OpenClawLimits, openClawJobStatus} from '../../domain/openclaw/job-status.js'
import type {OpenClawSettings} from '../../domain/settings/settings.js'
import type {OpenClaw} from '../../system/openclaw/openclaw.js'
import {diagnoseGateway} from './diagnose-gateway.js'

interface CheckOpenClawDeps {
  readonly openclaw: Pick<OpenClaw, 'listJobs' | 'health' | 'listRunningTasks'>
  readonly now: () => number
  /** How old the last run of the job with this id may be, ms; called after OpenClaw has answered. */
  readonly maxAgeMs: (id: string) => number | undefined
}

/** What OpenClaw says of its jobs, by its ids. */
export interface OpenClawAnswer {
  readonly jobs: ReadonlyMap<string, OpenClawJobStatus>
  /** Why it could not be asked; undefined if it was. */
  readonly unreachable: string | undefined
}

/**
 * Asks OpenClaw once for all its jobs and judges those that the settings name. After a failed read each of them is
 * unknown, with the reason.
 */
export async function checkOpenClaw(
  {openclaw, now, maxAgeMs}: CheckOpenClawDeps,
  settings: OpenClawSettings,
): Promise<OpenClawAnswer> {
  const answer = await openclaw.listJobs()
  const at = now()
  const unreachable = answer.ok ? undefined : await diagnoseGateway(openclaw, answer.failure)
  const readJob = (id: string) => (answer.ok ? readOf(answer.value, id) : failedRead(unreachable))
  const jobs = new Map(
    Object.values(settings.jobs).map((job) => {
      const limits = limitsOf(settings, job.maxRunningMs, maxAgeMs(job.id))
      return [job.id, openClawJobStatus(readJob(job.id), limits, at)]
    }),
  )
  return {jobs, unreachable}
}

function failedRead(reason = ''): OpenClawRead {
  return {read: 'failed', reason}
}

function readOf({jobs, complete}: OpenClawJobs, id: string): OpenClawRead {
  const job = jobs.find((one) => one.id === id)
  if (job) return {read: 'job', job}
  return complete ? {read: 'absent'} : {read: 'failed', reason: 'the list of jobs was not complete'}
}

function limitsOf(
  settings: OpenClawSettings,
  maxRunningMs: number | undefined,
  maxAgeMs: number | undefined,
): OpenClawLimits {
  const {graceMs, wedgedAfterMs, failingAfter, maxRunningMs: fallbackMaxRunningMs} = settings
  return {maxRunningMs, fallbackMaxRunningMs, graceMs, wedgedAfterMs, failingAfter, maxAgeMs}
}

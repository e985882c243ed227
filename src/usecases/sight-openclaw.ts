import type {OpenClawJobs, OpenClawRead} from '../domain/openclaw-job.js'
import {judgeOpenClawJob, type OpenClawLimits, type OpenClawSighting} from '../domain/openclaw-sighting.js'
import type {OpenClawSettings} from '../domain/settings.js'
import type {OpenClaw} from '../system/openclaw/openclaw.js'

export interface SightDeps {
  readonly openclaw: Pick<OpenClaw, 'listJobs'>
  readonly now: () => number
}

/** Asks OpenClaw once for all its jobs and judges those that the settings name. A failed read makes each of them unknown. */
export async function sightOpenClaw(
  {openclaw, now}: SightDeps,
  settings: OpenClawSettings,
): Promise<ReadonlyMap<string, OpenClawSighting>> {
  const answer = await openclaw.listJobs()
  const at = now()
  return new Map(
    Object.values(settings.jobs).map(({id, maxRunningMs}) => {
      const read = answer.ok ? readOf(answer.value, id) : ({read: 'failed', reason: answer.failure.message} as const)
      return [id, judgeOpenClawJob(read, limitsOf(settings, maxRunningMs), at)]
    }),
  )
}

function readOf({jobs, complete}: OpenClawJobs, id: string): OpenClawRead {
  const job = jobs.find((one) => one.id === id)
  if (job) return {read: 'job', job}
  return complete ? {read: 'absent'} : {read: 'failed', reason: 'the list of jobs was not complete'}
}

function limitsOf(settings: OpenClawSettings, maxRunningMs: number | undefined): OpenClawLimits {
  const {graceMs, wedgedAfterMs, failingAfter, maxRunningMs: fallbackMaxRunningMs} = settings
  return {maxRunningMs, fallbackMaxRunningMs, graceMs, wedgedAfterMs, failingAfter, maxAgeMs: undefined}
}

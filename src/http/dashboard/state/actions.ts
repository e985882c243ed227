import {refreshAll} from './refresh.js'
import {ask} from './request.js'

/** The changes that the page can ask for. Each gives a sentence about what was done, and throws RefusedError. */

export async function startRun(job: string): Promise<string> {
  const {runId} = await ask<{runId?: string}>(`jobs/${encodeURIComponent(job)}/runs`, {method: 'POST'})
  return done(`Started ${job}${runId === undefined ? '' : `, run ${runId}`}.`)
}

interface SilenceWish {
  readonly job: string
  readonly reason: string
  /** As guard takes it, `2h`; undefined until the job is healthy. */
  readonly for: string | undefined
}

export async function silenceJob({job, reason, for: span}: SilenceWish): Promise<string> {
  const until = span === undefined ? {untilHealthy: true} : {for: span}
  await ask('silences', {method: 'POST', body: {job, reason, ...until}})
  return done(`Silenced ${job}.`)
}

export async function endSilence(job: string, silenceId: string): Promise<string> {
  await ask(`silences/${encodeURIComponent(silenceId)}`, {method: 'DELETE'})
  return done(`The silence of ${job} has ended.`)
}

export async function resetBreaker(target: string): Promise<string> {
  await ask(`breakers/${encodeURIComponent(target)}/reset`, {method: 'POST'})
  return done(`The breaker of ${target} is closed.`)
}

export async function changeScheduler(verb: 'start' | 'stop'): Promise<string> {
  await ask(`scheduler/${verb}`, {method: 'POST'})
  return done(verb === 'start' ? 'The scheduler was started.' : 'The scheduler was stopped.')
}

/** The change is seen at once, not with the next event. If it cannot be had, the connection says so. */
function done(text: string): string {
  refreshAll().catch(() => undefined)
  return text
}

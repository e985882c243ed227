import {type OpenClawJob, type OpenClawRead, repeats} from './job.js'

/**
 * What guard says of a cron job of OpenClaw.
 *
 * OpenClaw's own `ok` proves no work (a systemEvent is `ok` when its text is queued), so nothing here calls a job
 * proven: only a lease or fresh output does, and either of them outranks what OpenClaw says.
 */

/**
 * - healthy: nothing speaks against it; it may be running within its limit
 * - hung: running for longer than its limit, or the marker of a dead run was left
 * - wedged: it should have run and does not; the scheduler stands
 * - missed: its slots move on, yet it does not run
 * - failing: one error after the other
 * - auto-disabled: OpenClaw switched it off after too many errors
 * - disabled: a person switched it off
 * - vanished: the id is gone
 * - left-alone: OpenClaw's own job
 * - unknown: OpenClaw could not be read
 */
type OpenClawState =
  | 'healthy'
  | 'hung'
  | 'wedged'
  | 'missed'
  | 'failing'
  | 'auto-disabled'
  | 'disabled'
  | 'vanished'
  | 'left-alone'
  | 'unknown'

/** What helps: a reset of the job, a restart of the gateway, a person, or nothing is needed. */
type OpenClawRemedy = 'reset' | 'restart-gateway' | 'person' | 'none'

export interface OpenClawJobStatus {
  readonly state: OpenClawState
  readonly remedy: OpenClawRemedy
  /** One sentence with the figures it rests on. */
  readonly reason: string
  /** The marker that was seen; a reset is for this marker alone. */
  readonly runningAtMs: number | undefined
}

/** Spans in milliseconds; undefined switches a rule off or leaves the limit to the job. */
export interface OpenClawLimits {
  /** Outranks the job's own limit. */
  readonly maxRunningMs: number | undefined
  /** For a job that has switched its own limit off. */
  readonly fallbackMaxRunningMs: number
  /** Added to every limit before a run counts as hung. */
  readonly graceMs: number
  /** A slot that is late by so much means that the scheduler stands. */
  readonly wedgedAfterMs: number
  /** Longest time without a run. */
  readonly maxAgeMs: number | undefined
  readonly failingAfter: number
}

export function openClawJobStatus(read: OpenClawRead, limits: OpenClawLimits, now: number): OpenClawJobStatus {
  if (read.read === 'failed') return sighting('unknown', 'none', `OpenClaw could not be read: ${read.reason}`)
  if (read.read === 'absent') return sighting('vanished', 'person', 'OpenClaw has no job of this id any more')
  const {job} = read
  if (job.systemOwned) return sighting('left-alone', 'none', 'OpenClaw owns this job and lets nobody edit it')
  if (job.autoDisabled !== undefined) {
    return sighting('auto-disabled', 'person', `OpenClaw switched the job off by itself: ${job.autoDisabled}`)
  }
  if (!job.enabled) return sighting('disabled', 'none', 'somebody switched the job off')
  return judgeEnabledJob(job, limits, now)
}

function judgeEnabledJob(job: OpenClawJob, limits: OpenClawLimits, now: number): OpenClawJobStatus {
  if (job.runningAtMs !== undefined) return judgeRunning(job, job.runningAtMs, {limits, now})
  const lateMs = job.nextRunAtMs === undefined ? 0 : now - job.nextRunAtMs
  if (lateMs > limits.wedgedAfterMs) {
    return sighting(
      'wedged',
      'restart-gateway',
      `its slot passed ${seconds(lateMs)} ago and the scheduler did not start it`,
    )
  }
  if (job.consecutiveErrors >= limits.failingAfter) {
    return sighting(
      'failing',
      'person',
      `${job.consecutiveErrors} errors one after the other; the last: ${job.lastError ?? 'no text'}`,
    )
  }
  const ageMs = job.lastRunAtMs === undefined ? 0 : now - job.lastRunAtMs
  if (limits.maxAgeMs !== undefined && ageMs > limits.maxAgeMs) {
    return sighting(
      'missed',
      'person',
      `its last run was ${seconds(ageMs)} ago, more than the ${seconds(limits.maxAgeMs)} it may be`,
    )
  }
  return sighting('healthy', 'none', 'enabled, no run beyond its limit, next slot not late')
}

function judgeRunning(
  job: OpenClawJob,
  runningAtMs: number,
  {limits, now}: {readonly limits: OpenClawLimits; readonly now: number},
): OpenClawJobStatus {
  const runningMs = now - runningAtMs
  const limitMs = maxRunningMs(job, limits)
  if (runningMs <= limitMs) {
    return {
      ...sighting('healthy', 'none', `running for ${seconds(runningMs)} of at most ${seconds(limitMs)}`),
      runningAtMs,
    }
  }
  const reason = `marked as running for ${seconds(runningMs)}, at most ${seconds(limitMs)} is normal`
  if (repeats(job)) return {...sighting('hung', 'reset', reason), runningAtMs}
  // Enabling a one-shot job again may make it run again.
  return {...sighting('hung', 'person', `${reason}; a job of schedule ${job.schedule} is never reset`), runningAtMs}
}

/**
 * Longest run that is normal, with the grace. Without a limit of its own OpenClaw ends an agent's turn after 60 minutes
 * and anything else after 10.
 */
export function maxRunningMs(job: OpenClawJob, limits: OpenClawLimits): number {
  return (limits.maxRunningMs ?? ownLimitMs(job, limits.fallbackMaxRunningMs)) + limits.graceMs
}

function ownLimitMs(job: OpenClawJob, fallbackMs: number): number {
  if (job.timeoutSeconds === undefined) return job.payload === 'agentTurn' ? 3_600_000 : 600_000
  return job.timeoutSeconds === 0 ? fallbackMs : job.timeoutSeconds * 1000
}

/**
 * Whether a reset is to be asked for, and for which marker. `proofOfLife` names what proves that the job works
 * ("its lease is fresh"): it vetoes the reset, because resetting a job at work destroys the work.
 */
export function resetWish(sighting: OpenClawJobStatus, proofOfLife: string | undefined): ResetWish {
  if (sighting.remedy !== 'reset') return {wanted: false, reason: sighting.reason}
  if (proofOfLife !== undefined) return {wanted: false, reason: `no reset, for ${proofOfLife}; ${sighting.reason}`}
  return {wanted: true, reason: sighting.reason, runningAtMs: sighting.runningAtMs}
}

type ResetWish =
  | {readonly wanted: true; readonly reason: string; readonly runningAtMs: number | undefined}
  | {readonly wanted: false; readonly reason: string}

function sighting(state: OpenClawState, remedy: OpenClawRemedy, reason: string): OpenClawJobStatus {
  return {state, remedy, reason, runningAtMs: undefined}
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

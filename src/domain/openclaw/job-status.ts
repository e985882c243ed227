import {type OpenClawJob, type OpenClawRead, repeats} from './job.js'

/**
 * The status of a cron job of OpenClaw.
 *
 * OpenClaw's own `ok` does not prove any work (a systemEvent is `ok` as soon as its text is queued). Only a lease or a
 * fresh output does, and either of them outranks what OpenClaw says.
 */

/**
 * - healthy: nothing is wrong with it as far as OpenClaw says; it may be running within its limit
 * - hung: it is marked as running for longer than its limit; the run may be dead and its marker left behind
 * - wedged: its slot has passed and the scheduler did not start it
 * - missed: its next slot is in the future, but it does not run
 * - failing: several errors in a row
 * - auto-disabled: OpenClaw disabled it after too many errors
 * - disabled: a person disabled it
 * - vanished: OpenClaw has no job of this id
 * - left-alone: it is a job that OpenClaw owns
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

/** What helps: a reset of the job, a restart of the gateway, or a person; `none` if nothing is needed. */
type OpenClawRemedy = 'reset' | 'restart-gateway' | 'person' | 'none'

export interface OpenClawJobStatus {
  readonly state: OpenClawState
  readonly remedy: OpenClawRemedy
  /** One sentence with the figures behind the state. */
  readonly reason: string
  /** The marker that was seen. A reset request names it, so that no later run is reset. */
  readonly runningAtMs: number | undefined
}

/** Durations in milliseconds. */
export interface OpenClawLimits {
  /** Outranks the job's own limit; undefined if the job's own limit counts. */
  readonly maxRunningMs: number | undefined
  /** For a job whose own limit is switched off. */
  readonly fallbackMaxRunningMs: number
  /** Added to every limit before a run counts as hung. */
  readonly graceMs: number
  /** A slot that is later than this means that the scheduler does not work. */
  readonly wedgedAfterMs: number
  /** Longest time without a run; undefined if the settings do not say. */
  readonly maxAgeMs: number | undefined
  readonly failingAfter: number
}

export function openClawJobStatus(read: OpenClawRead, limits: OpenClawLimits, now: number): OpenClawJobStatus {
  if (read.read === 'failed') return status('unknown', 'none', `OpenClaw could not be read: ${read.reason}`)
  if (read.read === 'absent') return status('vanished', 'person', 'OpenClaw has no job of this id any more')
  const {job} = read
  if (job.systemOwned) return status('left-alone', 'none', 'OpenClaw owns this job and refuses edits')
  if (job.autoDisabled !== undefined) {
    return status('auto-disabled', 'person', `OpenClaw disabled the job by itself: ${job.autoDisabled}`)
  }
  if (!job.enabled) return status('disabled', 'none', 'a person disabled the job')
  return statusOfEnabled(job, limits, now)
}

function statusOfEnabled(job: OpenClawJob, limits: OpenClawLimits, now: number): OpenClawJobStatus {
  if (job.runningAtMs !== undefined) return statusOfRunning(job, job.runningAtMs, {limits, now})
  const lateMs = job.nextRunAtMs === undefined ? 0 : now - job.nextRunAtMs
  if (lateMs > limits.wedgedAfterMs) {
    return status(
      'wedged',
      'restart-gateway',
      `its slot passed ${seconds(lateMs)} ago and the scheduler did not start it`,
    )
  }
  if (job.consecutiveErrors >= limits.failingAfter) {
    return status(
      'failing',
      'person',
      `${job.consecutiveErrors} errors in a row; the last: ${job.lastError ?? 'no text'}`,
    )
  }
  const ageMs = job.lastRunAtMs === undefined ? 0 : now - job.lastRunAtMs
  if (limits.maxAgeMs !== undefined && ageMs > limits.maxAgeMs) {
    return status(
      'missed',
      'person',
      `its last run was ${seconds(ageMs)} ago, at most ${seconds(limits.maxAgeMs)} is allowed`,
    )
  }
  return status('healthy', 'none', 'enabled, no run beyond its limit, next slot not late')
}

function statusOfRunning(
  job: OpenClawJob,
  runningAtMs: number,
  {limits, now}: {readonly limits: OpenClawLimits; readonly now: number},
): OpenClawJobStatus {
  const runningMs = now - runningAtMs
  const limitMs = maxRunningMs(job, limits)
  if (runningMs <= limitMs) {
    return {
      ...status('healthy', 'none', `running for ${seconds(runningMs)} of at most ${seconds(limitMs)}`),
      runningAtMs,
    }
  }
  const reason = `marked as running for ${seconds(runningMs)}, at most ${seconds(limitMs)} is normal`
  if (repeats(job)) return {...status('hung', 'reset', reason), runningAtMs}
  // Enabling a one-shot job may make it run a second time.
  return {...status('hung', 'person', `${reason}; a job of schedule ${job.schedule} is never reset`), runningAtMs}
}

/**
 * Longest normal run in milliseconds, with the grace. Where the job has no limit, OpenClaw's own defaults count: 60 minutes
 * for an agent's turn, 10 for anything else.
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
export function resetWish(status: OpenClawJobStatus, proofOfLife: string | undefined): ResetWish {
  if (status.remedy !== 'reset') return {wanted: false, reason: status.reason}
  if (proofOfLife !== undefined) return {wanted: false, reason: `no reset, for ${proofOfLife}; ${status.reason}`}
  return {wanted: true, reason: status.reason, runningAtMs: status.runningAtMs}
}

type ResetWish =
  | {readonly wanted: true; readonly reason: string; readonly runningAtMs: number | undefined}
  | {readonly wanted: false; readonly reason: string}

function status(state: OpenClawState, remedy: OpenClawRemedy, reason: string): OpenClawJobStatus {
  return {state, remedy, reason, runningAtMs: undefined}
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

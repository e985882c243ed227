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
  /**
   * When the last run that has ended began. A reset is proven when this is later than the reset: an enabled job with a next
   * slot may still never run. Absent if the job never ran or could not be read.
   */
  readonly lastRunAtMs?: number
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
  const {lastRunAtMs} = job
  return {...statusOfEnabled(job, limits, now), ...(lastRunAtMs !== undefined && {lastRunAtMs})}
}

function statusOfEnabled(job: OpenClawJob, limits: OpenClawLimits, now: number): OpenClawJobStatus {
  const found = overdueRun(job, limits, now) ?? failing(job, limits)
  if (found) return found
  if (job.runningAtMs !== undefined) {
    const limitMs = maxRunningMs(job, limits)
    const reason = `running for ${seconds(now - job.runningAtMs)} of at most ${seconds(limitMs)}`
    return {...status('healthy', 'none', reason), runningAtMs: job.runningAtMs}
  }
  return missed(job, limits, now) ?? status('healthy', 'none', 'enabled, no run beyond its limit, next slot not late')
}

/** Hung or wedged. These come first, because a reset or a restart also ends the errors that they cause. */
function overdueRun(job: OpenClawJob, limits: OpenClawLimits, now: number): OpenClawJobStatus | undefined {
  if (job.runningAtMs !== undefined) return hung(job, job.runningAtMs, {limits, now})
  const lateMs = job.nextRunAtMs === undefined ? 0 : now - job.nextRunAtMs
  if (lateMs <= limits.wedgedAfterMs) return undefined
  const reason = `its slot passed ${seconds(lateMs)} ago and the scheduler did not start it`
  return status('wedged', 'restart-gateway', reason)
}

function hung(
  job: OpenClawJob,
  runningAtMs: number,
  {limits, now}: {readonly limits: OpenClawLimits; readonly now: number},
): OpenClawJobStatus | undefined {
  const runningMs = now - runningAtMs
  const limitMs = maxRunningMs(job, limits)
  if (runningMs <= limitMs) return undefined
  const reason = `marked as running for ${seconds(runningMs)}, at most ${seconds(limitMs)} is normal`
  if (repeats(job)) return {...status('hung', 'reset', reason), runningAtMs}
  // Enabling a one-shot job may make it run a second time.
  return {...status('hung', 'person', `${reason}; a job of schedule ${job.schedule} is never reset`), runningAtMs}
}

/** A run that goes on does not end a series of errors, only one that ends well does. */
function failing(job: OpenClawJob, limits: OpenClawLimits): OpenClawJobStatus | undefined {
  if (job.consecutiveErrors < limits.failingAfter) return undefined
  const reason = `${job.consecutiveErrors} errors in a row; the last: ${job.lastError ?? 'no text'}`
  return {...status('failing', 'person', reason), runningAtMs: job.runningAtMs}
}

function missed(job: OpenClawJob, limits: OpenClawLimits, now: number): OpenClawJobStatus | undefined {
  const ageMs = job.lastRunAtMs === undefined ? 0 : now - job.lastRunAtMs
  if (limits.maxAgeMs !== undefined && ageMs > limits.maxAgeMs) {
    return status(
      'missed',
      'person',
      `its last run was ${seconds(ageMs)} ago, at most ${seconds(limits.maxAgeMs)} is allowed`,
    )
  }
  return missedInterval(job, limits, now)
}

/** After errors OpenClaw waits up to an hour until the next run, whatever the interval. */
const longestBackoffMs = 3_600_000

/**
 * The interval of an `every` job is enough to see that it does not run, even if its next slot is always in the future. The
 * time counts from its last run or change: enabling it gives it a new slot.
 */
function missedInterval(job: OpenClawJob, limits: OpenClawLimits, now: number): OpenClawJobStatus | undefined {
  const {everyMs, anchorMs, lastRunAtMs, updatedAtMs} = job
  const lastSeenMs = Math.max(updatedAtMs ?? 0, lastRunAtMs ?? 0)
  if (everyMs === undefined || lastSeenMs === 0) return undefined
  const idleMs = now - Math.max(lastSeenMs, anchorMs ?? 0)
  const backoffMs = job.consecutiveErrors > 0 ? longestBackoffMs : 0
  if (idleMs <= Math.max(everyMs, backoffMs) + limits.wedgedAfterMs) return undefined
  return status('missed', 'person', `it did not run for ${seconds(idleMs)}, though it runs every ${seconds(everyMs)}`)
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

function status(state: OpenClawState, remedy: OpenClawRemedy, reason: string): OpenClawJobStatus {
  return {state, remedy, reason, runningAtMs: undefined}
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}

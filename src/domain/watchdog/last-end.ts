import {eventTime} from '../clock/event-time.js'
import {type Clocks, uptimeAt} from '../clock/uptime.js'
import type {FormerEnd, Lease} from '../lease/lease.js'
import type {JobRuns} from '../run/job-runs.js'
import {cancelText, isCutShort} from '../run/outcome.js'
import {hasTakenPlace} from '../run/run.js'
import type {JobFacts, LastEnd} from './job-facts.js'
import {type JobRecords, sameRunMs} from './liveness.js'

/**
 * How the job's last run ended: by its record, else by the release of a lease under which no run is on record.
 *
 * @returns undefined if no end is known
 */
export function lastEndOf(records: JobRecords, clocks: Clocks): LastEnd | undefined {
  const [run, lease] = [endOfRun(records, clocks), endOfLease(records, clocks)]
  return run && lease && lease.uptimeMs > run.uptimeMs ? lease : (run ?? lease)
}

/**
 * The last run, if it has ended without a word for or against the job.
 *
 * @returns undefined if the last end is one that counts, or none is known
 */
export function uncountedEndOf(
  {jobRuns}: JobRecords,
  lastEnd: LastEnd | undefined,
  clocks: Clocks,
): JobFacts['uncounted'] {
  const last = jobRuns?.runs.findLast((run) => run.outcome !== undefined && hasTakenPlace(run))
  if (last?.endedAt === undefined || last.id === lastEnd?.runId) return undefined
  const is = isCutShort(last) ? 'cut-short' : last.outcome === 'skipped' ? 'skipped' : undefined
  const uptimeMs = uptimeAt(clocks.uptime, {at: last.endedAt}, clocks.nowUptimeMs)
  if (is === undefined || (lastEnd && lastEnd.uptimeMs > uptimeMs)) return undefined
  const detail = last.cancelledBy === undefined ? last.detail : cancelText(last.cancelledBy)
  return {is, detail, durationMs: last.durationMs, uptimeMs, endedAt: eventTime({at: last.endedAt}, clocks)}
}

function endOfRun({jobRuns}: JobRecords, clocks: Clocks): LastEnd | undefined {
  const end = jobRuns?.lastEnd
  if (!end) return undefined
  const {runId, outcome, at, mono, boot, byReboot, refused} = end
  const timestamp = mono === undefined || boot === undefined ? {at} : {at, mono, boot}
  const cause = end.class === 'unknown' ? undefined : end.class
  const exit = end.exitCode === undefined || end.exitCode === 0 ? '' : `exit ${end.exitCode}`
  // Where nothing else says why, the exit code does.
  const detail = [cause, end.detail].filter(Boolean).join(', ') || exit
  return {
    runId,
    outcome,
    detail: detail === '' ? undefined : detail,
    failureClass: end.class,
    errorLine: end.detail,
    durationMs: end.durationMs,
    uptimeMs: uptimeAt(clocks.uptime, timestamp, clocks.nowUptimeMs),
    endedAt: eventTime(timestamp, clocks),
    byReboot,
    refused,
  }
}

function endOfLease({lease, jobRuns}: JobRecords, clocks: Clocks): LastEnd | undefined {
  const end = lease && releaseOf(lease, jobRuns)
  if (!lease || !end) return undefined
  const {at, mono, status, detail} = end
  const boot = 'boot' in end ? end.boot : lease.boot
  const timestamp = mono === undefined ? {at} : {at, mono, boot}
  const uptimeMs = uptimeAt(clocks.uptime, timestamp, clocks.nowUptimeMs)
  const endedAt = eventTime(timestamp, clocks)
  const outcome = status === 'ok' ? 'healthy' : 'error'
  return {runId: undefined, outcome, detail, uptimeMs, endedAt, byReboot: false, refused: undefined}
}

/** The release of the lease or, while it is held or was cut off, that of the one before it. */
function releaseOf(lease: Lease, jobRuns: JobRuns | undefined): Lease['released'] | FormerEnd {
  if (lease.released) return isLeaseOfRun(lease, jobRuns) ? undefined : lease.released
  return jobRuns ? undefined : lease.formerEnd
}

function isLeaseOfRun({holder, claimedAt}: Lease, jobRuns: JobRuns | undefined): boolean {
  const isOne = ({id, startedAt}: {readonly id: string; readonly startedAt: number}) =>
    id === holder || Math.abs(startedAt - claimedAt) <= sameRunMs
  return jobRuns?.lastEnd?.runId === holder || (jobRuns?.runs ?? []).some(isOne)
}

/** The last ended runs that all ended well, or all did not. */
export function streakOf({jobRuns}: JobRecords, clocks: Clocks): JobFacts['streak'] {
  const {streak} = jobRuns ?? {}
  if (!streak) return undefined
  const {isWell, count, firstEndedAt: at, firstRunId} = streak
  const firstEndUptimeMs = uptimeAt(clocks.uptime, {at}, clocks.nowUptimeMs)
  return {isWell, count, firstRunId, firstEndUptimeMs, firstEndedAt: eventTime({at}, clocks)}
}

/** Whether an end is one that proves success. */
export function isWell({outcome}: LastEnd): boolean {
  return outcome === 'healthy'
}

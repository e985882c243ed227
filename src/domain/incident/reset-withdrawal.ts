import {type Clocks, uptimeAt} from '../clock/uptime.js'
import type {OpenClawJob} from '../openclaw/job.js'
import type {ResetRequest} from '../openclaw/reset-request.js'
import type {ObservedOutput} from '../watchdog/build-job-facts.js'
import {type JobRecords, livenessOf} from '../watchdog/liveness.js'
import type {Incident} from './incident.js'

/** What is known of a job when a request to reset it is about to be carried out. */
export interface WithdrawalFacts {
  readonly request: ResetRequest
  /** The job as OpenClaw has it now. */
  readonly found: OpenClawJob
  /** The open incident of the request's job. */
  readonly incident: Incident | undefined
  readonly records: JobRecords
  readonly outputs: readonly ObservedOutput[]
  readonly clocks: Clocks
}

/**
 * Why a request is withdrawn: its incident is over, or the job has been active since the request. A reset would then abort
 * a live run (OpenClaw does so since 2026.8) or repair nothing.
 *
 * @returns undefined if the reset is still needed
 */
export function whyWithdrawn(facts: WithdrawalFacts): string | undefined {
  return incidentOver(facts) ?? activeRun(facts) ?? freshOutput(facts) ?? openClawActivity(facts)
}

function incidentOver({request, incident}: WithdrawalFacts): string | undefined {
  if (request.incident === undefined || request.incident === incident?.id) return undefined
  return 'the incident of the request is over'
}

function activeRun(facts: WithdrawalFacts): string | undefined {
  const liveness = livenessOf(facts.records, facts.clocks)
  switch (liveness.is) {
    case 'running':
      return 'the lease of the job is held'
    case 'running-unleased':
      return 'a run of the job goes on'
    case 'ended':
      return isAfterRequest(facts, liveness.seenUptimeMs) ? 'a run of the job has ended since the request' : undefined
    case 'expired':
    case 'never-seen':
      return undefined
  }
}

/** An output with a problem proves nothing. */
function freshOutput(facts: WithdrawalFacts): string | undefined {
  const fresh = facts.outputs.find(({newest}) => {
    return newest && newest.problem === undefined && hasHappenedSince(facts, newest.modifiedAt)
  })
  return fresh?.newest && `${fresh.newest.path} was written after the request`
}

function openClawActivity(facts: WithdrawalFacts): string | undefined {
  const {runningAtMs, lastRunAtMs} = facts.found
  const marker = facts.request.runningAtMs
  if (runningAtMs !== undefined) {
    const isNewRun = marker === undefined ? hasHappenedSince(facts, runningAtMs) : runningAtMs > marker
    if (isNewRun) return `OpenClaw began another run at ${iso(runningAtMs)}`
  }
  if (lastRunAtMs === undefined || !hasHappenedSince(facts, lastRunAtMs)) return undefined
  return `OpenClaw ran the job at ${iso(lastRunAtMs)}, after the request`
}

/** Files and OpenClaw may be a little ahead of the clock that was read; a time further ahead proves nothing. */
const aheadMs = 60_000

function hasHappenedSince(facts: WithdrawalFacts, at: number): boolean {
  const {now, uptime, nowUptimeMs} = facts.clocks
  if (at > now.at + aheadMs) return false
  return isAfterRequest(facts, at >= now.at ? nowUptimeMs : uptimeAt(uptime, {at}, nowUptimeMs))
}

/** A request without a time is not older than anything. */
function isAfterRequest({request, clocks}: WithdrawalFacts, uptimeMs: number): boolean {
  const since = requestUptimeMs(request, clocks)
  return since !== undefined && uptimeMs > since
}

/** The watchdog looks at the job at `requested_at`, and writes the request a little later. */
function requestUptimeMs({written, requestedAtMs}: ResetRequest, clocks: Clocks): number | undefined {
  const {now, uptime, nowUptimeMs} = clocks
  if (written) {
    const delayMs = written.at - (requestedAtMs ?? written.at)
    return uptimeAt(uptime, written, nowUptimeMs) - Math.min(Math.max(0, delayMs), aheadMs)
  }
  if (requestedAtMs === undefined) return undefined
  return requestedAtMs >= now.at ? nowUptimeMs : uptimeAt(uptime, {at: requestedAtMs}, nowUptimeMs)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

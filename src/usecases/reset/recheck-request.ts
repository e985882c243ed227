import {isInFuture, nowUptimeMs, upTo} from '../../domain/clock/uptime.js'
import {uptimeOfHost} from '../../domain/incident/incident.js'
import {whyWithdrawn} from '../../domain/incident/reset-withdrawal.js'
import {leaseState} from '../../domain/lease/lease.js'
import type {OpenClawJob} from '../../domain/openclaw/job.js'
import type {ResetAttempt} from './reset-attempt.js'
import {readClocks} from './reset-deps.js'

/**
 * Looks at the job again, immediately before it is reset: minutes may lie between the request and now.
 *
 * @returns why the request is withdrawn; undefined if the reset is still needed
 */
export async function recheckRequest(
  {deps, request}: Pick<ResetAttempt, 'deps' | 'request'>,
  found: OpenClawJob,
): Promise<string | undefined> {
  const job = deps.jobOf(request.jobId)
  const name = job?.name ?? request.job ?? ''
  const incidents = deps.incidents.read()
  const now = readClocks(deps)
  const uptime = upTo(uptimeOfHost(incidents, now.host), now)
  const isFuture = (at: number) => isInFuture(uptime, at, now)
  const outputs = job && job.outputs.length > 0 ? await deps.readOutputs(job.outputs, job.dir ?? '.', isFuture) : []
  const lease = deps.leases.read().byJob.get(name)
  const isLeaseDead = lease && leaseState(lease, now) === 'held' && (await deps.isLeaseDead(lease))
  const records = {lease, jobRuns: deps.runs.read().get(name), deadLease: isLeaseDead ? lease : undefined}
  const incident = incidents.jobs.get(request.job ?? name)?.incident
  return whyWithdrawn({
    request,
    found,
    incident,
    records,
    outputs,
    clocks: {now, uptime, nowUptimeMs: nowUptimeMs(uptime, now)},
  })
}

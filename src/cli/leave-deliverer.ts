import {mayTell} from '../domain/alert/may-tell.js'
import {channelsFor} from '../domain/delivery/route.js'
import type {Lease} from '../domain/lease/lease.js'
import {isCutShort} from '../domain/run/outcome.js'
import type {RunReport} from '../domain/run/report.js'
import {wrongWatchedJobs} from '../domain/settings/wrong.js'
import {heartbeatState, watchdogLease} from '../domain/watchdog/daemon-heartbeat.js'
import {alertStream, deliveryStream, incidentStream} from '../journal/failure-streams.js'
import {readBootRef} from '../system/host/host.js'
import {endsWithThisProcess, startGuardDetached} from '../system/process/detach.js'
import {hasNewAlerts} from '../usecases/alert/new-alerts.js'
import type {Guard} from './guard.js'
import {delivererArgs} from './place-args.js'
import {isTerminal} from './terminal.js'
import {statOfJournal} from './wire/lease.js'

/** What the leases showed before the run took its own. */
export interface LeasesBefore {
  readonly own: Lease | undefined
  readonly watchdog: Lease | undefined
}

/** Beside the end of a run. */
export interface RunNews extends LeasesBefore {
  /** Whether the run has raised an alert, however it ended. */
  readonly hasNews: boolean
}

/**
 * After a bad end, or a good one after a bad one, decides and sends what is worth telling: in a process of its own, so that
 * the run does not wait for a network; within this one where that one would be ended with it. A watchdog that makes its
 * rounds does all that itself.
 */
export async function leaveDeliverer(guard: Guard, report: RunReport, before: RunNews): Promise<void> {
  if (hasWatchdog(guard, before.watchdog)) return
  const {job} = report
  const isOwnNews = isNews(guard, report, before.own) && mayTell(knowledge(guard, job, before))
  // No channel would be told of the job, whatever it is.
  const isTold =
    isOwnNews && channelsFor(guard.settings.alerting.routes, {subject: job, level: 'CRITICAL'}) !== undefined
  const [wrongJob] = wrongWatchedJobs(guard.settings.wrong)
  if (isTold || before.hasNews || hasAlertOfSettings(guard)) await leave(guard, isTold ? job : wrongJob)
}

/**
 * After a run that was refused for its settings. They were told as wrong by then, perhaps by a command that leaves no
 * deliverer.
 */
export async function leaveDelivererOfRefused(guard: Guard, job: string): Promise<void> {
  const {alerting} = guard.settings
  if (alerting.routes.length === 0) return
  if (!hasWatchdog(guard, guard.leases().read().byJob.get(watchdogLease))) await leave(guard, job)
}

/** Whether a watchdog makes its rounds. */
function hasWatchdog({settings, clock}: Guard, lease: Lease | undefined): boolean {
  const now = {at: clock.now(), mono: clock.mono(), ...readBootRef()}
  return heartbeatState(lease, now, settings.watchdog.lateAfterMs).is === 'on-time'
}

function hasAlertOfSettings({settings, journal}: Guard): boolean {
  return settings.wrong !== undefined && hasNewAlerts(journal(alertStream).read(), journal(deliveryStream).read())
}

/** @param job what is decided first of this job; undefined if nothing is */
async function leave(guard: Guard, job: string | undefined): Promise<void> {
  if (endsWithThisProcess()) {
    const {judgeOwnJob} = await import('./wire/own-round.js')
    const {deliverOnce} = await import('./wire/deliver.js')
    if (job !== undefined) await judgeOwnJob(guard, job)
    await deliverOnce(guard)
    return
  }
  startGuardDetached([...delivererArgs(guard), ...(job === undefined ? [] : ['--job', job])])
}

function isNews(guard: Guard, report: RunReport, own: Lease | undefined): boolean {
  const {job, outcome} = report
  if (outcome === 'skipped' || isCutShort(report)) return false
  const wasBad = own !== undefined && own.released?.status !== 'ok'
  return outcome !== 'healthy' || wasBad || isInTrouble(guard, job, own)
}

/** A run that was refused for its settings has left no lease. Incidents older than the last lease were seen by its run. */
function isInTrouble(guard: Guard, job: string, own: Lease | undefined): boolean {
  const incidents = statOfJournal(guard, incidentStream.name)
  if (!incidents || Math.ceil(incidents.mtimeMs) < (own?.seenAt ?? 0)) return false
  return guard.journal(incidentStream).read().open.has(job)
}

function knowledge({settings}: Guard, job: string, {own}: LeasesBefore): Parameters<typeof mayTell>[0] {
  return {
    isConfigured: Object.hasOwn(settings.jobs, job),
    hasEarlierRun: own !== undefined,
    isOnTerminal: isTerminal('stderr'),
    isCi: (process.env['CI'] ?? '') !== '',
  }
}

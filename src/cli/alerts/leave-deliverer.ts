import {mayTell} from '../../domain/alert/may-tell.js'
import {channelsFor} from '../../domain/delivery/route.js'
import type {Lease} from '../../domain/lease/lease.js'
import {goodElsewhereSince} from '../../domain/run/job-runs.js'
import {isCutShort} from '../../domain/run/outcome.js'
import type {RunReport} from '../../domain/run/report.js'
import {wrongWatchedJobs} from '../../domain/settings/wrong.js'
import {isOnTime} from '../../domain/watchdog/who-judges.js'
import {alertStream, deliveryStream, incidentStream} from '../../journal/failure-streams.js'
import {endsWithThisProcess, startGuardDetached} from '../../system/process/detach.js'
import {hasNewAlerts} from '../../usecases/alert/new-alerts.js'
import type {Guard} from '../guard.js'
import {isTerminal} from '../output/terminal.js'
import {delivererArgs} from '../settings/place-args.js'
import {isLeft, watchdogsNow} from '../watchdog/watching.js'
import {statOfJournal} from '../wire/lease.js'

/** Beside the end of a run. */
export interface RunNews {
  /** The lease of its job before the run took it. */
  readonly own: Lease | undefined
  /** Whether the run has raised an alert, however it ended. */
  readonly hasNews: boolean
}

/**
 * After a bad end, or a good one after a bad one here or on another host, decides and sends what is worth telling: in a
 * process of its own, so that the run does not wait for a network; within this one where that one would be ended with it. A
 * watchdog that makes its rounds does all that itself, for the jobs that it watches.
 */
export async function leaveDeliverer(guard: Guard, report: RunReport, before: RunNews): Promise<void> {
  const {job} = report
  const isOwnNews = isNews(guard, report, before.own) && mayTell(knowledge(guard, job, before.own))
  // No channel would be told of the job, whatever it is.
  const isTold =
    isOwnNews && channelsFor(guard.settings.alerting.routes, {subject: job, level: 'CRITICAL'}) !== undefined
  const [wrongJob] = wrongWatchedJobs(guard.settings.wrong)
  const hasNews = before.hasNews || hasAlertOfSettings(guard)
  if (isTold || hasNews) await leave(guard, isTold ? job : wrongJob, hasNews)
}

/**
 * After a run that was refused for its settings. They were told as wrong by then, perhaps by a command that leaves no
 * deliverer.
 */
export async function leaveDelivererOfRefused(guard: Guard, job: string): Promise<void> {
  const {alerting} = guard.settings
  if (alerting.routes.length === 0) return
  await leave(guard, job, hasAlertOfSettings(guard))
}

/** After a command of a person that has raised an alert. */
export function leaveDelivererOfNews(guard: Guard): void {
  if (guard.settings.alerting.routes.length > 0) startGuardDetached(delivererArgs(guard))
}

function hasAlertOfSettings({settings, journal}: Guard): boolean {
  return settings.wrong !== undefined && hasNewAlerts(journal(alertStream).read(), journal(deliveryStream).read())
}

/**
 * @param ended what is decided first of this job; undefined if nothing is
 * @param hasNews whether there is something to send in any case
 */
async function leave(guard: Guard, ended: string | undefined, hasNews: boolean): Promise<void> {
  const watchdogs = watchdogsNow(guard)
  const job = ended === undefined || isLeft(guard, ended, watchdogs) ? undefined : ended
  if (job === undefined && (!hasNews || isOnTime(watchdogs, guard.settings.file ?? ''))) return
  if (endsWithThisProcess()) {
    const {judgeOwnJob} = await import('../wire/alerts/own-round.js')
    const {deliverOnce} = await import('../wire/alerts/deliver.js')
    if (job !== undefined) await judgeOwnJob(guard, job)
    await deliverOnce(guard)
    return
  }
  startGuardDetached([...delivererArgs(guard), ...(job === undefined ? [] : ['--job', job])])
}

function isNews(guard: Guard, report: RunReport, own: Lease | undefined): boolean {
  const {job, outcome} = report
  if (outcome === 'skipped') return isWellElsewhere(guard, job)
  if (isCutShort(report)) return false
  const wasBad = own !== undefined && own.released?.status !== 'ok'
  return outcome !== 'healthy' || wasBad || isInTrouble(guard, job, own)
}

/** Whether a run that did not take place may end an incident: by a good run of another host, of which it was told. */
function isWellElsewhere(guard: Guard, job: string): boolean {
  return goodElsewhereSince(guard.runs().read().get(job)) !== undefined && isInTrouble(guard, job, undefined)
}

/** A run that was refused for its settings has left no lease. Incidents older than the last lease were seen by its run. */
function isInTrouble(guard: Guard, job: string, own: Lease | undefined): boolean {
  const incidents = statOfJournal(guard, incidentStream.name)
  if (!incidents || Math.ceil(incidents.mtimeMs) < (own?.seenAt ?? 0)) return false
  return guard.journal(incidentStream).read().open.has(job)
}

function knowledge({settings}: Guard, job: string, own: Lease | undefined): Parameters<typeof mayTell>[0] {
  return {
    isConfigured: Object.hasOwn(settings.jobs, job),
    hasEarlierRun: own !== undefined,
    isOnTerminal: isTerminal('stderr'),
    isCi: (process.env['CI'] ?? '') !== '',
  }
}

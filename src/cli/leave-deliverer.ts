import {mayTell} from '../domain/alert/may-tell.js'
import {channelsFor} from '../domain/delivery/route.js'
import type {Lease} from '../domain/lease/lease.js'
import {isCutShort} from '../domain/run/outcome.js'
import type {RunReport} from '../domain/run/report.js'
import {heartbeatState} from '../domain/watchdog/daemon-heartbeat.js'
import {readBootRef} from '../system/host/host.js'
import {endsWithThisProcess, startGuardDetached} from '../system/process/detach.js'
import type {Guard} from './guard.js'
import {delivererArgs} from './place-args.js'
import {isTerminal} from './terminal.js'

/** What the leases showed before the run took its own. */
export interface LeasesBefore {
  readonly own: Lease | undefined
  readonly watchdog: Lease | undefined
}

interface Before extends LeasesBefore {
  /** Whether the run has raised an alert, however it ended. */
  readonly hasNews: boolean | undefined
}

/**
 * After a bad end, or a good one after a bad one, decides and sends what is worth telling: in a process of its own, so that
 * the run does not wait for a network; within this one where that one would be ended with it. A watchdog that makes its
 * rounds does all that itself.
 */
export async function leaveDeliverer(guard: Guard, report: RunReport, before: Before): Promise<void> {
  const {settings, clock} = guard
  const {job} = report
  if ((!isNews(report, before.own) && before.hasNews !== true) || !mayTell(knowledge(guard, job, before))) return
  // No channel would be told, whatever it is.
  if (!channelsFor(settings.alerting.routes, {subject: job, level: 'CRITICAL'})) return
  const now = {at: clock.now(), mono: clock.mono(), ...readBootRef()}
  if (heartbeatState(before.watchdog, now, settings.watchdog.lateAfterMs).is === 'on-time') return
  if (endsWithThisProcess()) {
    const {judgeOwnJob} = await import('./wire/own-round.js')
    const {deliverOnce} = await import('./wire/deliver.js')
    await judgeOwnJob(guard, job)
    await deliverOnce(guard)
    return
  }
  startGuardDetached([...delivererArgs(guard), '--job', job])
}

function isNews(report: RunReport, own: Lease | undefined): boolean {
  const {outcome} = report
  if (outcome === 'skipped' || isCutShort(report)) return false
  const wasBad = own !== undefined && own.released?.status !== 'ok'
  return outcome !== 'healthy' || wasBad
}

function knowledge({settings}: Guard, job: string, {own}: LeasesBefore): Parameters<typeof mayTell>[0] {
  return {
    isConfigured: Object.hasOwn(settings.jobs, job),
    hasEarlierRun: own !== undefined,
    isOnTerminal: isTerminal('stderr'),
    isCi: (process.env['CI'] ?? '') !== '',
  }
}

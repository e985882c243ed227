import {isJobName} from '../../../domain/job/job-name.js'
import {showControls} from '../../../domain/log/show-controls.js'
import {jobNames} from '../../../domain/settings/settings.js'
import {GuardError} from '../../../errors.js'
import type {Api} from '../../../http/api.js'
import {incidentStream} from '../../../journal/failure-streams.js'
import {activeSilences} from '../../../usecases/alert/manage-silences.js'
import {readAlerts} from '../../../usecases/alert/read-alerts.js'
import {checkHealth} from '../../../usecases/diagnose/check-health.js'
import {explainJob} from '../../../usecases/diagnose/explain-job.js'
import {jobPage} from '../../../usecases/diagnose/job-page.js'
import {jobStatuses} from '../../../usecases/diagnose/job-statuses.js'
import {readInferredHistory} from '../../../usecases/history/read-history.js'
import {lastWithLog, logOfRun} from '../../../usecases/history/read-log.js'
import {listLeases} from '../../../usecases/lease/acquire-lease.js'
import {comingSlots} from '../../../usecases/schedule/coming-slots.js'
import type {Guard} from '../../guard.js'
import {alertToJson, countByLevel} from '../../render/alert.js'
import {breakerToJson} from '../../render/breaker.js'
import {healthToJson} from '../../render/health.js'
import {incidentToJson} from '../../render/incident.js'
import {historyToJson} from '../../render/run.js'
import {silenceToJson} from '../../render/silence.js'
import {storyToJson} from '../../render/why.js'
import {jobListJson, jobPageJson, statusWith} from '../../show-status.js'
import {holderSettings} from '../../watchdog/watching.js'
import {wireAlerts, wireSilences} from '../alerts/alerts.js'
import {readBreakers} from '../breaker.js'
import {wireHealth} from '../diagnose/health.js'
import {redactedEnd} from '../diagnose/log-end.js'
import {logDeps, logSecrets} from '../diagnose/logs.js'
import {wireJobPage, wireStatus} from '../diagnose/status.js'
import {wireWhy} from '../diagnose/why.js'
import {wireLease, wireReconcile} from '../lease.js'
import {namedJob} from '../named-job.js'
import {wireComingSlots} from '../scheduler/coming-slots.js'
import {schedulerFacts} from '../scheduler/scheduler-facts.js'
import {roundPlan} from '../watchdog.js'
import {wireChanges} from './api-changes.js'
import {wireMetrics} from './api-metrics.js'

/** Wires what the HTTP API answers; each question sees the settings of its time. */
export function wireApi(guardNow: () => Promise<Guard>): Api {
  return {
    jobs: async () => jobs(await guardNow()),
    job: async (name) => {
      const guard = await guardNow()
      const job = askedJob(guard, name)
      return jobPageJson(guard, await jobPage(wireJobPage(guard, job, redactedEnd), roundPlan(guard), job))
    },
    why: async (name) => {
      const guard = await guardNow()
      const job = askedJob(guard, name)
      return storyToJson(await explainJob(wireWhy(guard), roundPlan(guard), {job, runId: undefined}))
    },
    runs: async (name, limit) => runs(await guardNow(), name, limit),
    output: async (name, lines) => output(await guardNow(), name, lines),
    health: async () => health(await guardNow()),
    incidents: async () => incidents(await guardNow()),
    upcoming: async (withinMs) => upcoming(await guardNow(), withinMs),
    alerts: async (limit) => alerts(await guardNow(), limit),
    silences: async () => ({silences: activeSilences(wireSilences(await guardNow())).map(silenceToJson)}),
    leases: async () => ({leases: await listLeases(wireLease(await guardNow()))}),
    breakers: async () => breakersOf(await guardNow()),
    scheduler: async () => (await import('../../scheduler/show-scheduler.js')).schedulerJson(await guardNow()),
    ...wireMetrics(guardNow),
    ...wireChanges(guardNow),
  }
}

/**
 * Throws GuardError `usage` for a name that no job has, or could have. A job of the settings whose name is wrong is asked for
 * by that name: it is listed, and its page says what is wrong.
 */
function askedJob(guard: Guard, name: string): string {
  if (!isJobName(name) && !jobNames(guard.settings).includes(name))
    throw new GuardError('usage', `no job ${JSON.stringify(name)} is known`)
  return namedJob(guard, name)
}

async function jobs(guard: Guard): Promise<object> {
  const {at, jobs, overall} = await jobStatuses(wireStatus(guard), roundPlan(guard), () => true)
  const {is: scheduler} = await schedulerFacts(guard)
  return jobListJson(guard, {at, jobs, is: statusWith(guard, overall), scheduler})
}

async function runs(guard: Guard, name: string, limit: number): Promise<object> {
  const job = askedJob(guard, name)
  const deps = {...wireReconcile(guard), runs: guard.runs()}
  const last = await readInferredHistory(deps, job, limit)
  return historyToJson(job, last, deps.runs.read().get(job)?.streak)
}

/** Longer lines leave less room for others. */
const mostOutputBytes = 512 * 1024

function output(guard: Guard, name: string, most: number): object {
  const job = askedJob(guard, name)
  const deps = logDeps(guard)
  const run = lastWithLog(deps, job)
  const last = run && logOfRun(deps, job, run).stretches.at(-1)
  if (!last) return {job, lines: []}
  const lines = redactedEnd(last, mostOutputBytes, logSecrets(guard, job)).split('\n')
  if (lines.at(-1) === '') lines.pop()
  return {job, runId: run.id, lines: lines.slice(-most).map(showControls)}
}

async function health(guard: Guard): Promise<object> {
  const limits = {watchdog: holderSettings(guard), resetDaemonLateAfterMs: guard.settings.resetDaemon.lateAfterMs}
  return healthToJson(await checkHealth(wireHealth(guard), limits))
}

function incidents(guard: Guard): object {
  const open = [...guard.journal(incidentStream).read().open.values()]
  return {incidents: open.sort((one, other) => one.openedAt - other.openedAt).map(incidentToJson)}
}

/** A job that is due each second says no more by more slots. */
const mostSlotsOfJob = 400

function upcoming(guard: Guard, withinMs: number): object {
  const nowMs = guard.clock.now()
  const coming = comingSlots(wireComingSlots(guard), {
    nowMs,
    job: undefined,
    perJob: mostSlotsOfJob,
    untilMs: nowMs + withinMs,
  })
  const iso = (at: number) => new Date(at).toISOString()
  return {at: iso(nowMs), upcoming: coming.map(({job, dueMs}) => ({job, at: iso(dueMs)}))}
}

function alerts(guard: Guard, limit: number): object {
  const last = readAlerts(wireAlerts(guard), {}, limit)
  return {counts: countByLevel(last), alerts: last.map(alertToJson)}
}

function breakersOf(guard: Guard): object {
  const {breakers, now} = readBreakers(guard)
  return {breakers: breakers.map((breaker) => breakerToJson(breaker, now))}
}

import {statSync} from 'node:fs'
import {join} from 'node:path'
import type {Alert} from '../../domain/alert/alert.js'
import type {IncidentPolicy} from '../../domain/incident/decide.js'
import {pendingResets} from '../../domain/openclaw/reset-decision.js'
import {resetDaemonLease, watchdogLease, watchedDaemon} from '../../domain/watchdog/daemon-heartbeat.js'
import {watchedJobs} from '../../domain/watchdog/watch-list.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import {alertStream, incidentStream, resetRequestStream, resetResultStream} from '../../journal/failure-streams.js'
import {escalationFile} from '../../system/host/escalation-file.js'
import {readBootRef} from '../../system/host/host.js'
import {noAnswerFrom} from '../../system/host/served-mount.js'
import {createSlots} from '../../system/host/slots.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess} from '../../system/process/identity.js'
import {raiseAlert} from '../../usecases/alert/raise-alert.js'
import type {LeaseDeps, LeaseRequest} from '../../usecases/lease/lease.js'
import type {OpenClawAnswer} from '../../usecases/watchdog/check-openclaw.js'
import type {RoundPlan} from '../../usecases/watchdog/evaluate-jobs.js'
import type {WatchdogRoundDeps} from '../../usecases/watchdog/watchdog-round.js'
import type {Guard} from '../guard.js'
import {holderSettings} from '../watchdog/watching.js'
import {lostToken, wireLease} from './lease.js'
import {settingsMask} from './settings-mask.js'

/** Wires a round of the watchdog. */
export function wireWatchdog(guard: Guard): WatchdogRoundDeps {
  const {clock, settings, stateDir} = guard
  const place = readBootRef()
  const alerts = guard.journal(alertStream)
  return {
    readClock: () => ({at: clock.now(), mono: Math.floor(clock.mono()), ...place}),
    leases: guard.leases(),
    runs: guard.runs(),
    incidents: guard.journal(incidentStream),
    resetRequests: guard.journal(resetRequestStream),
    resets: guard.journal(resetResultStream),
    livingProcessOf: (holder) => livingProcessOf(holder, place),
    slots: createSlots(),
    // A file behind a server that gives no answer may be there.
    isGone: async (file) => (await noAnswerFrom(file)) === undefined && isMissing(file),
    // Most jobs have no outputs, and loading takes most of the time of a round.
    readOutputs: async (...asked) => (await import('../../system/host/output-files.js')).readOutputs(...asked),
    checkOpenClaw: async (maxAgeMs) => {
      const {openclaw} = settings
      if (!openclaw || Object.keys(openclaw.jobs).length === 0) return undefined
      const {openClawCli} = await import('../../system/openclaw/cli.js')
      const {runCommand} = await import('../../system/process/run-command.js')
      const {checkOpenClaw} = await import('../../usecases/watchdog/check-openclaw.js')
      const cli = openClawCli({run: runCommand, settings: openclaw})
      return maskedAnswer(await checkOpenClaw({openclaw: cli, now: clock.now, maxAgeMs}, openclaw), settingsMask(guard))
    },
    raiseAlert: (alert: Alert) => {
      raiseAlert({alerts, clock}, alert)
    },
    log: guard.log,
    writeEscalationFile: escalationFile(join(stateDir, 'openclaw_escalation.json')),
  }
}

/** One that this user cannot look at may be there. */
function isMissing(file: string): boolean {
  try {
    return statSync(file, {throwIfNoEntry: false}) === undefined
  } catch {
    return false
  }
}

/** OpenClaw tells the last error of a job as it was. */
function maskedAnswer({jobs, unreachable}: OpenClawAnswer, mask: (text: string) => string): OpenClawAnswer {
  return {
    jobs: new Map(Array.from(jobs, ([id, status]) => [id, {...status, reason: mask(status.reason)}])),
    unreachable: unreachable === undefined ? undefined : mask(unreachable),
  }
}

/** The watched jobs of the settings, and the reset daemon where one was ever used. */
export function roundPlan(guard: Guard, jobs: readonly WatchedJob[] = watchedJobs(guard.settings)): RoundPlan {
  const {watchdog, resetDaemon, openclaw, file, wrong, alerting} = guard.settings
  const isDaemonUsed = guard.leases().read().byJob.has(resetDaemonLease)
  const policy: IncidentPolicy = {
    ...watchdog,
    betweenLateResetsMs: alerting.repeatMs[0] ?? 0,
    betweenResetsMs: resetDaemon.minIntervalMs,
  }
  const plan = {
    judge: {...holderSettings(guard), isRun: false},
    jobs,
    policy,
    hasSettings: file !== undefined && namesAllJobs(wrong?.parts ?? []),
    bootGraceMs: watchdog.bootGraceMs,
    unreachableAfterMs: openclaw?.unreachableAfterMs ?? 0,
  }
  if (!isDaemonUsed) return plan
  const requests = guard.journal(resetRequestStream).read()
  const hasPending = pendingResets(requests, guard.journal(resetResultStream).read()).length > 0
  const {bootGraceMs, flapping} = watchdog
  const limits = {lateAfterMs: resetDaemon.lateAfterMs, bootGraceMs, wellForMs: flapping.wellForMs}
  return {...plan, jobs: [...jobs, watchedDaemon(hasPending, limits)]}
}

/** A job that stands in a wrong part is still one of the settings. */
function namesAllJobs(wrongParts: readonly string[]): boolean {
  return !wrongParts.some((part) => part === 'jobs' || part.startsWith('openclaw'))
}

/** Cron starts the rounds of all projects in the same second of a minute. */
const longestWaitMs = 30_000

/**
 * The watchdog's own lease, which shows other processes that it makes its rounds. A round with other settings is waited
 * for; one with the same settings makes this one needless.
 */
export function ownLease(guard: Guard, ttlMs: number): {readonly deps: LeaseDeps; readonly request: LeaseRequest} {
  const self = identifyProcess(process.pid)
  // A round reads the runs anyway, so it always compares them.
  const deps: LeaseDeps = {...wireLease(guard), lostToken: (leases) => lostToken(guard, leases)}
  const own = holderSettings(guard)
  return {
    deps,
    request: {
      job: watchdogLease,
      holder: `${deps.here.host}:${process.pid}`,
      ttlMs,
      process: self,
      settings: own,
      waitMs: longestWaitMs,
      isWanted: ({settings}) => settings !== undefined && settings.settingsFile !== own.settingsFile,
    },
  }
}

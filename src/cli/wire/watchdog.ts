import {join} from 'node:path'
import type {Alert} from '../../domain/alert/alert.js'
import type {IncidentPolicy} from '../../domain/incident/decide.js'
import {pendingResets} from '../../domain/openclaw/reset-decision.js'
import {resetDaemonLease, watchdogLease, watchedDaemon} from '../../domain/watchdog/daemon-heartbeat.js'
import {watchedJobs} from '../../domain/watchdog/watch-list.js'
import {GuardError} from '../../errors.js'
import {alertStream, incidentStream, resetRequestStream, resetResultStream} from '../../journal/failure-streams.js'
import {escalationFile} from '../../system/host/escalation-file.js'
import {readBootId, readHostName} from '../../system/host/host.js'
import {createSlots} from '../../system/host/slots.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess} from '../../system/process/identity.js'
import {raiseAlert} from '../../usecases/alert/raise-alert.js'
import type {LeaseDeps, LeaseRequest} from '../../usecases/lease/lease.js'
import type {RoundPlan} from '../../usecases/watchdog/evaluate-jobs.js'
import type {WatchdogRoundDeps} from '../../usecases/watchdog/watchdog-round.js'
import type {Guard} from '../guard.js'

/** Ties the watchdog's story to the world. */
export function wireWatchdog(guard: Guard): WatchdogRoundDeps {
  const {clock, settings, stateDir} = guard
  const place = {boot: readBootId(), host: readHostName()}
  const alerts = guard.journal(alertStream)
  return {
    readClock: () => ({at: clock.now(), mono: Math.floor(clock.mono()), ...place}),
    leases: guard.leases(),
    runs: guard.runs(),
    incidents: guard.journal(incidentStream),
    resetRequests: guard.journal(resetRequestStream),
    resets: guard.journal(resetResultStream),
    slots: createSlots(),
    // Most jobs have no outputs, and a round is as short as its start.
    readOutputs: async (rules, dir) => (await import('../../system/host/output-files.js')).readOutputs(rules, dir),
    checkOpenClaw: async (maxAgeMs) => {
      const {openclaw} = settings
      if (!openclaw || Object.keys(openclaw.jobs).length === 0) return new Map()
      const {openClawCli} = await import('../../system/openclaw/cli.js')
      const {runCommand} = await import('../../system/process/run-command.js')
      const {checkOpenClaw} = await import('../../usecases/watchdog/check-openclaw.js')
      return checkOpenClaw(
        {openclaw: openClawCli({run: runCommand, settings: openclaw}), now: clock.now, maxAgeMs},
        openclaw,
      )
    },
    raiseAlert: (alert: Alert) => {
      raiseAlert({alerts, clock}, alert)
    },
    writeEscalationFile: escalationFile(join(stateDir, 'openclaw_escalation.json')),
  }
}

/** The jobs of the settings, and the reset daemon where one was ever used. */
export function roundPlan(guard: Guard): RoundPlan {
  const {watchdog, resetDaemon} = guard.settings
  const jobs = watchedJobs(guard.settings)
  const isDaemonUsed = guard.leases().read().byJob.has(resetDaemonLease)
  const policy: IncidentPolicy = {
    ...watchdog,
    answerWithinMs: resetDaemon.expireAfterMs,
    betweenResetsMs: resetDaemon.minIntervalMs,
  }
  if (!isDaemonUsed) return {jobs, policy}
  const requests = guard.journal(resetRequestStream).read()
  const hasPending = pendingResets(requests, guard.journal(resetResultStream).read()).length > 0
  const limits = {lateAfterMs: resetDaemon.lateAfterMs, bootGraceMs: watchdog.bootGraceMs}
  return {jobs: [...jobs, watchedDaemon(hasPending, limits)], policy}
}

/** The watchdog's own lease, by which others see whether it comes by. */
export function ownLease(guard: Guard, ttlMs: number): {readonly deps: LeaseDeps; readonly request: LeaseRequest} {
  const here = {host: readHostName(), boot: readBootId()}
  const self = identifyProcess(process.pid)
  if (!self) throw new GuardError('internal', `process ${process.pid}, which is this one, is not to be found`)
  const deps: LeaseDeps = {
    clock: guard.clock,
    leases: guard.leases(),
    here,
    survivorOf: (lease) => livingProcessOf(lease, here),
  }
  return {deps, request: {job: watchdogLease, holder: `${here.host}:${process.pid}`, ttlMs, process: self, waitMs: 0}}
}

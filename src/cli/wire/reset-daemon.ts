import {type OpenClawSettings, type Settings, settingsOfJob} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import {incidentStream, resetRequestStream, resetResultStream} from '../../journal/failure-streams.js'
import {readBootRef} from '../../system/host/host.js'
import {openClawCli} from '../../system/openclaw/cli.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess, processState} from '../../system/process/identity.js'
import {runCommand} from '../../system/process/run-command.js'
import type {LeaseDeps, LeaseRequest} from '../../usecases/lease/lease.js'
import {type ResetDeps, usualPace} from '../../usecases/reset/reset-deps.js'
import type {Guard} from '../guard.js'
import {wireLease} from './lease.js'

/** Attempts, interrupted or released, after which a request has failed. */
const maxTries = 3

/** Throws GuardError `config` when the settings have no part `openclaw`. */
export function wireResetDaemon(guard: Guard, stop: AbortSignal): ResetDeps {
  const openclaw = openClawOf(guard)
  const {expireAfterMs, minIntervalMs} = guard.settings.resetDaemon
  const here = readBootRef()
  const allowed = new Set([...Object.values(openclaw.jobs).map(({id}) => id), ...openclaw.allow])
  return {
    clock: guard.clock,
    requests: guard.journal(resetRequestStream),
    results: guard.journal(resetResultStream),
    leases: guard.leases(),
    runs: guard.runs(),
    incidents: guard.journal(incidentStream),
    // Most rounds answer no request.
    readOutputs: async (...asked) => (await import('../../system/host/output-files.js')).readOutputs(...asked),
    jobOf: jobsByOpenClawId(guard.settings, openclaw),
    openclaw: openClawCli({run: runCommand, settings: openclaw}),
    self: identifyProcess(process.pid),
    here,
    isLeaseDead: async (lease) => (await livingProcessOf(lease, here)) === 'none',
    processState,
    stop,
    policy: {allowed, expireAfterMs, minIntervalMs, maxTries},
    pace: usualPace,
  }
}

/** The daemon's own lease, from which the watchdog sees that the daemon works. */
export function resetLease(guard: Guard, ttlMs: number): {readonly deps: LeaseDeps; readonly request: LeaseRequest} {
  const deps = wireLease(guard)
  const holder = `${deps.here.host}:${process.pid}`
  return {deps, request: {job: 'guard-reset-daemon', holder, ttlMs, process: identifyProcess(process.pid), waitMs: 0}}
}

function jobsByOpenClawId(settings: Settings, openclaw: OpenClawSettings): ResetDeps['jobOf'] {
  const names = new Set([...Object.keys(settings.jobs), ...Object.keys(openclaw.jobs)])
  const jobs = Array.from(names, (name) => ({name, ...settingsOfJob(settings, name)}))
  return (id) => jobs.find(({name, openclawId}) => (openclawId ?? openclaw.jobs[name]?.id) === id)
}

function openClawOf({settings}: Guard): OpenClawSettings {
  if (settings.openclaw) return settings.openclaw
  throw new GuardError('config', `${settings.file ?? 'the default settings'}: there is no part "openclaw"`, [
    'add openclaw.command and openclaw.jobs; .guardianrc.example shows them',
  ])
}

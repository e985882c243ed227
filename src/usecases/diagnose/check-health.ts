import type {Breakers} from '../../domain/breaker/breaker.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import type {FleetKnown} from '../../domain/fleet/known.js'
import {type Check, type CheckName, type HealthVerdict, overallVerdict} from '../../domain/health/check.js'
import {judgeFleet, judgeWrongFleet} from '../../domain/health/fleet.js'
import {judgeDisk, judgeMemory, type MachineFacts, reportLoad} from '../../domain/health/machine.js'
import {judgeOutbox} from '../../domain/health/outbox.js'
import {judgeScheduler, type SchedulerFacts} from '../../domain/health/scheduler.js'
import {judgeSettings} from '../../domain/health/settings.js'
import {
  judgeBreakers,
  judgeIncidents,
  judgeJournals,
  judgeLeases,
  judgeResetDaemon,
  judgeRuns,
} from '../../domain/health/state.js'
import {judgeWatchdog} from '../../domain/health/watchdog.js'
import type {Incidents} from '../../domain/incident/incident.js'
import type {Leases} from '../../domain/lease/lease.js'
import type {RoundSettings} from '../../domain/lease/settings-round.js'
import {pendingResets} from '../../domain/openclaw/reset-decision.js'
import type {ResetLedger} from '../../domain/openclaw/reset-ledger.js'
import type {ResetRequests} from '../../domain/openclaw/reset-request.js'
import type {LeaseHolder} from '../../domain/run/interrupted-run.js'
import {highestToken, type RunsByJob} from '../../domain/run/job-runs.js'
import type {FleetSettings} from '../../domain/settings/fleet.js'
import type {Settings} from '../../domain/settings/settings.js'
import {resetDaemonLease, watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {seenWatchdogs} from '../../domain/watchdog/watchdogs.js'
import {GuardError} from '../../errors.js'
import type {Journal, JournalReport} from '../../journal/journal.js'
import {type FindLivingProcess, leaseHolder} from '../history/lease-holder.js'
import {inferEnds} from '../run/open-runs.js'

type Reads<S> = Pick<Journal<S>, 'read'>

export interface HealthDeps {
  readonly settings: Pick<Settings, 'file' | 'wrong'>
  readonly readClock: () => ClockReading
  readonly readMachine: () => MachineFacts
  /** Checks that the state directory can be used. @returns its path. Throws GuardError `no-state`, `io`. */
  readonly tryState: () => string
  readonly leases: Reads<Leases>
  readonly livingProcessOf: FindLivingProcess
  readonly runs: Reads<RunsByJob>
  readonly breakers: Reads<Breakers>
  readonly incidents: Reads<Incidents>
  readonly resetRequests: Reads<ResetRequests>
  readonly resets: Reads<ResetLedger>
  readonly outbox: Reads<OutboxState>
  /** Undefined on a host of no fleet. */
  readonly fleet: {readonly known: Reads<FleetKnown>; readonly settings: FleetSettings} | undefined
  readonly lookAtScheduler: () => Promise<SchedulerFacts>
  readonly journals: readonly {readonly name: string; readonly inspect: () => JournalReport}[]
}

interface HealthLimits {
  readonly watchdog: RoundSettings
  /** Milliseconds. */
  readonly resetDaemonLateAfterMs: number
}

export interface Health {
  /** Wall clock, ms. */
  readonly at: number
  readonly verdict: HealthVerdict
  readonly checks: readonly Check[]
}

/** Makes every check. What cannot be read is unhealthy, and the other checks are made all the same. */
export async function checkHealth(deps: HealthDeps, limits: HealthLimits): Promise<Health> {
  const checks: Check[] = []
  for (const [check, judge] of judges(deps, limits)) checks.push(await judgeOrReport(check, judge))
  // Most machines have cron, and nothing is said there of a scheduler.
  const shown = checks.filter(({check, facts}) => check !== 'scheduler' || facts['is'] !== 'never-used')
  return {at: deps.readClock().at, verdict: overallVerdict(shown), checks: shown}
}

type Judge = () => Check | Promise<Check>

function judges(deps: HealthDeps, limits: HealthLimits): readonly (readonly [CheckName, Judge])[] {
  const machine = deps.readMachine()
  return [
    ['disk', () => judgeDisk(machine.disk)],
    ['memory', () => judgeMemory(machine.memory)],
    ['load', () => reportLoad(machine.load)],
    ['state', () => ({check: 'state', verdict: 'healthy', reason: deps.tryState(), facts: {}})],
    ['journals', () => judgeJournals(deps.journals.map(({name, inspect}) => ({name, ...inspect()})))],
    ['leases', () => judgeAllLeases(deps)],
    ['runs', () => judgeAllRuns(deps)],
    ['breakers', () => judgeBreakers(deps.breakers.read(), deps.readClock())],
    ['incidents', () => judgeIncidents(deps.incidents.read(), deps.readClock())],
    ['alerts', () => judgeOutbox(deps.outbox.read(), deps.readClock().at)],
    ['watchdog', () => judgeAllWatchdogs(deps, limits.watchdog)],
    ['reset-daemon', () => judgeDaemon(deps, limits.resetDaemonLateAfterMs)],
    ['scheduler', async () => judgeScheduler(await deps.lookAtScheduler(), deps.incidents.read())],
    ...fleetJudge(deps),
    ...settingsJudge(deps),
  ]
}

function judgeAllWatchdogs({leases, readClock, incidents}: HealthDeps, own: RoundSettings): Check {
  const seen = seenWatchdogs(leases.read().byJob.get(watchdogLease), readClock(), own)
  return judgeWatchdog(seen, own.settingsFile, incidents.read())
}

function fleetJudge({fleet, settings: {wrong}, readClock}: HealthDeps): readonly (readonly [CheckName, Judge])[] {
  const problem = wrong?.fleet
  if (problem !== undefined) return [['fleet', () => judgeWrongFleet(problem)]]
  return fleet ? [['fleet', () => judgeFleet(fleet.known.read(), fleet.settings, readClock().at)]] : []
}

/** Most settings are right, and nothing is said of them. */
function settingsJudge({settings}: HealthDeps): readonly (readonly [CheckName, Judge])[] {
  const check = judgeSettings(settings)
  return check ? [['settings', () => check]] : []
}

async function judgeOrReport(check: CheckName, judge: Judge): Promise<Check> {
  try {
    return await judge()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return {check, verdict: 'unhealthy', reason: error.message, facts: {}}
  }
}

/** Reads the runs first: a lease that is taken in between is on record before its run. */
async function judgeAllLeases(deps: HealthDeps): Promise<Check> {
  const highest = highestToken(deps.runs.read())
  const lost = highest && highest.token > deps.leases.read().grants ? highest : undefined
  return judgeLeases(await observations(deps), deps.readClock(), lost)
}

async function observations({leases, livingProcessOf}: HealthDeps): Promise<readonly LeaseHolder[]> {
  return Promise.all([...leases.read().byJob.values()].map((lease) => leaseHolder(livingProcessOf, lease)))
}

async function judgeAllRuns(deps: HealthDeps): Promise<Check> {
  const ends = await inferEnds(deps)
  return judgeRuns(deps.runs.read(), ends)
}

function judgeDaemon(deps: HealthDeps, lateAfterMs: number): Check {
  const pending = pendingResets(deps.resetRequests.read(), deps.resets.read())
  const lease = deps.leases.read().byJob.get(resetDaemonLease)
  return judgeResetDaemon({lease, pending}, deps.readClock(), lateAfterMs)
}

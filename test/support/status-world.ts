import {defaultSettings, jobDefaults} from '../../src/config/defaults.js'
import {breakerFold} from '../../src/domain/breaker/breaker.js'
import {outboxFold} from '../../src/domain/delivery/outbox.js'
import {silenceFold} from '../../src/domain/delivery/silence.js'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {allRunsFold} from '../../src/domain/run/job-runs.js'
import {schedulerFold} from '../../src/domain/scheduler/scheduler.js'
import type {JobSettings} from '../../src/domain/settings/job.js'
import type {Settings} from '../../src/domain/settings/settings.js'
import {watchedJobs} from '../../src/domain/watchdog/watch-list.js'
import {createSlots} from '../../src/system/host/slots.js'
import type {LivingProcess} from '../../src/system/process/holder-liveness.js'
import type {StatusDeps} from '../../src/usecases/diagnose/job-statuses.js'
import {minute} from './job-facts.js'
import {memoryJournal} from './memory-journal.js'
import {watchdogWorld} from './watchdog-world.js'

interface WorldSettings extends Partial<Omit<Settings, 'jobs'>> {
  readonly jobs?: Readonly<Record<string, Partial<JobSettings>>>
}

/** What is asked about jobs, with journals in memory. Processes that nothing says to live are gone. */
export function statusWorld({jobs = {}, ...more}: WorldSettings = {}) {
  const whole = Object.entries(jobs).map(([name, own]) => [name, {...jobDefaults, timezone: 'UTC', ...own}])
  const settings: Settings = {...defaultSettings, ...more, jobs: Object.fromEntries(whole)}
  const world = watchdogWorld(watchedJobs(settings))
  const {clock} = world
  const journals = {
    ...world.journals,
    runs: memoryJournal(allRunsFold, clock),
    outbox: memoryJournal(outboxFold, clock),
    silences: memoryJournal(silenceFold, clock),
    scheduler: memoryJournal(schedulerFold, clock),
    breakers: memoryJournal(breakerFold, clock),
  }
  const {runs, leases, incidents} = journals
  /** By the id of its run. */
  const living = new Map<string, LivingProcess>()
  const deps: StatusDeps = {
    ...{...world.deps, ...journals, settings, host: 'host-1', slots: createSlots()},
    checkOpenClaw: async () => undefined,
    livingProcessOf: async ({holder}) => living.get(holder) ?? 'none',
  }
  return {
    ...{clock, deps, journals, living, settings},
    plan: world.plan,
    /** A run begins, has the lease of its job and lives. */
    begin(job: string, run: string, more: RawRecord = {}): void {
      const former = leases.read().byJob.get(job)
      const process = {pid: 100, start: '100'}
      const claim = {kind: 'claimed', job, holder: run, ttlMs: minute, process, ...(former && {over: former.claimId})}
      leases.append(claim, 'durable')
      runs.append({kind: 'started', job, run, process, ...more}, 'durable')
      living.set(run, 'guard')
      clock.advance(1000)
    },
    /** It ends after a second, and gives the lease back. */
    end(job: string, run: string, outcome: string, more: RawRecord = {}): void {
      runs.append({kind: 'ended', job, run, outcome, durationMs: 1000, ...more}, 'durable')
      const {claimId: claim, token, holder} = leases.read().byJob.get(job) ?? {}
      const status = outcome === 'healthy' ? 'ok' : 'error'
      if (holder === run) leases.append({kind: 'released', job, claim, token, status}, 'durable')
      living.delete(run)
      clock.advance(1000)
    },
    skip(job: string, run: string, reason: string): void {
      runs.append({kind: 'skipped', job, run, reason}, 'durable')
      clock.advance(1000)
    },
    /** A watchdog has opened an incident. */
    open(job: string, verdict: string, reason = 'it is so'): void {
      const opened = {kind: 'opened', job, verdict, reason, level: 'CRITICAL', uptimeMs: clock.mono()}
      incidents.append(opened, 'durable')
    },
  }
}

import {alertsFold} from '../../src/domain/alert/alert.js'
import type {EscalationFile} from '../../src/domain/incident/escalation-file.js'
import {incidentFold} from '../../src/domain/incident/incident.js'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {leaseFold} from '../../src/domain/lease/lease.js'
import type {OpenClawJobStatus} from '../../src/domain/openclaw/job-status.js'
import {resetFold} from '../../src/domain/openclaw/reset-ledger.js'
import {resetRequestFold} from '../../src/domain/openclaw/reset-request.js'
import {runsFold} from '../../src/domain/run/job-runs.js'
import type {ObservedOutput} from '../../src/domain/watchdog/build-job-facts.js'
import type {WatchedJob} from '../../src/domain/watchdog/watched-job.js'
import {raiseAlert} from '../../src/usecases/alert/raise-alert.js'
import {type WatchdogRoundDeps, watchdogRound} from '../../src/usecases/watchdog/watchdog-round.js'
import {fakeClock} from './fake-clock.js'
import {hour, minute} from './job-facts.js'
import {memoryJournal} from './memory-journal.js'

export const scan: WatchedJob = {
  name: 'scan',
  schedule: undefined,
  timezone: undefined,
  outputs: [],
  dir: '/',
  limits: {freshForMs: hour, graceMs: minute, vetoForMs: hour, bootGraceMs: 0, wellForMs: hour},
  openclawId: 'claw-1',
}

export const policy = {
  escalateAfterFailedResets: 2,
  escalateAfterMs: 10 * minute,
  betweenLateResetsMs: 4 * hour,
  betweenResetsMs: 10 * minute,
  flapping: {incidents: 4, withinMs: 4 * hour},
}

/** A watchdog with these settings. */
export const judge = {settingsFile: '/project/.guardianrc.yaml', lateAfterMs: 15 * minute, isRun: false}

/** The watchdog with journals in memory. `beforeWrite` and `afterWrite` may throw, like a kill. */
export function watchdogWorld(jobs: readonly WatchedJob[] = [scan]) {
  const clock = fakeClock()
  const hooks = {beforeWrite: () => {}, afterWrite: () => {}}
  const journals = {
    leases: memoryJournal(leaseFold, clock),
    runs: memoryJournal(runsFold, clock),
    incidents: killable(memoryJournal(incidentFold, clock), hooks),
    resetRequests: killable(memoryJournal(resetRequestFold, clock), hooks),
    resets: memoryJournal(resetFold, clock),
    alerts: killable(memoryJournal(alertsFold, clock), hooks),
  }
  const seen = {
    outputs: [] as ObservedOutput[],
    openclaw: new Map<string, OpenClawJobStatus>(),
    unreachable: undefined as string | undefined,
    log: [] as string[],
    gone: new Set<string>(),
    escalationFile: undefined as EscalationFile | undefined,
  }
  const deps: WatchdogRoundDeps = {
    ...journals,
    readClock: () => ({at: clock.now(), mono: clock.mono(), boot: 'boot-1', host: 'host-1'}),
    livingProcessOf: async () => 'unknown',
    isGone: async (file) => seen.gone.has(file),
    slots: {latest: () => undefined, next: () => undefined},
    readOutputs: async () => seen.outputs,
    checkOpenClaw: async () => seen.openclaw && {jobs: seen.openclaw, unreachable: seen.unreachable},
    raiseAlert: (alert) => {
      raiseAlert({alerts: journals.alerts, clock}, alert)
    },
    log: (text) => {
      seen.log.push(text)
    },
    writeEscalationFile: (escalationFile) => {
      seen.escalationFile = escalationFile
    },
  }
  const plan = {judge, jobs, policy, hasSettings: true, bootGraceMs: 0, unreachableAfterMs: 15 * minute}
  const claim = (ttlMs: number) => journals.leases.append({kind: 'claimed', job: 'scan', holder: 'h', ttlMs}, 'durable')
  let runs = 0
  return {
    clock,
    hooks,
    journals,
    seen,
    deps,
    round: () => watchdogRound(deps, plan),
    /** Does one round and returns its actions on jobs. */
    async acts(): Promise<string[]> {
      const {reports} = await watchdogRound(deps, plan)
      return reports.flatMap(({actions}) => actions.map((action) => action.do))
    },
    claim,
    plan,
    /** A run of scan under its lease, over at once. */
    run(outcome: string, job = 'scan'): void {
      const run = `run-${++runs}`
      const {record, state} = journals.leases.append({kind: 'claimed', job, holder: run, ttlMs: minute}, 'durable')
      const token = state.byJob.get(job)?.token
      journals.runs.append({kind: 'started', job, run}, 'durable')
      journals.runs.append({kind: 'ended', job, run, outcome, durationMs: 0}, 'durable')
      journals.leases.append({kind: 'released', job, claim: record.id, token, status: 'ok'}, 'durable')
    },
    /** Answers every open request. */
    answer(ok: boolean): void {
      for (const {id, jobId} of journals.resetRequests.read().byId.values()) {
        if (journals.resets.read().answers.has(id)) continue
        const line = {job_id: jobId, request_id: id}
        const {record} = journals.resets.append({kind: 'claimed', ...line}, 'durable')
        const outcome = ok ? 'reset' : 'failed'
        journals.resets.append({kind: 'result', ...line, claim: record.id, ok, outcome, detail: outcome}, 'durable')
      }
    },
    alerts: () => distinct(journals.alerts.lines).map(({level, message}) => `${level} ${message}`),
  }
}

function distinct(lines: readonly RawRecord[]): readonly RawRecord[] {
  const keys = new Set<unknown>()
  return lines.filter(({key}) => !keys.has(key) && keys.add(key))
}

function killable<J extends {append: (...args: never[]) => unknown}>(
  journal: J,
  hooks: {beforeWrite(): void; afterWrite(): void},
): J {
  const append = (...args: never[]) => {
    hooks.beforeWrite()
    const result = journal.append(...args)
    hooks.afterWrite()
    return result
  }
  return {...journal, append}
}

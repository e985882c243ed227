import {expect, test} from 'vitest'
import {breakerFold} from '../../../src/domain/breaker/breaker.js'
import {outboxFold} from '../../../src/domain/delivery/outbox.js'
import {incidentFold} from '../../../src/domain/incident/incident.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {resetFold} from '../../../src/domain/openclaw/reset-ledger.js'
import {resetRequestFold} from '../../../src/domain/openclaw/reset-request.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {GuardError} from '../../../src/errors.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {checkHealth, type HealthDeps} from '../../../src/usecases/diagnose/check-health.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const gibibyte = 1024 ** 3
const limits = {watchdog: {settingsFile: '', lateAfterMs: 900_000}, resetDaemonLateAfterMs: 900_000}

function machine() {
  const clock = fakeClock()
  const [leases, runs] = [memoryJournal(leaseFold, clock), memoryJournal(runsFold, clock)]
  const survivors = new Map<string, LivingProcess>()
  const deps: HealthDeps = {
    settings: {file: '/srv/.guardianrc.yaml'},
    readClock: () => ({at: clock.now(), mono: clock.mono(), boot: 'boot-1', host: 'host-1'}),
    readMachine: () => ({
      disk: {path: '/', freeBytes: 5 * gibibyte, totalBytes: 10 * gibibyte, freeFiles: 0, totalFiles: 0},
      memory: {availableBytes: gibibyte, totalBytes: 2 * gibibyte},
      load: {averages: [1, 1, 1], cores: 2},
    }),
    tryState: () => '/state',
    fleet: undefined,
    lookAtScheduler: async () => ({is: 'never-used', text: 'never used here'}),
    leases,
    livingProcessOf: async ({holder}) => survivors.get(holder) ?? 'unknown',
    runs,
    breakers: memoryJournal(breakerFold, clock),
    incidents: memoryJournal(incidentFold, clock),
    resetRequests: memoryJournal(resetRequestFold, clock),
    resets: memoryJournal(resetFold, clock),
    outbox: memoryJournal(outboxFold, clock),
    journals: [{name: 'leases', inspect: leases.inspect}],
  }
  return {clock, deps, leases, runs, survivors}
}

const verdicts = async (deps: HealthDeps) => {
  const {verdict, checks} = await checkHealth(deps, limits)
  return {verdict, bad: checks.filter((one) => one.verdict !== 'healthy').map(({check}) => check)}
}

test('a machine on which nothing is wrong is healthy', async () => {
  expect(await verdicts(machine().deps)).toEqual({verdict: 'healthy', bad: []})
})

test('a run whose guard was killed degrades until its end is on record', async () => {
  const {deps, leases, runs, survivors} = machine()
  leases.append({kind: 'claimed', job: 'scan', holder: 'r1', ttlMs: 60_000}, 'durable')
  runs.note({kind: 'started', job: 'scan', run: 'r1'}, 'buffered')
  survivors.set('r1', 'job')
  expect(await verdicts(deps)).toEqual({verdict: 'healthy', bad: []})
  survivors.set('r1', 'none')
  expect(await verdicts(deps)).toEqual({verdict: 'degraded', bad: ['runs']})
  runs.note({kind: 'interrupted', job: 'scan', run: 'r1', reason: 'killed'}, 'durable')
  expect(await verdicts(deps)).toEqual({verdict: 'healthy', bad: []})
})

test('a run that ends while it is looked at is not a crash', async () => {
  const {deps, leases, runs} = machine()
  leases.append({kind: 'claimed', job: 'scan', holder: 'r1', ttlMs: 60_000}, 'durable')
  runs.note({kind: 'started', job: 'scan', run: 'r1'}, 'buffered')
  const endsMeanwhile = async () => {
    runs.note({kind: 'ended', job: 'scan', run: 'r1', outcome: 'healthy'}, 'durable')
    return 'none' as const
  }
  expect(await verdicts({...deps, livingProcessOf: endsMeanwhile})).toEqual({verdict: 'healthy', bad: []})
})

test('what cannot be read is unhealthy, and everything else is told all the same', async () => {
  const {deps} = machine()
  const broken = {
    read: () => {
      throw new GuardError('io', 'breakers.jsonl: EIO')
    },
  }
  const {verdict, checks} = await checkHealth({...deps, breakers: broken}, limits)
  expect(verdict).toBe('unhealthy')
  expect(checks.find(({check}) => check === 'breakers')).toMatchObject({
    verdict: 'unhealthy',
    reason: 'breakers.jsonl: EIO',
  })
  expect(checks.filter((one) => one.verdict === 'healthy')).toHaveLength(checks.length - 1)
})

test('a fault of the program is not taken for ill health', async () => {
  const {deps} = machine()
  const tryState = () => {
    throw new TypeError('x is undefined')
  }
  await expect(checkHealth({...deps, tryState}, limits)).rejects.toThrow('x is undefined')
})

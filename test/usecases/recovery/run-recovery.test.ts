import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import type {RunResult} from '../../../src/domain/run/outcome.js'
import type {RecoveryStep} from '../../../src/domain/settings/job.js'
import type {ServiceSettings} from '../../../src/domain/settings/service.js'
import type {Service} from '../../../src/system/services/service.js'
import type {RecoveryAlert, RecoveryRequest} from '../../../src/usecases/recovery/recovery-steps.js'
import type {RestartLease} from '../../../src/usecases/recovery/restart-lease.js'
import {type RecoveryDeps, runRecovery} from '../../../src/usecases/recovery/run-recovery.js'
import {fakeClock} from '../../support/fake-clock.js'
import {quickService} from '../../support/settings.js'

const clearLocks: RecoveryStep = {do: 'clear-locks', when: [], files: ['state/**/*.lock'], minAgeMs: 600_000}
const restart: RecoveryStep = {do: 'restart', when: ['uw-socket'], service: 'uw-daemon'}
const wait: RecoveryStep = {do: 'wait', when: [], forMs: 5000}
const verify: RecoveryStep = {do: 'verify', when: [], pollMs: 5000}
const alert: RecoveryStep = {do: 'alert', when: [], level: 'CRITICAL', file: 'sip_{job}_{timestamp}.txt'}
const exec: RecoveryStep = {do: 'exec', when: [], command: ['sh', 'fix.sh'], timeoutMs: 1000}

const uwDaemon: ServiceSettings = {
  ...quickService,
  manager: 'command',
  restart: ['true'],
  budget: {recoveries: 1, perMs: 3_600_000},
}
const healthy: RunResult = {outcome: 'healthy'}
const unhealthy: RunResult = {outcome: 'unhealthy', detail: 'socket closed'}

interface Scene {
  readonly steps: readonly RecoveryStep[]
  /** What the checks find, one after the other; the last one stays. */
  readonly checks?: readonly RunResult[]
  readonly budget?: {readonly recoveries: number; readonly perMs: number}
  readonly service?: Service
  /** What other runs have done to the service. */
  readonly lease?: RestartLease
  /** Locks that a clearing finds stale, one clearing after the other; the last stays. */
  readonly stale?: readonly (readonly string[])[]
}

/** A job that went wrong, with a journal of what was done about it. */
function scene({
  steps,
  checks = [healthy],
  budget = {recoveries: 2, perMs: 1_800_000},
  service,
  lease = {is: 'free'},
  stale = [['/s/dead.lock']],
}: Scene) {
  const clock = fakeClock()
  const records: RawRecord[] = []
  const done: string[] = []
  const alerts: RecoveryAlert[] = []
  const log: string[] = []
  const stop = new AbortController()
  let runs = 0
  let checked = 0
  let clearings = 0
  const up: Service = {
    restart: async () => ({ok: true, detail: ''}),
    isUp: async () => ({state: 'uncheckable', detail: ''}),
  }
  const note = (kind: string, facts: object) => {
    records.push({kind, job: 'check', run: `r${runs}`, at: clock.now(), ...facts})
  }
  const deps: RecoveryDeps<RunResult> = {
    clock,
    signal: stop.signal,
    newestRuns: () => [...records].reverse(),
    withRestartLease: (_service, _times, work) => work(lease),
    recordStep: (step) => note('step-ended', step),
    mask: (text) => text,
    show: (_shown, work) => work(),
    log: (text) => void log.push(text),
    clearLocks: async () => {
      done.push('clear-locks')
      const cleared = stale[Math.min(clearings++, stale.length - 1)]!
      const live = {path: '/s/live.lock', verdict: 'held', reason: 'is held by process 7'} as const
      const dead = cleared.map((path) => ({path, verdict: 'stale', reason: 'its owner is gone'}) as const)
      return {locks: [live, ...dead], cleared, unreadable: [], ...(cleared.length > 0 && {quarantineId: 'q1'})}
    },
    openService: () => {
      done.push('restart')
      return service ?? up
    },
    exec: async (command) => {
      done.push(command.join(' '))
      return {ok: false, evidence: 'token=abc123 refused'}
    },
    raiseAlert: (raised) => void alerts.push(raised),
    writeAlertFile: (name) => `/logs/${name}`,
    verify: async () => {
      done.push('verify')
      return checks[Math.min(checked++, checks.length - 1)]!
    },
  }
  const recover = async (given: Partial<RecoveryRequest> = {}) => {
    runs++
    const settings = {recovery: steps, recoverOn: ['degraded', 'unhealthy'] as const, budget}
    const request = {
      job: 'check',
      runId: `r${runs}`,
      outcome: 'unhealthy',
      class: 'uw-socket',
      detail: 'socket closed',
    } as const
    const result = await runRecovery(deps, {...request, settings, services: {'uw-daemon': uwDaemon}, ...given})
    note('ended', {outcome: result.checked?.outcome ?? 'unhealthy', recovered: result.recovered})
    return result
  }
  return {recover, clock, done, alerts, log, records, stop}
}

test('the steps are taken in order, and the verdict of the check is the verdict of the run', async () => {
  const {recover, done, log, records} = scene({steps: [clearLocks, restart, wait, verify]})
  const result = await recover()
  expect(log).toEqual([
    'check Recovery triggered: unhealthy (uw-socket), socket closed, run r1',
    expect.stringMatching(/^check Recovery step clear-locks: ok, cleared 1 into q1, .*, in 0 ms, run r1$/),
    expect.stringMatching(/^check Recovery step restart uw-daemon: ok, .*, run r1$/),
    'check Recovery step wait: ok, in 5000 ms, run r1',
    expect.stringMatching(/^check Recovery step verify: ok, healthy, in \d+ ms, run r1$/),
  ])
  expect(result).toMatchObject({verdict: 'performed', recovered: true, checked: healthy})
  expect(done).toEqual(['clear-locks', 'restart', 'verify'])
  expect(records.filter(({kind}) => kind === 'step-ended')).toMatchObject([
    {do: 'clear-locks', ok: true, evidence: 'cleared 1 into q1, kept 1: live.lock is held by process 7'},
    {do: 'restart', ok: true, service: 'uw-daemon'},
    {do: 'wait', ok: true, durationMs: 5000},
    {do: 'verify', ok: true, evidence: 'healthy'},
  ])
})

test('a job that is still unwell keeps the verdict of its check', async () => {
  const {recover} = scene({steps: [clearLocks, verify], checks: [unhealthy]})
  expect(await recover()).toMatchObject({recovered: false, checked: unhealthy})
})

test('without a check nothing is known to be recovered', async () => {
  const {recover} = scene({steps: [clearLocks]})
  expect(await recover()).toMatchObject({verdict: 'performed', recovered: false, checked: undefined})
})

test('a step that fails, or breaks, stops no other; its reason is recorded without secrets', async () => {
  const broken: Service = {
    restart: () => Promise.reject(new Error('boom')),
    isUp: () => Promise.reject(new Error('boom')),
  }
  const {recover, done} = scene({steps: [exec, restart, verify], service: broken})
  const {steps, recovered} = await recover()
  expect(steps).toMatchObject([{ok: false, evidence: 'token=*** refused'}, {ok: false, evidence: 'boom'}, {ok: true}])
  expect([done, recovered]).toEqual([['sh fix.sh', 'restart', 'verify'], true])
})

test('a check that finds the job well ends the recovery; steps behind it are for when it is not', async () => {
  const ladder = [clearLocks, verify, exec, verify]
  const well = scene({steps: ladder})
  await well.recover()
  expect(well.done).toEqual(['clear-locks', 'verify'])
  const ill = scene({steps: ladder, checks: [unhealthy, healthy]})
  expect(await ill.recover()).toMatchObject({recovered: true})
  expect(ill.done).toEqual(['clear-locks', 'verify', 'sh fix.sh', 'verify'])
})

describe('verification', () => {
  test('is left out when no step has changed anything', async () => {
    const {recover, done} = scene({steps: [clearLocks, wait, alert, verify], stale: [[]]})
    const {steps, checked} = await recover()
    expect(steps.map((step) => step.do)).toEqual(['clear-locks', 'wait', 'alert'])
    expect([done, checked]).toEqual([['clear-locks'], undefined])
  })

  test.each<[string, RecoveryStep]>([
    ['a lock was cleared', clearLocks],
    ['a command was run, whatever became of it', exec],
    ['a service was restarted', restart],
  ])('is done when %s', async (_title, step) => {
    const {recover} = scene({steps: [step, verify]})
    expect(await recover()).toMatchObject({recovered: true})
  })

  test('is left out when the only restart did not reach its manager; that spends no budget', async () => {
    const answer = {ok: false, reason: 'no such program', notStarted: true} as const
    const absent: Service = {restart: async () => answer, isUp: async () => ({state: 'unknown', detail: ''})}
    const {recover, done, records} = scene({steps: [restart, verify], service: absent, checks: [unhealthy]})
    for (let run = 1; run <= 4; run++) expect(await recover()).toMatchObject({verdict: 'performed'})
    expect(new Set(done)).toEqual(new Set(['restart']))
    expect(records[0]).toMatchObject({do: 'restart', ok: false, notStarted: true})
  })

  test('is left out when the restart was left out because of the budget of the service', async () => {
    const {recover, done} = scene({steps: [restart, verify], checks: [unhealthy], budget: {recoveries: 9, perMs: 1000}})
    await recover()
    await recover()
    expect(done).toEqual(['restart', 'verify'])
  })
})

describe('a spent budget', () => {
  const failing = {steps: [clearLocks, exec, verify], checks: [unhealthy], stale: [[]]}

  test('refuses the third restart or command within the window, on record, with one alert', async () => {
    const {recover, done, alerts, records} = scene(failing)
    await recover()
    await recover()
    const third = await recover()
    expect(third).toMatchObject({
      verdict: 'refused',
      recovered: false,
      reason: expect.stringMatching(/recoveries of check from uw-socket, 2 in 30m/),
    })
    expect(records.at(-2)).toMatchObject({
      kind: 'step-ended',
      do: 'refused',
      ok: false,
      evidence: third.reason,
    })
    const one = ['clear-locks', 'sh fix.sh', 'verify']
    expect(done).toEqual([...one, ...one, 'clear-locks'])
    expect(alerts).toMatchObject([{level: 'CRITICAL', message: expect.stringMatching(/is not recovered again/)}])
  })

  test('alerts once for each window, however often it refuses', async () => {
    const {recover, alerts, records, clock} = scene({...failing, budget: {recoveries: 0, perMs: 1_800_000}})
    for (let minute = 0; minute < 60; minute++) {
      await recover()
      clock.advance(60_000)
    }
    expect(alerts).toHaveLength(2)
    const refusals = records.filter((record) => record['do'] === 'refused')
    expect([refusals.length, refusals.filter(({suppressed}) => suppressed === true).length]).toEqual([60, 58])
  })

  test('alerts for each failure class, which has a budget of its own', async () => {
    const {recover, alerts} = scene({...failing, budget: {recoveries: 1, perMs: 1_800_000}})
    for (const failureClass of ['uw-socket', 'server', 'uw-socket', 'server', 'uw-socket']) {
      await recover({class: failureClass})
    }
    expect(alerts.map(({details}) => details['class'])).toEqual(['uw-socket', 'server'])
  })

  test('still clears a stale lock, and the verification after it recovers the job without an alert', async () => {
    const {recover, done, alerts, records} = scene({
      ...{steps: [clearLocks, exec, verify], stale: [[], [], ['/s/dead.lock']]},
      checks: [unhealthy, unhealthy, healthy],
    })
    await recover()
    await recover()
    expect(await recover()).toMatchObject({verdict: 'performed', recovered: true, checked: healthy})
    expect(done.slice(-2)).toEqual(['clear-locks', 'verify'])
    expect(alerts).toEqual([])
    expect(records.filter((record) => record['do'] === 'refused')).toEqual([])
  })

  test('comes back when its window has passed', async () => {
    const {recover, clock} = scene(failing)
    await recover()
    await recover()
    clock.advance(1_800_001)
    expect((await recover()).verdict).toBe('performed')
  })
})

describe('an alert step', () => {
  const alerting = {steps: [alert], budget: {recoveries: 2, perMs: 1_800_000}}

  test('is raised once for each window, and recorded as suppressed after that', async () => {
    const {recover, alerts, records, clock} = scene(alerting)
    for (let minute = 0; minute < 60; minute++) {
      await recover()
      clock.advance(60_000)
    }
    expect(alerts).toHaveLength(2)
    expect(records[2]).toMatchObject({
      ...{kind: 'step-ended', do: 'alert', ok: true, suppressed: true},
      evidence: expect.stringMatching(/^raised by run r1 at .*; raised again from /),
    })
  })
})

test('a restart that the budget refused does not put off the next one', async () => {
  const {recover, clock} = scene({steps: [restart], budget: {recoveries: 9, perMs: 1000}})
  await recover()
  clock.advance(1_800_000)
  await recover()
  clock.advance(1_800_001)
  expect((await recover()).steps).toMatchObject([{ok: true}])
})

test.each(['up', 'uncheckable'] as const)(
  'a service that another run has restarted meanwhile and that is %s is left alone, and costs no budget',
  async (state) => {
    const isUp = async () => ({state, detail: 'pid 7'})
    const restarts = {count: 0}
    const service: Service = {restart: async () => ({ok: true, detail: `${restarts.count++}`}), isUp}
    const {recover} = scene({steps: [restart, verify], service, lease: {is: 'restarted', by: 'r9'}})
    const {steps} = await recover()
    expect(steps[0]).toEqual({
      do: 'restart',
      ok: true,
      durationMs: 0,
      evidence: 'not restarted: run r9 has just restarted uw-daemon; pid 7',
      class: 'uw-socket',
    })
    expect([restarts.count, steps[1]]).toMatchObject([0, {do: 'verify', ok: true}])
  },
)

test('a service that another run has restarted and that is down again is restarted', async () => {
  const states = ['down', 'down', 'up'] as const
  let asked = 0
  const isUp = async () => ({state: states[Math.min(asked++, 2)]!, detail: ''})
  const service: Service = {restart: async () => ({ok: true, detail: ''}), isUp}
  const {recover} = scene({steps: [restart], service, lease: {is: 'restarted', by: 'r9'}})
  expect((await recover()).steps).toMatchObject([{do: 'restart', ok: true, service: 'uw-daemon'}])
})

test('a service that another run is still restarting is not touched, and the other steps go on', async () => {
  const {recover, done} = scene({steps: [restart, exec], lease: {is: 'busy', reason: 'run r9 is restarting it'}})
  const {steps} = await recover()
  expect(steps).toMatchObject([{ok: false, evidence: 'not restarted: run r9 is restarting it'}, {do: 'exec'}])
  expect(done).toEqual(['sh fix.sh'])
})

test('two restarts of one service in one recovery are two', async () => {
  const {recover} = scene({steps: [restart, restart]})
  expect((await recover()).steps.map(({ok}) => ok)).toEqual([true, false])
})

test('a run that is not recovered from is left alone', async () => {
  const {recover, records} = scene({steps: [clearLocks]})
  expect(await recover({outcome: 'killed'})).toMatchObject({
    verdict: 'nothing',
    reason: expect.stringMatching(/killed/),
  })
  expect(records.filter(({kind}) => kind === 'step-ended')).toEqual([])
})

test('no further step begins once guard was asked to end', async () => {
  const {recover, done, stop} = scene({steps: [clearLocks, exec, verify]})
  stop.abort()
  expect(await recover()).toMatchObject({recovered: false, steps: []})
  expect(done).toEqual([])
})

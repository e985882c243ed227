import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import type {RecoveryStep} from '../../../src/domain/settings/job.js'
import type {ServiceSettings} from '../../../src/domain/settings/service.js'
import type {Service} from '../../../src/system/services/service.js'
import type {Checked, RecoveryAlert, RecoveryRequest} from '../../../src/usecases/recovery/recovery-steps.js'
import type {RestartLease} from '../../../src/usecases/recovery/restart-lease.js'
import {type RecoveryDeps, runRecovery} from '../../../src/usecases/recovery/run-recovery.js'
import {fakeClock} from '../../support/fake-clock.js'
import {quickService} from '../../support/settings.js'

const clearLocks: RecoveryStep = {do: 'clear-locks', when: [], files: ['state/**/*.lock'], minAgeMs: 600_000}
const restart: RecoveryStep = {do: 'restart', when: ['uw-socket'], service: 'uw-daemon'}
const wait: RecoveryStep = {do: 'wait', when: [], forMs: 5000}
const verify: RecoveryStep = {do: 'verify', when: [], pollMs: 5000}
const alert: RecoveryStep = {do: 'alert', when: [], level: 'CRITICAL', file: 'sip_{job}_{timestamp}.txt'}
const exec: RecoveryStep = {do: 'exec', when: [], command: ['sh', 'mend.sh'], timeoutMs: 1000}

const uwDaemon: ServiceSettings = {
  ...quickService,
  manager: 'command',
  restart: ['true'],
  budget: {recoveries: 1, perMs: 3_600_000},
}
const healthy: Checked = {outcome: 'healthy'}
const unhealthy: Checked = {outcome: 'unhealthy', detail: 'socket closed'}

interface Scene {
  readonly steps: readonly RecoveryStep[]
  /** What the checks find, one after the other; the last one stays. */
  readonly checks?: readonly Checked[]
  readonly budget?: {readonly recoveries: number; readonly perMs: number}
  readonly service?: Service
  /** What others have done to the service. */
  readonly turn?: RestartLease
}

/** A job that went wrong, in a world that remembers what was done to it. */
function scene({
  steps,
  checks = [healthy],
  budget = {recoveries: 2, perMs: 1_800_000},
  service,
  turn = {is: 'free'},
}: Scene) {
  const clock = fakeClock()
  const records: RawRecord[] = []
  const done: string[] = []
  const alerts: RecoveryAlert[] = []
  const stop = new AbortController()
  let runs = 0
  let checked = 0
  const up: Service = {
    restart: async () => ({ok: true, detail: ''}),
    isUp: async () => ({state: 'uncheckable', detail: ''}),
  }
  const note = (kind: string, facts: object) => {
    records.push({kind, job: 'check', run: `r${runs}`, at: clock.now(), ...facts})
  }
  const deps: RecoveryDeps<Checked> = {
    clock,
    signal: stop.signal,
    newestRuns: () => [...records].reverse(),
    withRestartLease: (_service, _times, work) => work(turn),
    recordStep: (step) => note('step-ended', step),
    show: (_shown, work) => work(),
    clearLocks: async () => {
      done.push('clear-locks')
      const locks = [{path: '/s/live.lock', verdict: 'held', reason: 'is held by process 7'} as const]
      return {locks, cleared: [], unreadable: []}
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
  const heal = async (given: Partial<RecoveryRequest> = {}) => {
    runs++
    const settings = {recovery: steps, recoverOn: ['degraded', 'unhealthy'] as const, budget}
    const request = {
      job: 'check',
      runId: `r${runs}`,
      outcome: 'unhealthy',
      class: 'uw-socket',
      detail: 'socket closed',
    } as const
    const healing = await runRecovery(deps, {...request, settings, services: {'uw-daemon': uwDaemon}, ...given})
    note('ended', {outcome: healing.checked?.outcome ?? 'unhealthy', recovered: healing.recovered})
    return healing
  }
  return {heal, clock, done, alerts, records, stop}
}

test('the steps are taken in order, and the verdict of the check is the verdict of the run', async () => {
  const {heal, done, records} = scene({steps: [clearLocks, restart, wait, verify]})
  const healing = await heal()
  expect(healing).toMatchObject({verdict: 'performed', recovered: true, checked: healthy})
  expect(done).toEqual(['clear-locks', 'restart', 'verify'])
  expect(records.filter(({kind}) => kind === 'step-ended')).toMatchObject([
    {do: 'clear-locks', ok: true, evidence: 'cleared none of 1, kept 1: live.lock is held by process 7'},
    {do: 'restart', ok: true, service: 'uw-daemon'},
    {do: 'wait', ok: true, durationMs: 5000},
    {do: 'verify', ok: true, evidence: 'healthy'},
  ])
})

test('a step for another failure class is left out', async () => {
  const {heal, done} = scene({steps: [clearLocks, restart, verify]})
  await heal({class: 'alpaca-sip'})
  expect(done).toEqual(['clear-locks', 'verify'])
})

test('a job that is still unwell keeps the verdict of its check', async () => {
  const {heal} = scene({steps: [clearLocks, verify], checks: [unhealthy]})
  expect(await heal()).toMatchObject({recovered: false, checked: unhealthy})
})

test('without a check nothing is known to be recovered', async () => {
  const {heal} = scene({steps: [clearLocks]})
  expect(await heal()).toMatchObject({verdict: 'performed', recovered: false, checked: undefined})
})

test('a step that fails, or breaks, stops no other; its reason is recorded without secrets', async () => {
  const broken: Service = {
    restart: () => Promise.reject(new Error('boom')),
    isUp: () => Promise.reject(new Error('boom')),
  }
  const {heal, done} = scene({steps: [exec, restart, verify], service: broken})
  const {steps, recovered} = await heal()
  expect(steps).toMatchObject([{ok: false, evidence: 'token=*** refused'}, {ok: false, evidence: 'boom'}, {ok: true}])
  expect([done, recovered]).toEqual([['sh mend.sh', 'restart', 'verify'], true])
})

test('a service that the settings do not have is a failed step', async () => {
  const {heal} = scene({steps: [restart, verify]})
  const {steps} = await heal({services: {}})
  expect(steps[0]).toMatchObject({do: 'restart', ok: false, evidence: 'the settings have no service uw-daemon'})
})

test('a check that finds the job well ends the recovery; steps behind it are for when it is not', async () => {
  const ladder = [clearLocks, verify, exec, verify]
  const well = scene({steps: ladder})
  await well.heal()
  expect(well.done).toEqual(['clear-locks', 'verify'])
  const ill = scene({steps: ladder, checks: [unhealthy, healthy]})
  expect(await ill.heal()).toMatchObject({recovered: true})
  expect(ill.done).toEqual(['clear-locks', 'verify', 'sh mend.sh', 'verify'])
})

test('a check is repeated until the job is well', async () => {
  const polled = {...verify, deadlineMs: 60_000}
  const {heal, clock} = scene({steps: [clearLocks, polled], checks: [unhealthy, unhealthy, healthy]})
  const begun = clock.mono()
  const {steps, recovered} = await heal()
  expect([recovered, steps[1]?.evidence, clock.mono() - begun]).toEqual([true, 'healthy (check 3)', 10_000])
})

test('a check is repeated no longer than to its deadline', async () => {
  const {heal, clock} = scene({steps: [clearLocks, {...verify, deadlineMs: 12_000}], checks: [unhealthy]})
  const begun = clock.mono()
  const {steps} = await heal()
  expect([steps[1]?.evidence, clock.mono() - begun]).toEqual(['unhealthy: socket closed (check 3)', 10_000])
})

test('an alert is raised for the job, and its file is named after the time', async () => {
  const {heal, alerts} = scene({steps: [alert]})
  const {steps} = await heal()
  expect(alerts).toMatchObject([
    {level: 'CRITICAL', component: 'check', job: 'check', message: 'check is unhealthy (uw-socket: socket closed)'},
  ])
  expect(steps[0]?.evidence).toMatch(/written to \/logs\/sip_check_20260105_120000\.txt$/)
})

test('the third recovery within the window of a budget of two is refused, recorded, and told once', async () => {
  const {heal, done, alerts, records} = scene({steps: [clearLocks, verify], checks: [unhealthy]})
  await heal()
  await heal()
  const third = await heal()
  expect(third).toMatchObject({
    verdict: 'refused',
    recovered: false,
    reason: expect.stringMatching(/recoveries of check, 2 in 30m/),
  })
  expect(records.at(-2)).toMatchObject({
    kind: 'step-ended',
    do: 'refused',
    ok: false,
    evidence: third.reason.slice(0, 200),
  })
  await heal()
  expect(done).toEqual(['clear-locks', 'verify', 'clear-locks', 'verify'])
  expect(alerts).toHaveLength(2)
  expect(new Set(alerts.map(({key}) => key)).size).toBe(1)
})

test('a budget comes back when its window has passed', async () => {
  const {heal, clock} = scene({steps: [clearLocks, verify], checks: [unhealthy]})
  await heal()
  await heal()
  clock.advance(1_800_001)
  expect((await heal()).verdict).toBe('performed')
})

test('a service is restarted no more than its own budget allows, and the other steps go on', async () => {
  const {heal, done} = scene({steps: [restart, clearLocks]})
  await heal()
  const {steps} = await heal()
  expect(steps).toMatchObject([
    {
      do: 'restart',
      ok: false,
      evidence: expect.stringMatching(/not restarted: the budget for restarts of uw-daemon, 1 in 1h, is spent/),
    },
    {do: 'clear-locks', ok: true},
  ])
  expect(done).toEqual(['restart', 'clear-locks', 'clear-locks'])
})

test('a restart that the budget refused does not put off the next one', async () => {
  const {heal, clock} = scene({steps: [restart], budget: {recoveries: 9, perMs: 1000}})
  await heal()
  clock.advance(1_800_000)
  await heal()
  clock.advance(1_800_001)
  expect((await heal()).steps).toMatchObject([{ok: true}])
})

test.each(['up', 'uncheckable'] as const)(
  'a service that another run has restarted meanwhile and that is %s is left alone, and costs no budget',
  async (state) => {
    const isUp = async () => ({state, detail: 'pid 7'})
    const restarts = {count: 0}
    const service: Service = {restart: async () => ({ok: true, detail: `${restarts.count++}`}), isUp}
    const {heal} = scene({steps: [restart, verify], service, turn: {is: 'restarted', by: 'r9'}})
    const {steps} = await heal()
    expect(steps[0]).toEqual({
      do: 'restart',
      ok: true,
      durationMs: 0,
      evidence: 'not restarted: run r9 has just restarted uw-daemon; pid 7',
    })
    expect([restarts.count, steps[1]]).toMatchObject([0, {do: 'verify', ok: true}])
  },
)

test('a service that another run has restarted and that is down again is restarted', async () => {
  const states = ['down', 'down', 'up'] as const
  let asked = 0
  const isUp = async () => ({state: states[Math.min(asked++, 2)]!, detail: ''})
  const service: Service = {restart: async () => ({ok: true, detail: ''}), isUp}
  const {heal} = scene({steps: [restart], service, turn: {is: 'restarted', by: 'r9'}})
  expect((await heal()).steps).toMatchObject([{do: 'restart', ok: true, service: 'uw-daemon'}])
})

test('a service that another run is still restarting is not touched, and the other steps go on', async () => {
  const {heal, done} = scene({steps: [restart, verify], turn: {is: 'busy', reason: 'run r9 is restarting it'}})
  const {steps} = await heal()
  expect(steps).toMatchObject([
    {ok: false, evidence: 'not restarted: run r9 is restarting it'},
    {do: 'verify', ok: true},
  ])
  expect(done).toEqual(['verify'])
})

test('two restarts of one service in one recovery are two', async () => {
  const {heal} = scene({steps: [restart, restart]})
  expect((await heal()).steps.map(({ok}) => ok)).toEqual([true, false])
})

test('a run that is not recovered from is left alone', async () => {
  const {heal, records} = scene({steps: [clearLocks]})
  expect(await heal({outcome: 'killed'})).toMatchObject({verdict: 'nothing', reason: expect.stringMatching(/killed/)})
  expect(records.filter(({kind}) => kind === 'step-ended')).toEqual([])
})

test('no further step begins once guard was asked to end', async () => {
  const {heal, done, stop} = scene({steps: [clearLocks, exec, verify]})
  stop.abort()
  expect(await heal()).toMatchObject({recovered: false, steps: []})
  expect(done).toEqual([])
})

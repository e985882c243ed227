import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import type {RunResult} from '../../../src/domain/run/outcome.js'
import type {RecoveryStep} from '../../../src/domain/settings/job.js'
import {
  performStep,
  type RecoveryAlert,
  type RecoveryRequest,
  type StepDeps,
} from '../../../src/usecases/recovery/recovery-steps.js'
import {fakeClock} from '../../support/fake-clock.js'
import {quickService} from '../../support/settings.js'

const request: RecoveryRequest = {
  ...{job: 'check', runId: 'run-2', outcome: 'unhealthy', class: 'uw-socket', detail: 'socket closed'},
  settings: {recovery: [], recoverOn: ['unhealthy'], budget: {recoveries: 2, perMs: 1_800_000}},
  services: {daemon: {...quickService, manager: 'command', restart: ['true']}},
}

/** One step, with adapters of which `more` replaces some. */
function perform(step: RecoveryStep, more: Partial<StepDeps<RunResult>> = {}, lease = {is: 'free'} as const) {
  const clock = fakeClock()
  const alerts: RecoveryAlert[] = []
  const files: [string, string][] = []
  const unexpected = () => Promise.reject(new Error('not part of this step'))
  const deps: StepDeps<RunResult> = {
    clock,
    signal: new AbortController().signal,
    clearLocks: unexpected,
    newestRuns: () => [],
    openService: () => ({
      restart: async () => ({ok: true, detail: 'told to restart'}),
      isUp: async () => ({state: 'uncheckable', detail: ''}),
    }),
    exec: unexpected,
    raiseAlert: (alert) => void alerts.push(alert),
    writeAlertFile: (name, text) => {
      files.push([name, text])
      return `/logs/${name}`
    },
    verify: unexpected,
    ...more,
  }
  const begun = clock.mono()
  const result = performStep(deps, {step, request, lease})
  return {result, alerts, files, elapsedMs: () => clock.mono() - begun}
}

const clearLocks: RecoveryStep = {do: 'clear-locks', when: [], files: ['*.lock'], minAgeMs: 600_000}
const restart: RecoveryStep = {do: 'restart', when: [], service: 'daemon'}
const exec: RecoveryStep = {do: 'exec', when: [], command: ['fix', 'it'], timeoutMs: 5000}
const verify: RecoveryStep = {do: 'verify', when: [], pollMs: 1000}

describe('clear-locks', () => {
  const stale = {path: '/s/a.lock', verdict: 'stale', reason: 'its owner is gone'} as const
  const held = {path: '/s/b.lock', verdict: 'held', reason: 'its owner lives'} as const

  test('asks for the patterns and the age of the settings', async () => {
    const asked: object[] = []
    const clear = async (locks: object) => {
      asked.push(locks)
      return {locks: [], cleared: [], unreadable: []}
    }
    expect(await perform(clearLocks, {clearLocks: clear}).result).toEqual({ok: true, evidence: 'cleared none of 0'})
    expect(asked).toEqual([{patterns: ['*.lock'], minAgeMs: 600_000}])
  })

  test('has changed something once it moved a lock, and says what it kept and why', async () => {
    const clear = async () => ({
      ...{locks: [stale, held], cleared: [stale.path], unreadable: []},
      quarantineId: 'q1',
    })
    expect(await perform(clearLocks, {clearLocks: clear}).result).toEqual({
      ok: true,
      evidence: 'cleared 1 into q1, kept 1: b.lock its owner lives',
      changedBy: 'this-run',
    })
  })

  test('has failed where it could not look', async () => {
    const clear = async () => ({locks: [], cleared: [], unreadable: ['/s/closed']})
    const evidence = 'cleared none of 0, could not read /s/closed'
    expect(await perform(clearLocks, {clearLocks: clear}).result).toEqual({ok: false, evidence})
  })
})

describe('restart', () => {
  test('is done, and counts', async () => {
    expect(await perform(restart).result).toEqual({ok: true, evidence: 'told to restart', changedBy: 'this-run'})
  })

  test('that the manager refuses has failed, and counts', async () => {
    const openService: StepDeps<RunResult>['openService'] = () => ({
      restart: async () => ({ok: false, reason: 'no such program'}),
      isUp: async () => ({state: 'down', detail: ''}),
    })
    const expected = {ok: false, evidence: 'no such program', changedBy: 'this-run'}
    expect(await perform(restart, {openService}).result).toEqual(expected)
  })

  test('that did not reach the manager has failed, and changes nothing', async () => {
    const openService: StepDeps<RunResult>['openService'] = () => ({
      restart: async () => ({ok: false, reason: 'no such program', notStarted: true}),
      isUp: async () => ({state: 'unknown', detail: ''}),
    })
    const expected = {ok: false, evidence: 'no such program', notStarted: true}
    expect(await perform(restart, {openService}).result).toEqual(expected)
  })

  test('is refused beyond the budget of its service, whichever job and class spent it, and changes nothing', async () => {
    const at = fakeClock().now()
    const restarted = (run: string): RawRecord => ({
      ...{kind: 'step-ended', do: 'restart', service: 'daemon'},
      ...{job: 'other', class: 'server', run, at},
    })
    const newestRuns = () => ['r1', 'r2', 'r3'].map(restarted)
    const result = await perform(restart, {newestRuns}).result
    expect(result).toEqual({
      ok: false,
      evidence: expect.stringMatching(/^not restarted: the budget for restarts of daemon, 3 in 30m, is spent/),
    })
  })

  test('of a service that the settings do not name has failed, and changes nothing', async () => {
    const expected = {ok: false, evidence: 'the settings have no service nothing'}
    expect(await perform({...restart, service: 'nothing'}).result).toEqual(expected)
  })
})

describe('exec', () => {
  test('runs the command with its time limit; it counts whether it worked or not', async () => {
    const asked: unknown[] = []
    const run: StepDeps<RunResult>['exec'] = async (...args) => {
      asked.push(args)
      return {ok: false, evidence: 'exit 3'}
    }
    expect(await perform(exec, {exec: run}).result).toEqual({ok: false, evidence: 'exit 3', changedBy: 'this-run'})
    expect(asked).toEqual([[['fix', 'it'], 5000]])
  })
})

test('an exec whose program could not be started has failed, and changes nothing', async () => {
  const result = {ok: false, evidence: 'no such program', notStarted: true} as const
  expect(await perform(exec, {exec: async () => result}).result).toEqual(result)
})

describe('alert', () => {
  const step: RecoveryStep = {do: 'alert', when: [], level: 'WARNING'}

  test('says what went wrong where the settings have no words for it', async () => {
    const {result, alerts} = perform(step)
    expect(await result).toEqual({ok: true, evidence: 'check is unhealthy (uw-socket: socket closed)'})
    expect(alerts).toEqual([
      {
        ...{level: 'WARNING', component: 'check', job: 'check'},
        message: 'check is unhealthy (uw-socket: socket closed)',
        details: {runId: 'run-2', outcome: 'unhealthy', class: 'uw-socket', detail: 'socket closed'},
      },
    ])
  })

  test('says the words of the settings, also in a file whose name has the job and the time', async () => {
    const {result, files} = perform({...step, message: 'the feed is late', file: '{job}_{timestamp}.txt'})
    const name = 'check_20260105_120000.txt'
    expect(await result).toEqual({ok: true, evidence: `the feed is late; written to /logs/${name}`})
    expect(files).toEqual([
      [name, '2026-01-05T12:00:00.000Z WARNING check: the feed is late\nrun run-2, outcome unhealthy\n'],
    ])
  })

  test('is raised even if its file cannot be written', async () => {
    const writeAlertFile = () => {
      throw new Error('disk full')
    }
    const {result, alerts} = perform({...step, file: 'a.txt'}, {writeAlertFile})
    expect(await result).toEqual({ok: false, evidence: 'disk full'})
    expect(alerts).toHaveLength(1)
  })

  test('that an earlier run raised within the window is suppressed, and writes no file', async () => {
    const raised = {kind: 'step-ended', do: 'alert', level: 'WARNING', class: 'uw-socket', job: 'check', run: 'run-1'}
    const newestRuns = () => [{...raised, at: fakeClock().now()}]
    const {result, alerts, files} = perform({...step, file: 'a.txt'}, {newestRuns})
    expect(await result).toMatchObject({ok: true, suppressed: true})
    expect([alerts, files]).toEqual([[], []])
  })
})

describe('wait', () => {
  const step: RecoveryStep = {do: 'wait', when: [], forMs: 5000}

  test('waits, and changes nothing', async () => {
    const {result, elapsedMs} = perform(step)
    expect([await result, elapsedMs()]).toEqual([{ok: true, evidence: ''}, 5000])
  })

  test('ends when guard is asked to end', async () => {
    const result = perform(step, {signal: AbortSignal.abort()}).result
    expect(await result).toEqual({ok: false, evidence: 'guard was asked to end'})
  })
})

describe('verify', () => {
  const found = (...outcomes: readonly RunResult[]) => {
    let count = 0
    return {verify: async () => outcomes[Math.min(count++, outcomes.length - 1)]!, count: () => count}
  }

  test('runs the job once, and says what it found', async () => {
    const checks = found({outcome: 'degraded', detail: 'half'})
    const {result} = perform(verify, checks)
    expect(await result).toEqual({
      ...{ok: false, evidence: 'degraded: half'},
      checked: {outcome: 'degraded', detail: 'half'},
    })
    expect(checks.count()).toBe(1)
  })

  test('repeats until the job is healthy', async () => {
    const checks = found({outcome: 'failed'}, {outcome: 'healthy'})
    const {result, elapsedMs} = perform({...verify, deadlineMs: 10_000}, checks)
    expect(await result).toMatchObject({ok: true, evidence: 'healthy (check 2)'})
    expect(elapsedMs()).toBe(1000)
  })

  test('does not repeat past its deadline, nor once guard is asked to end', async () => {
    const late = found({outcome: 'failed'})
    await perform({...verify, deadlineMs: 2500}, late).result
    const ended = found({outcome: 'failed'})
    await perform({...verify, deadlineMs: 2500}, {...ended, signal: AbortSignal.abort()}).result
    expect([late.count(), ended.count()]).toEqual([3, 1])
  })
})

describe('a step that throws', () => {
  test.each<[RecoveryStep, boolean]>([
    [clearLocks, false],
    [exec, true],
    [verify, false],
  ])('$do has failed with the reason', async (step, counts) => {
    const expected = {ok: false, evidence: 'not part of this step', ...(counts && {changedBy: 'this-run'})}
    expect(await perform(step).result).toEqual(expected)
  })
})

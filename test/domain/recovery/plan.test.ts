import {expect, test} from 'vitest'
import {planRecovery, stepTitle, type Trouble} from '../../../src/domain/recovery/plan.js'
import type {RecoveryStep} from '../../../src/domain/settings/job.js'

const clearLocks: RecoveryStep = {do: 'clear-locks', when: [], files: ['state/**/*.lock'], minAgeMs: 600_000}
const restartDaemon: RecoveryStep = {do: 'restart', when: ['uw-socket'], service: 'uw-daemon'}
const restartBot: RecoveryStep = {do: 'restart', when: ['alpaca-sip', 'unhealthy'], service: 'bot'}
const wait: RecoveryStep = {do: 'wait', when: [], forMs: 5000}
const verify: RecoveryStep = {do: 'verify', when: [], pollMs: 5000}
const steps = [clearLocks, restartDaemon, restartBot, wait, verify]

const trouble: Trouble = {
  outcome: 'degraded',
  class: undefined,
  recoverOn: ['degraded', 'unhealthy'],
  budget: {granted: true},
}

function performed(given: Partial<Trouble>, of: readonly RecoveryStep[] = steps) {
  const plan = planRecovery(of, {...trouble, ...given})
  return plan.verdict === 'recover' ? plan.steps.filter(({skip}) => !skip).map(({step}) => step) : plan.verdict
}

test('steps keep their order, and those for another class are left out with the reason', () => {
  expect(performed({class: 'uw-socket'})).toEqual([clearLocks, restartDaemon, wait, verify])
  const plan = planRecovery(steps, {...trouble, class: 'uw-socket'})
  expect(plan).toMatchObject({
    steps: expect.arrayContaining([{step: restartBot, skip: 'only for alpaca-sip, unhealthy'}]),
  })
})

test('a step is for a class or for an outcome', () => {
  expect(performed({class: 'alpaca-sip'})).toContain(restartBot)
  expect(performed({outcome: 'unhealthy'})).toContain(restartBot)
})

test('an unknown class gets the steps that are for any', () => {
  expect(performed({})).toEqual([clearLocks, wait, verify])
})

test.each<[string, Partial<Trouble>, readonly RecoveryStep[], RegExp]>([
  ['no steps', {}, [], /no recovery is set/],
  ['an outcome that is not recovered from', {outcome: 'killed'}, steps, /killed is not recovered from/],
  ['a healthy run', {outcome: 'healthy'}, steps, /healthy is not recovered from/],
  ['no step for the class', {class: 'other'}, [restartDaemon, wait, verify], /no step is for other or degraded/],
])('%s calls for nothing, with the reason', (_title, given, of, reason) => {
  expect(planRecovery(of, {...trouble, ...given})).toEqual({verdict: 'nothing', reason: expect.stringMatching(reason)})
})

test('only waiting and verifying again is not a recovery', () => {
  expect(performed({}, [wait, verify])).toBe('nothing')
})

const spent = {granted: false, reason: '2 recoveries are spent'} as const

test('a spent budget refuses restarts and commands, with its reason, and nothing else', () => {
  const exec: RecoveryStep = {do: 'exec', when: [], command: ['fix'], timeoutMs: 1000}
  const alert: RecoveryStep = {do: 'alert', when: [], level: 'CRITICAL'}
  const plan = planRecovery([clearLocks, restartBot, exec, alert, wait, verify], {
    ...{...trouble, outcome: 'unhealthy', budget: spent},
  })
  expect(plan).toEqual({
    verdict: 'recover',
    refusal: spent.reason,
    steps: [
      ...[{step: clearLocks}, {step: restartBot, skip: spent.reason}, {step: exec, skip: spent.reason}],
      ...[{step: alert}, {step: wait}, {step: verify}],
    ],
  })
})

test('a spent budget refuses nothing where there is nothing to do, or nothing that it counts', () => {
  expect(performed({budget: spent, outcome: 'healthy'})).toBe('nothing')
  expect(planRecovery(steps, {...trouble, budget: spent})).toMatchObject({verdict: 'recover', refusal: undefined})
})

test('every step has a title', () => {
  const others: RecoveryStep[] = [
    {do: 'exec', when: [], command: ['sh', 'mend.sh'], timeoutMs: 1000},
    {do: 'alert', when: [], level: 'CRITICAL'},
    {...verify, deadlineMs: 60_000},
  ]
  expect([...steps, ...others].map(stepTitle)).toEqual([
    'clear stale locks state/**/*.lock',
    'restart uw-daemon',
    'restart bot',
    'wait 5s',
    'check again',
    'run sh mend.sh',
    'raise a CRITICAL alert',
    'check again for up to 1m',
  ])
})

import {expect, test} from 'vitest'
import {diagnoseGateway} from '../../../src/usecases/watchdog/diagnose-gateway.js'
import {fakeClock} from '../../support/fake-clock.js'
import {fakeOpenClaw, jobId} from '../../support/fake-openclaw.js'

const lost = {kind: 'transient', cause: 'gateway-timeout', message: 'gateway timeout after 10000ms'} as const

test('a gateway that hangs, is busy or down is named so', async () => {
  const openclaw = fakeOpenClaw(fakeClock())
  for (const health of ['hung', 'ready', 'not-ready', 'unclear', 'down'] as const) {
    openclaw.healthNow = health
    expect(await diagnoseGateway(openclaw, lost)).toBe(
      `OpenClaw gives no answer, its gateway is ${health}: gateway timeout after 10000ms`,
    )
  }
})

test('of a gateway that is down the unfinished runs are told', async () => {
  const openclaw = fakeOpenClaw(fakeClock())
  openclaw.healthNow = 'down'
  openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
  expect(await diagnoseGateway(openclaw, lost)).toContain('; it left 1 run unfinished')
})

test('wrong settings are told as such, and no gateway is asked', async () => {
  const openclaw = fakeOpenClaw(fakeClock())
  const failure = {kind: 'configuration', cause: 'wrong-token', message: 'unauthorized'} as const
  expect(await diagnoseGateway(openclaw, failure)).toBe('OpenClaw cannot be asked (configuration): unauthorized')
  expect(openclaw.calls).toEqual([])
})

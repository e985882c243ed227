import {expect, test} from 'vitest'
import type {RestartAnswer, Service, ServiceState} from '../../../src/system/services/service.js'
import {restartService} from '../../../src/usecases/recovery/restart-service.js'
import {fakeClock} from '../../support/fake-clock.js'

const down: ServiceState = {state: 'down', detail: 'bot is down'}
const up = (incarnation: string): ServiceState => ({state: 'up', detail: `bot runs as ${incarnation}`, incarnation})
const starting: ServiceState = {state: 'starting', detail: 'bot is starting'}
const failed: ServiceState = {state: 'failed', detail: 'bot failed: exit 3'}
const uncheckable: ServiceState = {state: 'uncheckable', detail: 'nobody can tell'}
const ok: RestartAnswer = {ok: true, detail: 'restarted'}

/** A service whose states are those, one a question; the last one stays. */
function scripted(states: readonly ServiceState[], answer = ok) {
  const clock = fakeClock()
  const stop = new AbortController()
  const begun = clock.mono()
  let asked = 0
  const service: Service = {
    restart: async () => answer,
    isUp: async () => states[Math.min(asked++, states.length - 1)]!,
  }
  const limits = {upWithinMs: 30_000, stayUpMs: 3000}
  const {signal} = stop
  return {stop, restart: () => restartService({clock, service, signal}, limits), tookMs: () => clock.mono() - begun}
}

test.each<[string, readonly ServiceState[], boolean, RegExp]>([
  ['a service that comes up and stays up is restarted', [down, starting, up('2')], true, /^bot runs as 2$/],
  ['a service that was up must come up anew', [up('1'), up('1'), up('1'), up('2')], true, /^bot runs as 2$/],
  ['a service that lives its old life was not restarted', [up('1')], false, /not restarted.*bot runs as 1/],
  ['a service that stays down is not up within its time', [down], false, /not up within 30s: bot is down/],
  ['a service that its manager has given up on is not waited for', [down, failed], false, /^bot failed: exit 3$/],
  ['a service that falls over once and then stays up is up', [down, up('2'), down, up('3')], true, /runs as 3/],
  [
    'a service that comes up again and again does not stay up',
    [down, ...Array.from({length: 100}, (_, life) => [up(`${life}`), down]).flat()],
    false,
    /did not stay up|not up within/,
  ],
  ['a service that nobody can ask has the word of its restarter', [uncheckable], true, /^restarted; nobody can tell$/],
])('%s', async (_title, states, isOk, evidence) => {
  expect(await scripted(states).restart()).toEqual({ok: isOk, evidence: expect.stringMatching(evidence)})
})

test('a restart that the manager refuses is not waited for', async () => {
  const {restart, tookMs} = scripted([down], {ok: false, reason: 'no such program'})
  expect(await restart()).toEqual({ok: false, evidence: 'no such program'})
  expect(tookMs()).toBe(0)
})

test('a given-up service ends the waiting at once, a service that is down only at its limit', async () => {
  const given = scripted([down, failed])
  await given.restart()
  expect(given.tookMs()).toBe(0)
  const waited = scripted([down])
  await waited.restart()
  expect(waited.tookMs()).toBe(30_000)
})

test('a service is watched for as long as it must stay up', async () => {
  const {restart, tookMs} = scripted([down, up('2')])
  await restart()
  expect(tookMs()).toBe(3000)
})

test('nothing is waited for once guard was asked to end', async () => {
  for (const states of [[down], [down, up('2')]]) {
    const {restart, stop, tookMs} = scripted(states)
    stop.abort()
    expect(await restart()).toEqual({ok: false, evidence: expect.stringMatching(/guard was asked to end/)})
    expect(tookMs()).toBe(0)
  }
})

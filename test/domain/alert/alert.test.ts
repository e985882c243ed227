import {expect, test} from 'vitest'
import {type Alert, alertEntry, alertsFold, parseAlert} from '../../../src/domain/alert/alert.js'

const alert: Alert = {
  level: 'CRITICAL',
  component: 'watchdog',
  message: 'scan is dead',
  details: {attempts: 2},
  job: 'scan',
}

test('an alert carries its time as a text that people read', () => {
  expect(alertEntry(alert, Date.UTC(2026, 0, 5, 12))).toEqual({
    kind: 'raised',
    timestamp: '2026-01-05T12:00:00.000Z',
    ...alert,
  })
})

test('a message and details of any size fit into one line of 64 KiB', () => {
  const huge = alertEntry({...alert, message: 'é'.repeat(1e6), details: {output: '漢'.repeat(1e6)}}, 0)
  expect(Buffer.byteLength(JSON.stringify(huge))).toBeLessThan(64 * 1024)
  expect(huge.message.endsWith('…')).toBe(true)
})

test('the second alert of one key is void, alerts without a key never are', () => {
  const state = alertsFold.empty()
  const verdicts = [{key: 'a'}, {key: 'b'}, {key: 'a'}, {}, {}].map((line) => alertsFold.apply(state, {at: 5, ...line}))
  expect(verdicts).toEqual(['ok', 'ok', 'void', 'ok', 'ok'])
})

test('what was raised is known after a snapshot', () => {
  const state = alertsFold.empty()
  alertsFold.apply(state, {key: 'a', at: 5})
  const restored = alertsFold.restore(JSON.parse(JSON.stringify(alertsFold.save(state))))
  expect(restored).toEqual(state)
  expect(alertsFold.apply(restored, {key: 'a', at: 6})).toBe('void')
})

test('the keys that are remembered are bounded, and the oldest go first', () => {
  const state = alertsFold.empty()
  for (let n = 0; n <= 5000; n++) alertsFold.apply(state, {key: `k${n}`, at: n})
  expect(state.raised.size).toBe(5000)
  expect(state.raised.has('k0')).toBe(false)
})

test('a line of another program is an alert when it has a level and a message', () => {
  expect(parseAlert({level: 'warning', message: 'disk at 91 %'})).toMatchObject({
    level: 'WARNING',
    component: 'unknown',
    timestamp: '',
    details: {},
  })
  expect(parseAlert({level: 'loud', message: 'x'})).toBeUndefined()
  expect(parseAlert({message: 'x'})).toBeUndefined()
})

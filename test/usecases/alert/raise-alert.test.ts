import {expect, test} from 'vitest'
import {alertsFold} from '../../../src/domain/alert/alert.js'
import {raiseAlert} from '../../../src/usecases/alert/raise-alert.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

test('an alert with a key is raised once, one without a key every time', () => {
  const clock = fakeClock()
  const alerts = memoryJournal(alertsFold, clock)
  const say = (key?: string) =>
    raiseAlert({clock, alerts}, {level: 'INFO', component: 'test', message: 'hello', details: {}, key})

  expect([say('k'), say('k'), say(), say()].map((record) => record !== undefined)).toEqual([true, false, true, true])
  expect(alerts.lines).toHaveLength(3)
  expect(alerts.lines.at(-1)).toMatchObject({kind: 'raised', level: 'INFO', message: 'hello'})
})

test('of two processes that raise one alert at once, one learns that it was the first', () => {
  const clock = fakeClock()
  const alerts = memoryJournal(alertsFold, clock)
  const alert = {level: 'INFO', component: 'test', message: 'hello', details: {}, key: 'k'} as const
  // Neither finds the other's line when it reads.
  const blind = {...alerts, read: alertsFold.empty}
  const raised = [raiseAlert({clock, alerts: blind}, alert), raiseAlert({clock, alerts: blind}, alert)]
  expect(raised.map((record) => record !== undefined)).toEqual([true, false])
})

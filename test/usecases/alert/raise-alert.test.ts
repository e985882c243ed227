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
  expect(alerts.lines.at(-1)).toMatchObject({kind: 'raised', level: 'INFO', message: 'hello'})
})

import {expect, test} from 'vitest'
import {changedPlace} from '../../../src/domain/scheduler/changed-place.js'

const places = {stateDir: '/state', logDir: '/log'}

test('a scheduler that runs cannot follow settings with another stateDir or logDir, and what helps is said', () => {
  expect(changedPlace(places, {...places})).toBeUndefined()
  expect(changedPlace(places, {...places, stateDir: '/other'})).toMatch(
    /^stateDir was changed: restart the scheduler \(guard scheduler stop --state-dir \/state, then guard scheduler start\)$/,
  )
  expect(changedPlace(places, {...places, logDir: undefined})).toMatch(/^logDir was changed: restart the scheduler/)
})

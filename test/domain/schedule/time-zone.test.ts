import {expect, test} from 'vitest'
import {timeZoneProblem} from '../../../src/domain/schedule/time-zone.js'

test.each(['UTC', 'Europe/Berlin', 'America/New_York'])('%s is a time zone', (name) => {
  expect(timeZoneProblem(name)).toBeUndefined()
})

test('a misspelt time zone gets a suggestion', () => {
  expect(timeZoneProblem('Amerika/New_York')).toBe('is not a time zone; did you mean America/New_York?')
})

test.each(['+02:00', '', '../etc/localtime'])('%j is not a time zone', (name) => {
  expect(timeZoneProblem(name)).toMatch(/^is not a time zone/)
})

import {Cron} from 'croner'
import {expect, test} from 'vitest'
import {cronProblem, isWildcard} from '../../../src/domain/schedule/cron-expression.js'
import {fc} from '../../support/properties.js'

test.each([
  '15 14 * * 1-5',
  '*/5 * * * *',
  '0 0 29 2 *',
  '0 0 30-31 2,3 *',
  '0 0 31,28 2 *',
  '0 0 30-31 2 mon',
  '0 9 * jan,jul mon-fri',
  '0 0 * * 7',
  '0 0 * * fri-sat',
  '@daily',
])('"%s" is right', (expression) => {
  expect(cronProblem(expression)).toBeUndefined()
})

test.each([
  ['61 * * * *', 'has "61" as minute'],
  ['* 24 * * *', 'has "24" as hour'],
  ['* * 0 * *', 'has "0" as day of month'],
  ['* * * foo *', 'has "foo" as month'],
  ['0 0 * * fri-sun', 'has "fri-sun" as day of week, which is never due; write 5-7'],
  ['0 0 * * SAT-tue', 'has "SAT-tue" as day of week, which is never due; write 6-7,1-2'],
  ['0 0 * * 5-1', 'has "5-1" as day of week, which is never due; write 5-7,1'],
  ['0 0 * * 7-2', 'has "7-2" as day of week, which is never due; write 0-2'],
  ['0 22-3 * * *', 'has "22-3" as hour, which is never due; write 22-23,0-3'],
  ['0 23-0 * * *', 'has "23-0" as hour, which is never due; write 23,0'],
  ['0 0 1 nov-feb *', 'has "nov-feb" as month, which is never due; write 11-12,1-2'],
  ['0 22-3/2 * * *', 'has "22-3/2" as hour, which is never due'],
  ['*/0 * * * *', 'has "*/0" as minute'],
  ['5/10 * * * *', 'has "5/10" as minute'],
  ['* * * *', 'has 4 fields'],
  ['', 'has 0 fields'],
  ['0 0 30 2 *', 'names day 30 of a month that never has it'],
  ['0 0 30 2 */2', 'names day 30 of a month that never has it'],
  ['0 0 30-31 2 *', 'names day 30-31 of a month that never has it'],
  ['0 0 30,31 feb *', 'names day 30,31 of a month that never has it'],
  ['@reboot', 'is not one of @yearly'],
])('"%s" is wrong, and the wrong field is named', (expression, problem) => {
  expect(cronProblem(expression)).toContain(problem)
})

const number = fc.integer({min: 0, max: 12}).map(String)
const word = fc.constantFrom('mon', 'sun', 'JAN', 'dec')
const range = fc.tuple(fc.oneof(number, word), fc.oneof(number, word)).map((ends) => ends.join('-'))
const item = fc.oneof(fc.constant('*'), number, word, range)
const stepped = fc.tuple(item, fc.option(number)).map(([text, step]) => (step === null ? text : `${text}/${step}`))
const field = fc.array(stepped, {minLength: 1, maxLength: 2}).map((items) => items.join(','))

test('whatever is right here is understood by the scheduler and comes due some day', () => {
  fc.assert(
    fc.property(field, fc.nat({max: 4}), (text, place) => {
      const expression = ['*', '*', '*', '*', '*'].with(place, text).join(' ')
      if (cronProblem(expression) !== undefined) return
      expect(new Cron(expression, {paused: true, timezone: 'UTC'}).nextRun(new Date(0))).toBeInstanceOf(Date)
    }),
    {numRuns: 500},
  )
})

test.each([
  ['*/5 * * * *', true],
  ['7 * * * *', true],
  ['*/5 3 * * *', true],
  ['@hourly', true],
  ['0 3 * * *', false],
  ['0,30 8-17 * * *', false],
  ['@daily', false],
])('%s is one of a wildcard: %s', (expression, is) => {
  expect(isWildcard(expression)).toBe(is)
})

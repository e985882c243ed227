import {expect, test} from 'vitest'
import {cronSpelling, everyMsOf, notForCron, scheduleProblem} from '../../../src/domain/schedule/schedule.js'

test.each([
  ['@every 90m', 5_400_000],
  ['@every 1s', 1000],
  ['@EVERY  2h', 7_200_000],
  ['@every 500ms', undefined],
  ['@every', undefined],
  ['@hourly', undefined],
  ['*/5 * * * *', undefined],
])('%s is a span of %s ms', (expression, ms) => {
  expect(everyMsOf(expression)).toBe(ms)
})

test.each(['@every 90m', '0 2 * * *', '*/10 * * * * *', '30 0 2 * * mon', '@daily'])(
  '%s is a schedule',
  (expression) => {
    expect(scheduleProblem(expression)).toBeUndefined()
  },
)

test.each([
  ['@every 500ms', 'has "500ms" as its span; write @every and a span from 1s to 3650d, such as @every 90m'],
  ['@every soon', 'has "soon" as its span'],
  ['@often', 'is not one of @yearly'],
  ['60 * * * * *', 'has "60" as second'],
  ['0 22-3 * * *', 'write 22-23,0-3'],
  ['0 0 22-3 * * *', 'write 22-23,0-3'],
  ['0 0 * * fri-sun', 'never due'],
  ['0 0 30 2 *', 'would never be due'],
  ['0 0 0 30 2 *', 'would never be due'],
  ['* * * *', 'has 4 fields'],
])('%s is refused, and what to write is said', (expression, text) => {
  expect(scheduleProblem(expression)).toContain(text)
})

test('cron has neither spans nor seconds', () => {
  expect(notForCron('@every 90m')).toBe('crontab(5) has no @every')
  expect(notForCron('0 0 2 * * *')).toBe('crontab(5) has no field for seconds')
  expect(notForCron('0 2 * * *')).toBeUndefined()
  expect(notForCron('@daily')).toBeUndefined()
})

test.each([
  ['@Daily', '@daily'],
  [' 0 5\n* * MON\t', '0 5 * * MON'],
])('%j is %j in a crontab', (expression, spelling) => {
  expect(scheduleProblem(expression)).toBeUndefined()
  expect(cronSpelling(expression)).toBe(spelling)
})

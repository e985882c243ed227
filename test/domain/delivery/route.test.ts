import {expect, test} from 'vitest'
import {channelsFor, matchesPattern} from '../../../src/domain/delivery/route.js'

test('the first route that takes level and job wins, and without one nobody is told', () => {
  const routes = [
    {level: 'CRITICAL', jobs: ['backup*'], to: ['pager']},
    {level: 'WARNING', jobs: [], to: ['chat', 'mail']},
  ] as const
  expect(channelsFor(routes, {subject: 'backup-db', level: 'CRITICAL'})).toEqual(['pager'])
  expect(channelsFor(routes, {subject: 'backup-db', level: 'WARNING'})).toEqual(['chat', 'mail'])
  expect(channelsFor(routes, {subject: 'scan', level: 'INFO'})).toBeUndefined()
})

test.each([
  ['*', '', true],
  ['a*', 'abc', true],
  ['*c', 'abc', true],
  ['a*c*e', 'abcde', true],
  ['a*c', 'abcd', false],
  ['ab*ba', 'aba', false],
  ['a.c', 'abc', false],
  ['abc', 'abc', true],
])('%s on %s: %s', (pattern, text, matches) => {
  expect(matchesPattern(pattern, text)).toBe(matches)
})

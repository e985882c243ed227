import {expect, test} from 'vitest'
import {exitCodeOf} from '../../../src/domain/run/report.js'

test.each([
  ['the job has ended by itself: its own code', {code: 3, signalNumber: undefined, limited: false}, 3],
  ['a signal has ended it: 128 + n', {code: undefined, signalNumber: 15, limited: false}, 143],
  ['a limit has ended it, whatever it said to that: 124', {code: 0, signalNumber: undefined, limited: true}, 124],
  ['a limit has ended it by KILL: 124', {code: undefined, signalNumber: 9, limited: true}, 124],
])('%s', (_, facts, code) => {
  expect(exitCodeOf(facts)).toBe(code)
})

test('a job that ended because its reader had gone has the code of SIGPIPE, whatever ended it', () => {
  expect(exitCodeOf({code: 0, signalNumber: undefined, limited: false, readerGone: true})).toBe(141)
  expect(exitCodeOf({code: undefined, signalNumber: 15, limited: false, readerGone: true})).toBe(141)
})

import {expect, test} from 'vitest'
import {newSince} from '../../../src/cli/alerts/follow-alerts.js'

/** Lines of other programs, which say no more than that. */
const lines = (...messages: string[]) => messages.map((message) => ({id: '', timestamp: '', message}))

test.each([
  ['one that says the same as those before', lines('tape is full', 'tape is full'), lines('tape is full')],
  ['one that comes back', lines('full', 'empty', 'full'), lines('empty', 'full')],
])('%s is new', (_title, now, known) => {
  expect(newSince(known, now)).toEqual(now.slice(0, 1))
})

test('nothing is new where only older ones are not kept any more', () => {
  expect(newSince(lines('full', 'empty', 'full'), lines('full', 'empty'))).toEqual([])
})

test('all are new in a journal that was emptied, or at the first look', () => {
  expect(newSince(lines('full', 'empty'), lines('closed'))).toEqual(lines('closed'))
  expect(newSince([], lines('full', 'full'))).toEqual(lines('full', 'full'))
})

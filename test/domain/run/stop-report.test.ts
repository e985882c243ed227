import {expect, test} from 'vitest'
import {type StopReport, stopText, survivorText} from '../../../src/domain/run/stop-report.js'

const report: StopReport = {survivors: [], killed: false, isProven: false}

test.each<[string, Partial<StopReport>]>([
  ['ended', {isProven: true}],
  ['ended', {isProven: true, killed: true}],
  ['its processes were sent TERM', {}],
  ['its processes were sent TERM and KILL', {killed: true}],
  ['could not be ended: process 7', {isProven: true, killed: true, survivors: [{pid: 7}]}],
])('of a job that guard has stopped it says "%s": no more than it knows', (text, known) => {
  expect(stopText({...report, ...known})).toBe(text)
})

test('a process is named with what keeps guard from ending it', () => {
  const survivors = [
    {pid: 7, user: 'root'},
    {pid: 8, isUninterruptible: true},
  ] as const
  expect(survivorText(survivors)).toBe('could not be ended: process 7 of root, process 8 (uninterruptible)')
})

test('of many processes the first five are named', () => {
  const survivors = [1, 2, 3, 4, 5, 6, 7].map((pid) => ({pid}))
  expect(survivorText(survivors)).toBe(
    'could not be ended: process 1, process 2, process 3, process 4, process 5 and 2 more',
  )
})

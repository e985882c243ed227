import {describe, expect, test} from 'vitest'
import type {StopReport} from '../../../src/domain/run/stop-report.js'
import type {SupervisedExit} from '../../../src/system/process/supervise.js'
import {unfinishedText} from '../../../src/usecases/run/unfinished-text.js'

const limits = {settings: {silenceMs: 60_000}, timeoutMs: 3_600_000}
const exit: SupervisedExit = {code: undefined, signal: 'SIGTERM', timedOut: false, silent: false}
const ended: StopReport = {survivors: [], killed: false, isProven: true}
const left: StopReport = {...ended, survivors: [{pid: 7}]}

describe('of a job that did not end by itself it is said', () => {
  test.each<[string, Partial<SupervisedExit>, string]>([
    ['which time limit it has reached, and what became of it', {timedOut: true}, 'timed out after 1h; ended'],
    ['for how long it has printed nothing', {silent: true}, 'no output for 1m; ended'],
  ])('%s', (_title, by, text) => {
    expect(unfinishedText(limits, {...exit, ...by, stopped: ended})).toBe(text)
  })

  test('which limit it was, also if processes are left of it', () => {
    const text = 'timed out after 1h; could not be ended: process 7'
    expect(unfinishedText(limits, {...exit, timedOut: true, stopped: left})).toBe(text)
  })

  test('what is left of it if it was asked to end', () => {
    expect(unfinishedText(limits, {...exit, stopped: left})).toBe('could not be ended: process 7')
  })
})

test.each<[string, Partial<SupervisedExit>]>([
  ['ended by itself', {code: 0, signal: undefined}],
  ['was asked to end, and has', {stopped: ended}],
])('of a job that %s nothing is said', (_title, by) => {
  expect(unfinishedText(limits, {...exit, ...by})).toBeUndefined()
})

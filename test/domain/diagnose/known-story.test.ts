import {expect, test} from 'vitest'
import type {JobStatus} from '../../../src/domain/diagnose/job-status.js'
import {knownSentences} from '../../../src/domain/diagnose/known-story.js'
import {newRun} from '../../../src/domain/run/run.js'

const now = {at: 1000, mono: 1000, boot: 'b', host: 'h'}
const known = (recent: JobStatus['recent'], cutShort: number) =>
  knownSentences({status: {recent, cutShort} as JobStatus, now, history: [], lastGoodAt: undefined})

test.each<[JobStatus['recent'], number, readonly string[]]>([
  [[], 0, []],
  [['healthy'], 0, ['Its only run on record was healthy.']],
  [['failed'], 0, ['Its only run on record was not healthy.']],
  [[], 1, ['Its only run on record was cut short.']],
  [['healthy', 'failed', 'healthy'], 0, ['2 of its last 3 runs were healthy.']],
  [['healthy'], 1, ['1 of its last 2 runs was healthy, 1 cut short.']],
  [['failed', 'skipped'], 0, ['0 of its last 2 runs were healthy, 1 skipped.']],
  [['skipped', 'skipped'], 0, []],
])('of runs that were %j, and %i cut short', (recent, cutShort, expected) => {
  expect(known(recent, cutShort)).toEqual(expected)
})

test('a run that goes on is not counted', () => {
  const status = {recent: ['healthy'], cutShort: 0, runningSince: 900} as unknown as JobStatus
  expect(knownSentences({status, now, history: [], lastGoodAt: undefined})).toEqual([
    'The only run before this one was healthy.',
  ])
})

test('of which class the runs were says nothing of one that goes on', () => {
  const bad = {...newRun('a', 'scan', 1), outcome: 'failed', class: 'server'} as const
  const facts = {status: {recent: ['failed'], cutShort: 0} as unknown as JobStatus, now, lastGoodAt: undefined}
  expect(knownSentences({...facts, history: [newRun('b', 'scan', 2), bad]})).toContain(
    'server was the cause in the only run on record, and no recovery has helped.',
  )
})

test('that a run was cut short is not a cause of trouble', () => {
  const run = {...newRun('a', 'scan', 1), outcome: 'killed', class: 'reader-gone'} as const
  const facts = {status: {recent: [], cutShort: 1} as unknown as JobStatus, now, lastGoodAt: undefined}
  expect(knownSentences({...facts, history: [run]})).toEqual(['Its only run on record was cut short.'])
})

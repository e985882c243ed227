import {expect, test} from 'vitest'
import {retrySection, runSentences} from '../../../src/domain/diagnose/run-story.js'

const ended = {kind: 'ended', id: 'e1', job: 'scan', run: 'r1', at: 5, outcome: 'failed'}

test('why a run was not tried again is what its record says', () => {
  const record = {...ended, notRetried: 'gave up after 3 attempts'}
  expect(retrySection([record, {kind: 'attempt-ended', id: 'a3', at: 4}])).toEqual([
    {
      title: 'Why it was not tried again',
      sentences: [{at: 5, text: 'Gave up after 3 attempts.', source: {journal: 'runs', record}}],
    },
  ])
})

test('where no record says why, nothing is said', () => {
  expect(retrySection([ended])).toEqual([])
})

test('that a run was cancelled is said with the record that says by which one', () => {
  const record = {kind: 'cancelled', id: 'c1', job: 'scan', run: 'r1', at: 4, byRun: 'r2'}
  expect(runSentences([record])).toEqual([
    {at: 4, text: 'It was cancelled by run r2 (overlap: cancel-other).', source: {journal: 'runs', record}},
  ])
})

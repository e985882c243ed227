import {expect, test} from 'vitest'
import {allRunsFold} from '../../../src/domain/run/job-runs.js'
import {firstRecordAt, journalAsOf} from '../../../src/usecases/diagnose/as-of.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** Two runs a minute apart, of which only the first has ended, and a line of another program. */
function twoRuns() {
  const clock = fakeClock()
  const journal = memoryJournal(allRunsFold, clock, [{note: 'by hand'}])
  const startMs = clock.now()
  const write = (kind: string, run: string) => journal.append({kind, job: 'scan', run, outcome: 'healthy'}, 'durable')
  write('started', 'r1')
  clock.advance(60_000)
  write('ended', 'r1')
  write('started', 'r2')
  const asOf = (atMs: number) => journalAsOf(journal, allRunsFold, atMs)
  const runsAt = (atMs: number) => asOf(atMs).read().get('scan')?.runs ?? []
  return {journal, clock, startMs, write, asOf, runsAt}
}

test('a journal as it was at a time has what was written until then, that moment included, and nothing later', () => {
  const {startMs, runsAt} = twoRuns()
  expect(runsAt(startMs - 1)).toEqual([])
  expect(runsAt(startMs).map(({id, outcome}) => [id, outcome])).toEqual([['r1', undefined]])
  expect(runsAt(startMs + 60_000).map(({id, outcome}) => [id, outcome])).toEqual([
    ['r1', 'healthy'],
    ['r2', undefined],
  ])
})

test('its records are the same ones, newest first, without lines that say no time', () => {
  const {startMs, asOf} = twoRuns()
  expect([...asOf(startMs + 59_999).newestFirst()].map(({kind}) => kind)).toEqual(['started'])
  expect([...asOf(startMs + 60_000).newestFirst()].map(({kind}) => kind)).toEqual(['started', 'ended', 'started'])
})

test('a clock that was set back hides no record of that time behind a later one', () => {
  const {clock, startMs, write, runsAt} = twoRuns()
  clock.jump(-60_000)
  write('started', 'r3')
  expect(runsAt(startMs).map(({id}) => id)).toEqual(['r1', 'r3'])
})

test('it is the same state however often it is read', () => {
  const {startMs, asOf} = twoRuns()
  const then = asOf(startMs)
  expect(then.read()).toBe(then.read())
})

test('a journal begins with its first record that says when it was written', () => {
  const {journal, startMs} = twoRuns()
  expect(firstRecordAt(journal)).toBe(startMs)
  expect(firstRecordAt({records: () => [{note: 'by hand'}]})).toBeUndefined()
})

import {expect, test} from 'vitest'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {newRun} from '../../../src/domain/run/run.js'
import {type LogDeps, lastWithLog, logOfRun} from '../../../src/usecases/history/read-log.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const run = {...newRun('run-1', 'j', 0), outcome: 'healthy', log: {file: '/logs/j', inode: 1, from: 0, to: 9}}

function logOf(hasRotated: boolean) {
  const deps: LogDeps = {
    runs: {newestFirst: () => []} as unknown as LogDeps['runs'],
    findStretches: () => [],
    hasRotated: () => hasRotated,
  }
  return () => logOfRun(deps, 'j', run as Parameters<typeof logOfRun>[2])
}

test('a log that is gone has been rotated away only where older ones are kept', () => {
  expect(logOf(true)).toThrow('the log of run run-1 has been rotated away')
  expect(logOf(false)).toThrow('the log of run run-1 is not there any more: /logs/j')
})

test('the last log is that of a run that hangs, however many runs were skipped since it began', () => {
  const runs = memoryJournal(runsFold, fakeClock())
  const deps: LogDeps = {runs, findStretches: () => [], hasRotated: () => false}
  const {log} = run
  runs.note({kind: 'started', job: 'j', run: 'run-1', log}, 'buffered')
  runs.note({kind: 'ended', job: 'j', run: 'run-1', outcome: 'healthy'}, 'buffered')
  runs.note({kind: 'started', job: 'j', run: 'run-2', log}, 'buffered')
  for (let skip = 0; skip < 100; skip++) runs.note({kind: 'skipped', job: 'j', run: `skip-${skip}`}, 'buffered')
  runs.note({kind: 'started', job: 'j', run: 'on-terminal'}, 'buffered')
  runs.note({kind: 'started', job: 'other', run: 'run-3', log}, 'buffered')
  expect(lastWithLog(deps, 'j')).toMatchObject({id: 'run-2', log})
  expect(lastWithLog(deps, 'none')).toBeUndefined()
})

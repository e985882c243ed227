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

test('the last log is found however many runs were refused since then', () => {
  const runs = memoryJournal(runsFold, fakeClock())
  runs.note({kind: 'started', job: 'j', run: 'run-1', log: {file: '/logs/j', inode: 1, from: 0}}, 'buffered')
  for (let number = 0; number < 100; number++)
    runs.note({kind: 'skipped', job: 'j', run: `refused-${number}`, reason: 'it runs'}, 'buffered')
  const deps: LogDeps = {runs, findStretches: () => [], hasRotated: () => false}
  expect(lastWithLog(deps, 'j')?.id).toBe('run-1')
})

import {expect, test} from 'vitest'
import {newRun} from '../../../src/domain/run/run.js'
import {type LogDeps, logOfRun} from '../../../src/usecases/history/read-log.js'

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

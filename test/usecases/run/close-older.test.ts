import {describe, expect, test} from 'vitest'
import {GuardError} from '../../../src/errors.js'
import {closeOlder, isRunOpen} from '../../../src/usecases/run/close-older.js'
import {fakeRun} from '../../support/fake-run.js'

const full = new GuardError('io', 'no space left')
const process = {pid: 7, start: '1'}

/** Runs of `backup` and of another job that have begun; their processes are gone. */
function scene(...begun: readonly string[]) {
  const {deps, runs, seen} = fakeRun()
  for (const run of begun) runs.append({kind: 'started', job: 'backup', run, process}, 'buffered')
  runs.append({kind: 'started', job: 'feed', run: 'run-9', process}, 'buffered')
  return {deps, runs, seen, close: (more: Partial<typeof deps> = {}) => closeOlder({...deps, ...more}, 'backup')}
}

/** Fails so many times, then does the work. */
function failing<A extends unknown[], R>(times: number, work: (...args: A) => Promise<R>, error: Error = full) {
  let left = times
  return async (...args: A): Promise<R> => {
    if (left-- > 0) throw error
    return work(...args)
  }
}

describe('closing what came before', () => {
  test('tells of each run how it ended, and leaves none of the job open', async () => {
    const {close, seen, runs, deps} = scene('run-1', 'run-2')
    const closeInterrupted: typeof deps.closeInterrupted = async (job) => {
      const [first, ...others] = await deps.closeInterrupted(job)
      return first ? [{...first, reason: 'left with its lease', end: {outcome: 'healthy'}}, ...others] : []
    }
    expect(await close({closeInterrupted})).toBe(false)
    expect(seen.log).toEqual([
      'backup ended healthy: left with its lease, run run-1',
      'backup interrupted: its guard and its job are gone: process 7 no longer runs, run run-2',
    ])
    expect(runs.read().get('feed')?.runs[0]?.outcome).toBeUndefined()
  })

  test('removes what killed guards have left, also where no run had to be closed', async () => {
    const {close, seen} = scene()
    expect(await close()).toBe(false)
    expect(seen.done).toEqual(['tidy spools of '])
  })

  test('says that a run is open which goes on', async () => {
    const {close} = scene('run-1')
    expect(await close({closeInterrupted: async () => []})).toBe(true)
  })

  test('survives a disk that fails once', async () => {
    const {close, deps, seen} = scene('run-1')
    expect(await close({closeInterrupted: failing(1, deps.closeInterrupted)})).toBe(false)
    expect(seen.warnings).toEqual([])
  })

  test('removes in a second try the files of the runs that it closed in the first', async () => {
    const {close, deps, seen} = scene('run-1')
    expect(await close({tidySpools: failing(1, deps.tidySpools)})).toBe(false)
    expect(seen.done).toEqual(['tidy spools of run-1'])
  })

  test('is left to a later run after the second failure, and that is said', async () => {
    const {close, deps, seen} = scene('run-1')
    expect(await close({closeInterrupted: failing(2, deps.closeInterrupted)})).toBe(true)
    expect(seen.warnings).toEqual(['what came before is not closed: no space left'])
  })

  test('does not hide a fault of guard', async () => {
    const {close, deps} = scene('run-1')
    const broken = failing(1, deps.closeInterrupted, new TypeError('broken'))
    await expect(close({closeInterrupted: broken})).rejects.toThrow('broken')
  })
})

test('a run is open from its start until its end is on record, and none is where nothing can be read', () => {
  const {runs} = scene('run-1', 'run-2')
  runs.append({kind: 'ended', job: 'backup', run: 'run-1', outcome: 'healthy'}, 'durable')
  expect(['run-1', 'run-2', 'run-9', 'run-3'].map((run) => isRunOpen({runs}, run))).toEqual([false, true, true, false])
  expect(isRunOpen({runs: undefined}, 'run-2')).toBe(false)
})

import {expect, test} from 'vitest'
import {GuardError} from '../../../src/errors.js'
import {recordEnd} from '../../../src/usecases/run/record-end.js'
import {recorder} from '../../../src/usecases/run/run-records.js'
import {fakeRun} from '../../support/fake-run.js'

const full = new GuardError('io', 'no space left')

/** A run whose end could not be written, and cannot until so many ms later. */
function scene(roomAfterMs: number) {
  const {clock, deps, request, runs, seen, ending} = fakeRun()
  const [begun, tries] = [clock.mono(), [] as number[]]
  let isFull = false
  const note: typeof runs.note = (...entry) => {
    const atMs = clock.mono() - begun
    if (isFull) tries.push(atMs)
    if (isFull && atMs < roomAfterMs) throw full
    return runs.note(...entry)
  }
  const records = recorder({...deps, runs: {...runs, note}}, request)
  return {
    ...{tries, runs, seen, ending},
    start: () => records.started({token: 1, process: undefined, log: undefined}),
    end: () => {
      isFull = true
      const facts = {outcome: 'healthy', exitCode: 0}
      return recordEnd(deps, {job: request.job, records, facts, error: full, signal: ending.signal})
    },
    startInVain: () => {
      isFull = true
      records.started({token: 1, process: undefined, log: undefined})
      tries.length = 0
      seen.warnings.length = 0
    },
  }
}

test('an end that the disk refused once is tried again at once', async () => {
  const {start, end, tries, runs, seen} = scene(0)
  start()
  expect(await end()).toBe(true)
  expect([tries, runs.lines.at(-1)]).toMatchObject([[0], {kind: 'ended', run: 'run-1', outcome: 'healthy'}])
  expect(seen.warnings).toEqual([])
})

test('the pauses between the tries double from 50 ms, so that a disk with little room is asked seldom', async () => {
  const {start, end, tries} = scene(700)
  start()
  expect(await end()).toBe(true)
  expect(tries).toEqual([0, 50, 150, 350, 750])
})

test('no try begins later than two seconds after the first, and that the end is missing is said', async () => {
  const {start, end, tries, seen} = scene(Number.POSITIVE_INFINITY)
  start()
  expect(await end()).toBe(false)
  expect(tries).toEqual([0, 50, 150, 350, 750, 1550])
  expect(seen.warnings).toEqual(['run of backup not recorded: no space left'])
})

test('guard that is asked to end tries once more and does not wait', async () => {
  const {start, end, tries, ending} = scene(100)
  start()
  ending.abort()
  expect([await end(), tries]).toEqual([false, [0]])
})

test('the end of a run whose start is not on record either is tried once more and not waited for', async () => {
  const {startInVain, end, tries, seen} = scene(100)
  startInVain()
  expect([await end(), tries]).toEqual([false, [0]])
  expect(seen.warnings).toEqual(['run of backup not recorded: no space left'])
})

import {expect, test} from 'vitest'
import {type Lease, leaseFold} from '../../../src/domain/lease/lease.js'
import {allRunsFold} from '../../../src/domain/run/job-runs.js'
import {cancelRun} from '../../../src/usecases/run/cancel-run.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

function scene() {
  const clock = fakeClock()
  const runs = memoryJournal(allRunsFold, clock)
  const leases = memoryJournal(leaseFold, clock)
  const done: string[] = []
  const deps = {
    runs,
    warn: (text: string) => void done.push(text),
    stop: async ({holder}: Lease) => {
      done.push(`${holder} was stopped, cancelled by ${runs.read().get('j')?.runs[0]?.cancelledBy}`)
      return []
    },
  }
  const claim = (more: object = {}) => {
    const {state} = leases.append({kind: 'claimed', job: 'j', holder: 'a', ttlMs: 1000, ...more}, 'buffered')
    return state.byJob.get('j') as Lease
  }
  return {runs, done, claim, cancel: (lease: Lease) => cancelRun(deps, lease, 'b')}
}

test('that a run is cancelled, and by which one, is on record before it is ended', async () => {
  const {runs, done, claim, cancel} = scene()
  runs.append({kind: 'started', job: 'j', run: 'a'}, 'buffered')
  expect(await cancel(claim())).toEqual([])
  expect(done).toEqual(['a was stopped, cancelled by b'])
})

test('a run that is not on record is known by the process of its job', async () => {
  const {runs, done, claim, cancel} = scene()
  expect(await cancel(claim({jobProcess: {pid: 7, start: '1'}}))).toEqual([])
  expect([done, runs.lines]).toEqual([['a was stopped, cancelled by undefined'], []])
})

test('a holder that is not a run is not ended: its process is its own', async () => {
  const {runs, done, claim, cancel} = scene()
  expect(await cancel(claim({process: {pid: 7, start: '1'}}))).toBeUndefined()
  expect([done, runs.lines]).toEqual([[], []])
})

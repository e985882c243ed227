import {expect, test} from 'vitest'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {findInferredRun, readInferredHistory, readLastRuns} from '../../../src/usecases/history/read-history.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const wholeId = 'unended-run1'
const process = {pid: 7, start: '4711'}

/** The end of a run found no room on the disk; a second run took its place and ended well. */
function afterFullDisk(living: LivingProcess) {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(runsFold, clock)
  for (const [index, run] of [wholeId, 'ended-run-02'].entries()) {
    const token = index + 1
    const {record} = leases.append({kind: 'claimed', job: 'scan', holder: run, ttlMs: 60_000, process}, 'durable')
    runs.note({kind: 'started', job: 'scan', run, token, process}, 'buffered')
    leases.append({kind: 'released', job: 'scan', claim: record.id, token, status: 'ok'}, 'durable')
  }
  const end = () => runs.note({kind: 'ended', job: 'scan', run: 'ended-run-02', outcome: 'healthy'}, 'durable')
  end()
  const readClock = () => ({at: clock.now(), mono: clock.mono(), host: 'host-1', boot: 'boot-1'})
  const deps = {leases, runs, readClock, livingProcessOf: async () => living}
  return {deps, runs}
}

test('a run whose end was not written does not go on once its processes are gone, whichever runs came after it', async () => {
  const {deps} = afterFullDisk('none')
  const told = [{outcome: 'healthy'}, {outcome: 'interrupted', detail: expect.stringMatching(/^not yet recorded: /)}]
  expect(await readInferredHistory(deps, 'scan', 5)).toMatchObject(told)
  expect(await readLastRuns(deps, 5)).toMatchObject(told)
  expect(await findInferredRun(deps, 'scan', wholeId)).toMatchObject(told[1]!)
})

test('it does not go on either where it cannot be looked at, because another run had its lease since', async () => {
  const {deps} = afterFullDisk('unknown')
  expect((await readInferredHistory(deps, 'scan', 5))[1]).toMatchObject({
    detail: 'not yet recorded: its processes cannot be looked at from here, and ended-run-02 has had its lease since',
  })
})

test('a run that ends while it is looked at keeps its own end', async () => {
  const {deps, runs} = afterFullDisk('none')
  const endsMeanwhile = async () => {
    runs.note({kind: 'ended', job: 'scan', run: wholeId, outcome: 'failed'}, 'durable')
    return 'none' as const
  }
  const history = await readInferredHistory({...deps, livingProcessOf: endsMeanwhile}, 'scan', 5)
  expect(history.map(({outcome}) => outcome)).toEqual(['healthy', 'failed'])
})

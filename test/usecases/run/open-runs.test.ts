import {describe, expect, test} from 'vitest'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {inferEnds, inspectOpenRuns, type OpenRunsDeps} from '../../../src/usecases/run/open-runs.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** Runs that have begun: of each job one, named like the job. */
function scene(living: LivingProcess = 'none') {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(runsFold, clock)
  const looked: string[] = []
  const deps: OpenRunsDeps = {
    ...{leases, runs},
    readClock: () => ({at: clock.now(), mono: clock.mono(), host: 'host-1', boot: 'boot-1'}),
    livingProcessOf: async ({holder}) => {
      looked.push(holder)
      return living
    },
  }
  return {
    ...{deps, clock, leases, runs, looked},
    start: (job: string, process?: object) =>
      runs.append({kind: 'started', job, run: job, ...(process && {process})}, 'buffered'),
  }
}

const process = {pid: 7, start: '1'}

describe('looking at the runs without an end', () => {
  test('asks for processes only of the jobs that are asked about', async () => {
    const {deps, start, looked} = scene()
    start('scan', process)
    start('feed', process)
    const found = await inspectOpenRuns(deps, (job) => job === 'feed')
    expect([found.map(({run}) => run.job), looked]).toEqual([['feed'], ['feed']])
  })

  test('proves nothing of a run that has named no process, and looks for none', async () => {
    const {deps, start, looked} = scene()
    start('scan')
    expect(await inspectOpenRuns(deps)).toMatchObject([{living: 'unknown', end: undefined}])
    expect(looked).toEqual([])
  })

  test('finds no run whose end is written while the leases are read', async () => {
    const {deps, start, leases, runs} = scene()
    start('scan', process)
    const late = {
      read: () => {
        const state = leases.read()
        runs.append({kind: 'ended', job: 'scan', run: 'scan', outcome: 'healthy'}, 'durable')
        return state
      },
    }
    expect(await inspectOpenRuns({...deps, leases: late})).toEqual([])
  })

  test('judges each by the time at which its processes were looked for', async () => {
    const {deps, start, leases, clock} = scene()
    start('scan')
    leases.append({kind: 'claimed', job: 'scan', holder: 'scan', ttlMs: 60_000}, 'durable')
    const livingProcessOf = async () => {
      clock.advance(60_000)
      return 'unknown' as const
    }
    expect(await inspectOpenRuns({...deps, livingProcessOf})).toMatchObject([{end: {is: 'presumed-over'}}])
  })
})

test('an end is inferred for runs that are over, also only by appearance, and for none that goes on', async () => {
  const over = scene('none')
  over.start('scan', process)
  expect((await inferEnds(over.deps)).get('scan')).toMatchObject({is: 'over'})
  const alive = scene('guard')
  alive.start('scan', process)
  expect(await inferEnds(alive.deps)).toEqual(new Map())
  const unseen = scene('unknown')
  unseen.start('scan')
  unseen.leases.append({kind: 'claimed', job: 'scan', holder: 'scan', ttlMs: 60_000}, 'durable')
  unseen.clock.advance(60_000)
  expect((await inferEnds(unseen.deps)).get('scan')).toMatchObject({is: 'presumed-over'})
})

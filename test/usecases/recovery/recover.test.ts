import {describe, expect, test} from 'vitest'
import {defaultSettings, jobDefaults} from '../../../src/config/defaults.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {planRecover, type RecoverDeps, recover} from '../../../src/usecases/recovery/recover.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const process = {pid: 7, start: '1'}

/** Jobs that are run again after a crash: of each, one run has begun, named like the job. */
function machine(living: Readonly<Record<string, LivingProcess>>) {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(runsFold, clock)
  const asked: string[] = []
  const job = {...jobDefaults, script: '/srv/scan.sh', onCrash: 'rerun'} as const
  const deps: RecoverDeps = {
    ...{clock, leases, runs},
    readClock: () => ({at: clock.now(), mono: clock.mono(), host: 'host-1', boot: 'boot-1'}),
    livingProcessOf: async ({holder}) => living[holder] ?? 'unknown',
    settings: {...defaultSettings, jobs: Object.fromEntries(Object.keys(living).map((name) => [name, job]))},
    cannotStart: () => undefined,
    raiseAlert: () => undefined,
    crashedRuns: async (mode) => {
      asked.push(`${mode}, ${runs.lines.some(({kind}) => kind === 'step-ended') ? 'after' : 'before'} the reruns`)
      return [{path: '/srv/state.json', is: 'failed', reason: 'its process 8 is gone'}]
    },
  }
  for (const name of Object.keys(living)) runs.append({kind: 'started', job: name, run: name, process}, 'buffered')
  return {deps, clock, leases, runs, asked}
}

/** Has the run leave its end with its lease, as on a full disk. */
function leaveEnd({leases}: ReturnType<typeof machine>, job: string): void {
  const {record, state} = leases.append({kind: 'claimed', job, holder: job, ttlMs: 60_000}, 'durable')
  const end = {run: job, outcome: 'healthy', exitCode: 0}
  const token = state.byJob.get(job)?.token
  leases.append({kind: 'released', job, claim: record.id, token, status: 'ok', unclosed: true, end}, 'durable')
}

describe('after a crash', () => {
  test('a run whose processes are gone is interrupted and run again, and one that left its end has ended', async () => {
    const world = machine({scan: 'none', feed: 'none'})
    leaveEnd(world, 'feed')
    const {interrupted, ended, left, reruns, files} = await recover(world.deps)
    expect(interrupted.map(({run}) => run.id)).toEqual(['scan'])
    expect(ended).toMatchObject([{run: {id: 'feed'}, end: {outcome: 'healthy'}}])
    expect(reruns).toMatchObject([{run: {id: 'scan'}, ok: true}])
    expect([left, files]).toMatchObject([[], [{is: 'failed'}]])
    const outcomes = ['scan', 'feed'].map((job) => world.runs.read().get(job)?.runs[0]?.outcome)
    expect(outcomes).toEqual(['interrupted', 'healthy'])
  })

  test('the reruns are decided last, so that no failure of something else keeps them from being started', async () => {
    const {deps, asked, runs} = machine({scan: 'none'})
    await recover(deps)
    expect(asked).toEqual(['write, before the reruns'])
    const broken = machine({scan: 'none'})
    const crashedRuns = () => Promise.reject(new Error('broken'))
    await expect(recover({...broken.deps, crashedRuns})).rejects.toThrow('broken')
    expect([runs, broken.runs].map(({lines}) => lines.at(-1)?.['kind'])).toEqual(['step-ended', 'interrupted'])
  })

  test.each<[LivingProcess, string]>([
    ['guard', 'its guard is alive'],
    ['job', 'its job is alive'],
    ['orphaned-job', 'its guard is gone, and its job goes on: how it ends will not be known'],
    ['unknown', 'nothing proves that it is over'],
  ])('a run of which the living process is "%s" is left, with the reason', async (living, reason) => {
    const {deps, runs} = machine({scan: living})
    expect(await recover(deps)).toMatchObject({left: [{run: {id: 'scan'}, reason}], interrupted: [], reruns: []})
    expect(runs.lines).toHaveLength(1)
  })

  test('a run that only seems to be over is left, with what speaks for that', async () => {
    const {deps, leases, clock} = machine({scan: 'unknown'})
    leases.append({kind: 'claimed', job: 'scan', holder: 'scan', ttlMs: 60_000}, 'durable')
    clock.advance(60_000)
    const reason = 'its processes cannot be looked at from here, and its lease was not renewed in time'
    expect(await recover(deps)).toMatchObject({left: [{run: {id: 'scan'}, reason}], interrupted: []})
  })

  test('a run that another process has closed meanwhile is no news', async () => {
    const {deps, runs} = machine({scan: 'none'})
    const livingProcessOf = async () => {
      runs.append({kind: 'interrupted', job: 'scan', run: 'scan', reason: 'gone'}, 'durable')
      return 'none' as const
    }
    expect(await recover({...deps, livingProcessOf})).toMatchObject({interrupted: [], left: []})
  })
})

test('a look ahead tells the same, and writes nothing', async () => {
  const world = machine({scan: 'none', feed: 'none', mail: 'guard'})
  leaveEnd(world, 'feed')
  const before = world.runs.lines.length
  const planned = await planRecover(world.deps)
  expect([world.runs.lines.length, world.asked]).toEqual([before, ['look, before the reruns']])
  const done = await recover(world.deps)
  const ids = ({interrupted, ended, left, reruns}: typeof done) =>
    [interrupted, ended, left, reruns].map((runs) => runs.map(({run}) => run.id))
  expect(ids(planned)).toEqual([['scan'], ['feed'], ['mail'], ['scan']])
  expect(ids(planned)).toEqual(ids(done))
})

import {describe, expect, test} from 'vitest'
import {claimOf, tellIfOver, troubleOf} from '../../../src/usecases/fleet/claim-of.js'
import {fakeFleet, noSpace} from '../../support/fake-fleet.js'

const fail = () => {
  throw noSpace
}

/** A host and its claim for `nightly`; `fault` is thrown by each read of what it knows of the fleet. */
function host() {
  const fleet = fakeFleet()
  const {deps, known, runs, request} = fleet
  const ofRun = (run: string, ...records: readonly {readonly kind: string}[]) => {
    for (const record of records) runs.append({job: 'nightly', run, ...record}, 'buffered')
  }
  return {
    ...fleet,
    ofRun,
    knows: (entry: object) => known.append({job: 'nightly', ...entry} as never, 'buffered'),
    claim: (more: object = {}) => claimOf({...deps, ...more}, request),
  }
}

describe('the store is told as the highest token that was seen', () => {
  test.each([
    ['that of the fleet', 9, 4, 9],
    ['that of this machine', 4, 9, 9],
  ])('%s where it is higher', async (_title, ofFleet, ofMachine, floor) => {
    const {machine, knows, claim} = host()
    knows({kind: 'granted', claim: 'run-0', token: ofFleet})
    machine.floor = ofMachine
    expect(await claim()).toMatchObject({floor})
  })

  test('none where nothing is kept of the fleet', async () => {
    expect(await host().claim({known: undefined})).toMatchObject({floor: 0, givenUp: {claimIds: [], ofSlot: []}})
  })

  test('what is left where a journal cannot be read, and the run goes on with a warning', async () => {
    const {machine, deps, claim, seen} = host()
    machine.floor = 4
    expect(await claim({known: {...deps.known, read: fail}})).toMatchObject({floor: 4})
    expect(new Set(seen.warnings)).toEqual(new Set(['what nightly has had in the fleet is not known: no space left']))
  })

  test('and a fault of guard’s own ends the claim', async () => {
    const fault = new TypeError('not a function')
    const machineFloor = () => {
      throw fault
    }
    await expect(host().claim({machineFloor})).rejects.toBe(fault)
  })
})

describe('a claim takes over', () => {
  const dead = {kind: 'asked', claim: 'run-0', process: {pid: 9, start: '90'}}

  test('another one of its host whose guard is gone before its run began', async () => {
    const {gone, knows, claim} = host()
    gone.add('run-0')
    knows(dead)
    expect((await claim()).givenUp).toEqual({claimIds: ['run-0'], ofSlot: []})
  })

  test('none whose guard lives, and not itself', async () => {
    const {gone, knows, claim} = host()
    gone.add('run-1')
    knows(dead)
    knows({...dead, claim: 'run-1'})
    expect((await claim()).givenUp).toEqual({claimIds: [], ofSlot: []})
  })
})

describe('what an interrupted run holds in the fleet', () => {
  const started = {kind: 'started', process: {pid: 9, start: '90'}}
  const interrupted = {kind: 'interrupted', reason: 'its guard was killed'}
  const rerun = (ok: boolean) => ({kind: 'step-ended', do: 'rerun', ok, evidence: ''})
  const repeated = [started, interrupted, rerun(true)]
  const givenUp = async ({gone, claim}: ReturnType<typeof host>, ...ids: readonly string[]) => {
    for (const id of ids) gone.add(id)
    return (await claim()).givenUp?.claimIds
  }

  test('is taken over by the run that repeats it', async () => {
    const world = host()
    world.ofRun('run-0', ...repeated)
    expect(await givenUp(world, 'run-0')).toEqual(['run-0'])
  })

  test('is taken over also if another start was refused meanwhile', async () => {
    const world = host()
    world.ofRun('run-0', ...repeated)
    world.ofRun('run-x', {kind: 'skipped'})
    expect(await givenUp(world, 'run-0')).toEqual(['run-0'])
  })

  test.each([
    ['while a process of it may live', repeated, []],
    ['if it is not decided that its job is run again', [started, interrupted], ['run-0']],
    ['if it is decided that its job is not run again', [started, interrupted, rerun(false)], ['run-0']],
  ])('stays its own %s', async (_title, records, gone) => {
    const world = host()
    world.ofRun('run-0', ...records)
    expect(await givenUp(world, ...gone)).toEqual([])
  })

  test('is no longer of interest once another run of the job has begun', async () => {
    const world = host()
    world.ofRun('run-0', ...repeated)
    world.ofRun('run-2', started)
    expect(await givenUp(world, 'run-0', 'run-2')).toEqual([])
  })

  test('stays its own where the runs cannot be read', async () => {
    const world = host()
    const runs = {...world.runs, read: fail}
    expect((await world.claim({runs})).givenUp).toEqual({claimIds: [], ofSlot: []})
    expect(world.seen.warnings).toEqual(['what nightly has had in the fleet is not known: no space left'])
  })
})

describe('trouble with the store', () => {
  const away = {kind: 'refused', claim: 'run-0', reason: 'away', detail: 'gone'}

  test('is not known where the journal cannot be read', () => {
    const {known, knows} = host()
    knows(away)
    expect([troubleOf({known})?.text, troubleOf({known: {...known, read: fail}})]).toEqual(['gone', undefined])
  })

  test('is told to be over once there is none on record, and only if there was', () => {
    const {deps, knows, known, seen} = host()
    knows(away)
    const before = troubleOf(deps)
    tellIfOver(deps, before)
    known.append({kind: 'answered'}, 'buffered')
    tellIfOver(deps, undefined)
    expect(seen.told).toEqual([])
    tellIfOver(deps, before)
    expect(seen.told).toEqual(['away over: gone'])
  })
})

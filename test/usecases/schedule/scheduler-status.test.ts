import {expect, test} from 'vitest'
import {slotKey} from '../../../src/domain/scheduler/slot-key.js'
import {lookAtScheduler, schedulerStatus} from '../../../src/usecases/schedule/scheduler-status.js'
import {schedulerWorld} from '../../support/scheduler-world.js'

type World = ReturnType<typeof schedulerWorld>

const begun = (world: World) => world.begin(7)
const stop = ({scheduler}: World) => scheduler.append({kind: 'stopped', reason: 'stop'}, 'durable')

test.each<[string, (world: World) => unknown, string]>([
  ['that was never started is stopped', () => undefined, 'stopped'],
  ['whose process lives runs', begun, 'running'],
  ['that is about to stop still runs', (world) => [begun(world), stop(world)], 'running'],
  ['whose process is gone is dead', (world) => [begun(world), world.living.clear()], 'dead'],
  ['that said so before its process was gone is stopped', (w) => [begun(w), stop(w), w.living.clear()], 'stopped'],
  ['that cannot be looked at is unknown', (w) => [begun(w), w.living.set('s7', 'unknown')], 'unknown'],
  [
    'that gave its lease back is not looked at',
    (world) => [begun(world), stop(world), world.release(), world.living.set('s7', 'unknown')],
    'stopped',
  ],
  ['that gave its lease back and did not say that it stops is dead', (w) => [begun(w), w.release()], 'dead'],
])('a scheduler %s', async (_title, happen, is) => {
  const world = schedulerWorld()
  happen(world)
  expect((await lookAtScheduler(world.deps)).is).toBe(is)
})

test('a pid file is a sign of a scheduler that died, where nothing else is on record, and of none that runs', async () => {
  const world = schedulerWorld()
  const deps = {...world.deps, readPid: () => 4711}
  expect((await lookAtScheduler(deps)).is).toBe('dead')
  world.begin(7)
  expect(await lookAtScheduler(deps)).toMatchObject({is: 'running', lease: {process: {pid: 7}}})
})

test('a scheduler that runs and has not renewed its lease in time is late; a dead one is not', async () => {
  const world = schedulerWorld()
  world.begin(7)
  world.clock.advance(179_999)
  expect(await lookAtScheduler(world.deps)).toMatchObject({is: 'running', isLate: false})
  world.clock.advance(1)
  expect(await lookAtScheduler(world.deps)).toMatchObject({is: 'running', isLate: true})
  world.living.clear()
  expect(await lookAtScheduler(world.deps)).toMatchObject({is: 'dead', isLate: false})
})

test('its runs are those of slots that go on, also after its death; those started by hand are not', async () => {
  const world = schedulerWorld()
  for (const job of ['lives', 'died', 'ended']) world.startRun(job, `run-${job}`, world.fire(job))
  world.startRun('by-hand', 'run-by-hand')
  world.living.delete('run-died')
  world.runs.append({kind: 'ended', job: 'ended', run: 'run-ended', outcome: 'healthy'}, 'durable')
  expect((await schedulerStatus(world.deps)).running.map(({job}) => job)).toEqual(['lives'])
})

test('a slot that has fired is queued until its run has begun or was skipped', async () => {
  const world = schedulerWorld()
  const [waits, begins, skipped] = ['waits', 'begins', 'skipped'].map(world.fire) as [number, number, number]
  world.startRun('begins', 'run-1', begins)
  const slot = slotKey('skipped', skipped)
  world.runs.append({kind: 'skipped', job: 'skipped', run: 'run-2', slot, reason: 'held'}, 'durable')
  const {queued} = await schedulerStatus(world.deps)
  expect(queued).toEqual([{job: 'waits', slotMs: waits, key: slotKey('waits', waits)}])
})

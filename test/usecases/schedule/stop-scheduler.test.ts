import {expect, test} from 'vitest'
import type {Survivor} from '../../../src/domain/run/stop-report.js'
import {lookAtScheduler} from '../../../src/usecases/schedule/scheduler-status.js'
import {killScheduler, type StopDeps, stopScheduler} from '../../../src/usecases/schedule/stop-scheduler.js'
import {schedulerWorld} from '../../support/scheduler-world.js'

/** A machine of which each process ends by `endsBy`, at once. */
function machine(endsBy: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGKILL']) {
  const world = schedulerWorld()
  const ended = new Set<number>()
  const seen = {
    signals: [] as string[],
    pidFileRemoved: 0,
    /** The runs that were asked to end, and of which something stays. */
    stopped: [] as string[],
    staying: new Set<string>(),
    guards: [] as {readonly pid: number; readonly job: string; readonly slotMs: number}[],
    onEnd: () => {},
  }
  const deps: StopDeps = {
    ...world.deps,
    scheduler: world.scheduler,
    signal: ({pid}, signal) => {
      seen.signals.push(`${signal} ${pid}`)
      if (!endsBy.includes(signal)) return
      ended.add(pid)
      world.living.delete(`s${pid}`)
      seen.onEnd()
    },
    isRunning: ({pid}) => !ended.has(pid),
    removePidFile: () => {
      seen.pidFileRemoved += 1
    },
    slotGuards: () => seen.guards.map(({pid, ...slot}) => ({process: {pid, start: `${pid}`}, ...slot})),
    stopRun: async ({holder}) => {
      seen.stopped.push(holder)
      return seen.staying.has(holder) ? [{} as Survivor] : []
    },
  }
  return {
    ...world,
    seen,
    deps,
    stop: (jobs = false) => stopScheduler(deps, {jobs}),
    stops: () => world.scheduler.lines.filter(({kind}) => kind === 'stopped').map(({reason}) => reason),
  }
}

test('a scheduler is asked to end, and is stopped from then on', async () => {
  const {begin, stop, stops, seen, deps} = machine()
  begin(7)
  expect(await stop()).toEqual({is: 'stopped', pid: 7, ended: []})
  expect([seen.signals, stops(), seen.pidFileRemoved]).toEqual([['SIGTERM 7'], ['stop'], 1])
  expect((await lookAtScheduler(deps)).is).toBe('stopped')
})

test('one that says itself that it stops is not recorded once more', async () => {
  const {begin, stop, stops, seen, scheduler} = machine()
  begin(7)
  seen.onEnd = () => scheduler.append({kind: 'stopped', reason: 'SIGTERM'}, 'durable')
  await stop()
  expect(stops()).toEqual(['SIGTERM'])
})

test('one that does not end within 5 s is killed, and is stopped, not dead', async () => {
  const {begin, stop, seen, deps, clock} = machine(['SIGKILL'])
  begin(7)
  const before = clock.now()
  expect(await stop()).toMatchObject({is: 'killed', pid: 7})
  expect(seen.signals).toEqual(['SIGTERM 7', 'SIGKILL 7'])
  expect(Math.floor((clock.now() - before) / 1000)).toBe(5)
  expect((await lookAtScheduler(deps)).is).toBe('stopped')
})

test('one that does not even end when killed is an error, and goes on', async () => {
  const {begin, stop, stops, seen} = machine([])
  begin(7)
  await expect(stop()).rejects.toMatchObject({kind: 'io', message: 'process 7 of the scheduler does not end'})
  expect([stops(), seen.pidFileRemoved]).toEqual([[], 0])
})

test('one that has died leaves nothing behind, and no process of that number is signalled', async () => {
  const {begin, stop, stops, seen, living} = machine()
  begin(7)
  living.clear()
  expect(await stop()).toEqual({is: 'was-not-running', pid: undefined, ended: []})
  expect([seen.signals, stops(), seen.pidFileRemoved]).toEqual([[], ['stop, after its death'], 1])
  await stop()
  expect(stops()).toHaveLength(1)
})

test('where none was ever started nothing is recorded, and a pid file goes all the same', async () => {
  const {stop, scheduler, seen} = machine()
  expect(await stop()).toMatchObject({is: 'was-not-running'})
  expect([scheduler.lines, seen.pidFileRemoved]).toEqual([[], 1])
})

test.each<[string, number | undefined, 'unknown' | 'guard']>([
  ['cannot be looked at from here', 7, 'unknown'],
  ['has named no process', undefined, 'guard'],
])('one that %s is not ended', async (_title, pid, living) => {
  const world = machine()
  world.begin(pid)
  world.living.set(`s${pid}`, living)
  await expect(world.stop(true)).rejects.toMatchObject({kind: 'io', message: /unknown which process the scheduler is/})
  expect([world.seen.signals, world.stops(), world.seen.pidFileRemoved]).toEqual([[], [], 0])
})

test('a scheduler that something else starts as soon as the former has ended is not taken for stopped', async () => {
  const {begin, stop, stops, seen, deps} = machine()
  begin(7)
  seen.onEnd = () => begin(8)
  expect(await stop()).toMatchObject({is: 'stopped', pid: 7})
  expect([stops(), seen.pidFileRemoved]).toEqual([[], 0])
  expect(await lookAtScheduler(deps)).toMatchObject({is: 'running', daemon: {pid: 8}})
})

test('a scheduler that was killed while it was starting is stopped, not dead', async () => {
  const {begin, stop, seen, deps, scheduler, leases} = machine(['SIGKILL'])
  begin(6)
  scheduler.append({kind: 'stopped', reason: 'stop'}, 'durable')
  begin(7)
  // It has its lease and has not said that it started.
  const late = scheduler.lines.splice(-1)
  expect(leases.read().byJob.get('guard-scheduler')?.process?.pid).toBe(7)
  seen.onEnd = () => scheduler.lines.push(...late)
  await stop()
  expect((await lookAtScheduler(deps)).is).toBe('stopped')
})

test('its jobs go on, unless they are to be ended with it', async () => {
  const {begin, stop, startRun, fire, seen} = machine()
  begin(7)
  startRun('sync', 'run-1', fire('sync'))
  seen.guards = [{pid: 50, job: 'wait', slotMs: fire('wait')}]
  expect((await stop()).ended).toEqual([])
  expect([seen.stopped, seen.signals]).toEqual([[], ['SIGTERM 7']])
})

test('the runs of slots are ended, not those that were started by hand, and a job that overlaps itself is named once', async () => {
  const {begin, stop, startRun, fire, seen, living} = machine()
  begin(7)
  // The second one has the lease; the first is known by its record.
  for (const run of ['run-1', 'run-2']) startRun('sync', run, fire('sync'))
  startRun('scan', 'run-3')
  startRun('gone', 'run-4', fire('gone'))
  living.delete('run-4')
  expect((await stop(true)).ended).toEqual(['sync'])
  expect(seen.stopped).toEqual(['run-1', 'run-2'])
})

test.each<[string, (world: ReturnType<typeof machine>) => unknown]>([
  ['of which something stays', ({seen}) => seen.staying.add('run-1')],
  ['that cannot be looked at', ({living}) => living.set('run-1', 'unknown')],
])('a run %s is asked to end, and not said to have ended', async (_title, happen) => {
  const world = machine()
  world.startRun('sync', 'run-1', world.fire('sync'))
  happen(world)
  expect((await world.stop(true)).ended).toEqual([])
  expect(world.seen.stopped).toEqual(['run-1'])
})

test('a guard whose run has not begun is ended, also if another scheduler has started it', async () => {
  const {stop, startRun, fire, seen} = machine()
  const [begun, waits] = [fire('begun'), fire('waits')]
  startRun('begun', 'run-1', begun)
  seen.guards = [
    {pid: 50, job: 'begun', slotMs: begun},
    {pid: 51, job: 'waits', slotMs: waits},
  ]
  expect((await stop(true)).ended).toEqual(['begun'])
  expect(seen.signals).toEqual(['SIGTERM 51'])
})

test('a guard that does not end at once is waited for, for 12 s at most', async () => {
  const {stop, fire, seen, clock} = machine([])
  seen.guards = [{pid: 50, job: 'sync', slotMs: fire('sync')}]
  const before = clock.now()
  await stop(true)
  expect(Math.floor((clock.now() - before) / 1000)).toBe(12)
})

test('a run that begins while the guards are looked at is ended as a run', async () => {
  const {deps, startRun, fire, seen} = machine()
  const slotMs = fire('sync')
  const slotGuards = () => {
    startRun('sync', 'run-1', slotMs)
    return [{process: {pid: 50, start: '50'}, job: 'sync', slotMs}]
  }
  expect((await stopScheduler({...deps, slotGuards}, {jobs: true})).ended).toEqual(['sync'])
  expect(seen.signals).toEqual([])
})

test('one that hangs is killed without being asked, and counts as dead: it is to be started again', async () => {
  const {begin, deps, seen} = machine()
  begin(7)
  await killScheduler(deps)
  expect(seen.signals).toEqual(['SIGKILL 7'])
  expect((await lookAtScheduler(deps)).is).toBe('dead')
  await killScheduler(deps)
  expect(seen.signals).toHaveLength(1)
})

import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import type {WrongSettings} from '../../../src/domain/settings/wrong.js'
import {type TriggerDeps, triggerJob} from '../../../src/usecases/schedule/trigger-job.js'
import {schedulerWorld} from '../../support/scheduler-world.js'

const noneWrong: WrongSettings = {message: 'wrong', jobs: {}, parts: []}

/** A machine on which `happens` is what the guard of run `run-1` does when it is started. @returns its exit code, if it ends */
function machine(happens: (world: ReturnType<typeof schedulerWorld>) => number | undefined | 'goes on' = () => 0) {
  const world = schedulerWorld()
  const started: string[] = []
  const deps: TriggerDeps = {
    ...world.deps,
    settings: {
      file: '/srv/.guardianrc',
      jobs: {sync: {...jobDefaults, command: ['sync']}, report: {...jobDefaults, script: '/x.sh'}, seen: jobDefaults},
    },
    newId: () => 'run-1',
    start: (job, runId) => {
      started.push(`${job} ${runId}`)
      const code = happens(world)
      const ended = code === 'goes on' ? new Promise<undefined>(() => undefined) : Promise.resolve(code)
      return {pid: 50, ended, leave: () => undefined}
    },
  }
  const withWrong = (wrong: Partial<WrongSettings>) => ({
    ...deps,
    settings: {...deps.settings, wrong: {...noneWrong, ...wrong}},
  })
  return {...world, deps, started, withWrong}
}

const skip = ({runs}: ReturnType<typeof schedulerWorld>, reason: string) =>
  runs.append({kind: 'skipped', job: 'sync', run: 'run-1', reason}, 'durable')

test('a job is started under the id of its run, which is returned once the run is on record', async () => {
  const {deps, startRun, clock, started} = machine(() => 'goes on')
  const sleep = async (ms: number) => {
    clock.advance(ms)
    if (clock.mono() >= 1_001_000) startRun('sync', 'run-1')
  }
  const triggered = await triggerJob({...deps, clock: {...clock, sleep}}, 'sync')
  expect(triggered).toMatchObject({job: 'sync', runId: 'run-1', state: 'started'})
  expect([started, clock.mono()]).toEqual([['sync run-1'], 1_001_000])
})

test('a run that is over before it is looked at was started, however it ended', async () => {
  const {deps} = machine(({runs, startRun}) => {
    startRun('report', 'run-1')
    runs.append({kind: 'ended', job: 'report', run: 'run-1', outcome: 'failed'}, 'durable')
    return 1
  })
  expect((await triggerJob(deps, 'report')).state).toBe('started')
})

test('a run whose job says that it skipped its work was started', async () => {
  const {deps} = machine(({runs, startRun}) => {
    startRun('report', 'run-1')
    runs.append({kind: 'attempt-ended', job: 'report', run: 'run-1', attempt: 1, outcome: 'skipped'}, 'buffered')
    runs.append({kind: 'ended', job: 'report', run: 'run-1', outcome: 'skipped'}, 'durable')
    return 0
  })
  expect((await triggerJob(deps, 'report')).state).toBe('started')
})

test('another run of the job is not taken for the one that was asked for', async () => {
  const {deps, startRun} = machine(() => 'goes on')
  startRun('sync', 'run-0')
  expect((await triggerJob(deps, 'sync')).state).toBe('waiting')
})

test.each<[string, number | undefined, number]>([
  ['10 seconds', undefined, 10],
  ['as long as it is told', 3000, 3],
])('it waits for a run that waits for another one %s, and no longer', async (_title, waitMs, seconds) => {
  const {deps, startRun, clock} = machine(() => 'goes on')
  startRun('sync', 'run-0')
  const before = clock.mono()
  expect((await triggerJob(deps, 'sync', waitMs)).state).toBe('waiting')
  expect(Math.floor((clock.mono() - before) / 1000)).toBe(seconds)
})

test('a run without a record, while nothing else has the lease of its job, does not wait: it is unrecorded', async () => {
  const {deps, startRun, clock} = machine(() => 'goes on')
  startRun('report', 'run-0')
  expect((await triggerJob(deps, 'sync')).state).toBe('unrecorded')
  startRun('sync', 'run-0')
  clock.advance(200_000)
  expect((await triggerJob(deps, 'sync')).state).toBe('unrecorded')
})

test('a guard that has ended as a job may, and left no record, has had a run that is not kept any more', async () => {
  const {deps} = machine(() => 1)
  expect((await triggerJob(deps, 'sync')).state).toBe('unrecorded')
})

test.each([
  ['is wrong by itself', {jobs: {sync: {problems: ['timeout: soon'], isWatched: true}}}, /settings are wrong: timeout/],
  ['may not run, as no other may', {refusal: 'no job runs'}, /sync does not run: no job runs/],
  [
    'is wrong by itself where no other may run',
    {refusal: 'no job runs', jobs: {sync: {problems: ['timeout: soon'], isWatched: true}}},
    /settings are wrong: timeout/,
  ],
])('a job that %s is refused, and is not started', async (_title, wrong, message) => {
  const {withWrong, started} = machine()
  const refused = expect.objectContaining({kind: 'config', message: expect.stringMatching(message)})
  await expect(triggerJob(withWrong(wrong), 'sync')).rejects.toEqual(refused)
  expect(started).toEqual([])
})

test.each([
  ['that the settings do not name', 'other', /no job "other" in \/srv\/.guardianrc/],
  ['that is called as a part of each object', 'constructor', /no job "constructor"/],
  ['that is only watched', 'seen', /neither script nor command/],
])('a job %s is wrong usage, and is not started', async (_title, job, message) => {
  const {deps, started} = machine()
  const refused = expect.objectContaining({kind: 'usage', message: expect.stringMatching(message)})
  await expect(triggerJob(deps, job)).rejects.toEqual(refused)
  expect(started).toEqual([])
})

test('the names like an unknown one are told, also those of jobs that are wrong', async () => {
  const {withWrong} = machine()
  const deps = withWrong({jobs: {sink: {problems: ['x'], isWatched: true}}})
  const hints = ['did you mean sync?', 'did you mean sink?', 'see the jobs: guard config show']
  await expect(triggerJob(deps, 'synk')).rejects.toMatchObject({hints: expect.arrayContaining(hints)})
})

test('a run that was skipped is busy, with the lease of the run that has it', async () => {
  const {deps, startRun} = machine((world) => {
    skip(world, 'run-0 has its lease')
    return 75
  })
  startRun('sync', 'run-0')
  await expect(triggerJob(deps, 'sync')).rejects.toMatchObject({
    ...{kind: 'busy', message: 'sync was not started: run-0 has its lease'},
    details: {job: 'sync', runId: 'run-1', lease: {holder: 'run-0', state: 'held'}},
  })
})

test.each<[string, (world: ReturnType<typeof schedulerWorld>) => unknown]>([
  ['of its own', ({startRun}) => startRun('sync', 'run-1')],
  [
    'that was given back',
    ({startRun, leases}) => {
      startRun('sync', 'run-0')
      const {claimId: claim, token} = leases.read().byJob.get('sync') ?? {}
      leases.append({kind: 'released', job: 'sync', claim, token, status: 'ok'}, 'durable')
    },
  ],
])('a lease %s is not what a run was skipped for', async (_title, happen) => {
  const {deps, runs} = machine((world) => {
    happen(world)
    runs.lines.length = 0
    skip(world, 'it was refused')
    return 75
  })
  const refusal = await triggerJob(deps, 'sync').catch((error: unknown) => error)
  expect(refusal).toMatchObject({kind: 'busy', details: {job: 'sync', runId: 'run-1'}})
  expect(refusal).not.toHaveProperty('details.lease')
})

test.each([
  [69, 'breaker-open', 'see the breakers: guard breaker list'],
  [74, 'io', 'look at the store of the fleet: guard fleet check'],
  [78, 'config', 'look at the store of the fleet: guard fleet check'],
])('a run that was skipped with exit code %d is %s, whoever has the lease of its job', async (code, kind, hint) => {
  const {deps, startRun} = machine((world) => {
    skip(world, 'it was refused')
    return code
  })
  startRun('sync', 'run-0')
  const refusal = await triggerJob(deps, 'sync').catch((error: unknown) => error)
  expect(refusal).toMatchObject({kind, message: 'sync was not started: it was refused', hints: [hint]})
  expect(refusal).not.toHaveProperty('details.lease')
})

test.each([
  [undefined, 'internal'],
  [64, 'usage'],
  [73, 'no-state'],
  [74, 'io'],
  [78, 'config'],
])('a guard that ends with %s and leaves no record was refused: %s', async (code, kind) => {
  await expect(triggerJob(machine(() => code).deps, 'sync')).rejects.toMatchObject({kind})
})

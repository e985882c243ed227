import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import {fleetFold} from '../../../src/domain/fleet/known.js'
import {GuardError} from '../../../src/errors.js'
import {type JobPageDeps, jobPage} from '../../../src/usecases/diagnose/job-page.js'
import {memoryJournal} from '../../support/memory-journal.js'
import {statusWorld} from '../../support/status-world.js'

type World = ReturnType<typeof statusWorld>

function depsOf({deps, journals, settings, clock}: World): JobPageDeps {
  const {runs, breakers} = journals
  return {
    ...{...deps, breakers, budgets: {clock, runs, settings}, fleet: memoryJournal(fleetFold, clock)},
    startersOf: async () => ({sentences: ['Line 1 starts it.'], mend: undefined}),
    logs: {
      ...{runs, hasRotated: () => false, readEnd: () => 'one\n\ntwo\n'},
      findStretches: (file, {from, to}) => [{file, from, ...(to !== undefined && {to})}] as never,
    },
  }
}

const pageOf = (world: World, changes: Partial<JobPageDeps> = {}) =>
  jobPage({...depsOf(world), ...changes}, world.plan, 'sync')

const log = {file: '/logs/sync.log', inode: 1, from: 0, to: 9}

/** A job whose only run ended well. */
function ended(settings: Parameters<typeof statusWorld>[0] = {jobs: {sync: {}}}, more = {}): World {
  const world = statusWorld(settings)
  world.begin('sync', 'run-1', more)
  world.end('sync', 'run-1', 'healthy', more)
  return world
}

test('a job that nothing knows is wrong usage', async () => {
  await expect(pageOf(statusWorld())).rejects.toMatchObject({kind: 'usage', message: 'no job "sync" is known'})
})

test('a job that no settings name has the defaults; one whose own settings are wrong has none, and no starters', async () => {
  expect((await pageOf(ended({}))).settings).toBe(jobDefaults)
  const jobs = {sync: {problems: ['timeout: soon'], isWatched: true}}
  const page = await pageOf(
    ended({defaults: {...jobDefaults, schedule: '@daily'}, wrong: {message: '', parts: [], jobs}}),
  )
  expect([page.settings, page.starters]).toEqual([undefined, []])
})

test('the run is the last one that took place', async () => {
  const world = ended()
  world.skip('sync', 'run-2', 'held')
  expect((await pageOf(world)).run).toMatchObject({id: 'run-1', outcome: 'healthy'})
  expect((await pageOf(statusWorld({jobs: {sync: {}}}))).run).toBeUndefined()
})

test('a run whose job says itself that it skipped its work has taken place, so its output is what is shown', async () => {
  const world = ended()
  world.begin('sync', 'run-2', {log})
  world.journals.runs.append({kind: 'attempt-ended', job: 'sync', run: 'run-2', outcome: 'skipped'}, 'durable')
  world.end('sync', 'run-2', 'skipped')
  expect(await pageOf(world)).toMatchObject({run: {id: 'run-2', outcome: 'skipped'}, lastLines: ['one', 'two']})
})

test('a run and a lease whose processes are gone are shown as that, before it is on record', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  const alive = await pageOf(world)
  expect([alive.run?.outcome, alive.lease?.abandoned, alive.orphan]).toEqual([undefined, undefined, undefined])
  world.living.set('run-1', 'orphaned-job')
  expect((await pageOf(world)).orphan).toEqual({pid: undefined})
  world.living.clear()
  expect(await pageOf(world)).toMatchObject({run: {outcome: 'interrupted'}, lease: {abandoned: true}})
})

test('what the store of a fleet said of the lease is shown of a job of a fleet alone', async () => {
  expect((await pageOf(ended({jobs: {sync: {scope: 'fleet'}}}))).fleetLease).toBe('unseen')
  expect((await pageOf(ended())).fleetLease).toBeUndefined()
})

test('a breaker is shown where the job has a target, also one that nothing has called', async () => {
  expect((await pageOf(ended({jobs: {sync: {breaker: {target: 'api'}}}}))).breaker).toEqual({target: 'api'})
  expect((await pageOf(ended())).breaker).toBeUndefined()
})

test('its budgets are shown, and none of another job', async () => {
  const onCrash = 'rerun' as const
  const {budgets} = await pageOf(ended({jobs: {sync: {onCrash}, other: {onCrash}}}))
  expect(budgets.map(({job}) => job)).toEqual(['sync'])
})

test('what starts a job is asked if it has a schedule', async () => {
  expect((await pageOf(ended({jobs: {sync: {schedule: '@daily'}}}))).starters).toEqual(['Line 1 starts it.'])
  expect((await pageOf(ended())).starters).toEqual([])
})

test('the last lines are those of the run that is shown; one that kept no log has none', async () => {
  expect((await pageOf(ended({jobs: {sync: {}}}, {log}))).lastLines).toEqual(['one', 'two'])
  expect((await pageOf(ended())).lastLines).toEqual([])
})

test('a log that is not there any more has no last lines; a fault of the program is not taken for that', async () => {
  const world = ended({jobs: {sync: {}}}, {log})
  const pageAfter = (fault: Error) => {
    const readEnd = () => {
      throw fault
    }
    return pageOf(world, {logs: {...depsOf(world).logs, readEnd}})
  }
  expect((await pageAfter(new GuardError('io', 'it is rotated away'))).lastLines).toEqual([])
  await expect(pageAfter(new TypeError('x is undefined'))).rejects.toThrow('x is undefined')
})

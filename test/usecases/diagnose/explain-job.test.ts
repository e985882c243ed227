import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {type ExplainDeps, explainJob} from '../../../src/usecases/diagnose/explain-job.js'
import {hour, minute} from '../../support/job-facts.js'
import {statusWorld} from '../../support/status-world.js'

type World = ReturnType<typeof statusWorld>

function depsOf({deps, journals}: World): ExplainDeps {
  const {runs, incidents, outbox: deliveries, breakers, leases} = journals
  return {
    ...{...deps, breakers, journals: {runs, incidents, deliveries, breakers, leases}},
    startersOf: async () => ({sentences: ['No crontab starts it.'], mend: undefined}),
  }
}

const why = (world: World, runId?: string, changes: Partial<ExplainDeps> = {}) =>
  explainJob({...depsOf(world), ...changes}, world.plan, {job: 'sync', runId})

/** The records of a journal that the story tells of, as one field of theirs. */
async function told(world: World, journal: string, field: string, runId?: string): Promise<readonly unknown[]> {
  const {sections} = await why(world, runId)
  const sources = sections.flatMap(({sentences}) => sentences.flatMap(({source}) => source ?? []))
  return sources.filter((one) => one.journal === journal).map(({record}) => record[field])
}

/** A job whose first run ended well, and its second one badly. */
function failed(): World {
  const world = statusWorld({jobs: {sync: {}}})
  for (const [run, outcome] of [
    ['run-1', 'healthy'],
    ['run-2', 'failed'],
  ] as const) {
    world.begin('sync', run)
    world.end('sync', run, outcome)
  }
  return world
}

const runsTold = async (world: World, runId?: string) => [...new Set(await told(world, 'runs', 'run', runId))]

test('a job that nothing knows is wrong usage', async () => {
  await expect(why(statusWorld())).rejects.toMatchObject({kind: 'usage', message: 'no job "sync" is known'})
})

test('the story is that of the last run of the job that took place, also where it overlaps another one', async () => {
  const world = failed()
  world.begin('other', 'run-3')
  expect(await runsTold(world)).toEqual(['run-2'])
  world.begin('sync', 'run-4')
  world.begin('sync', 'run-5')
  world.end('sync', 'run-4', 'failed')
  world.end('sync', 'run-5', 'failed')
  expect(await runsTold(world)).toEqual(['run-5'])
})

test.each<[string, RawRecord]>([
  ['gives its budget back', {kind: 'budget-reset'}],
  ['tells of a run of another host', {kind: 'seen', lastEnd: {}}],
])('a record that %s hides nothing of its last run', async (_title, record) => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  world.living.clear()
  world.skip('sync', 'run-2', 'run-1 has its lease')
  const before = await why(world)
  world.journals.runs.note({job: 'sync', kind: '', ...record}, 'durable')
  expect((await why(world)).sections).toEqual(before.sections)
  expect(await runsTold(world)).toEqual(['run-2', 'run-1'])
})

test('runs that were skipped since are told before it, at most five', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  for (let number = 1; number <= 6; number++) world.skip('sync', `skip-${number}`, 'held')
  expect(await runsTold(world)).toEqual(['skip-6', 'skip-5', 'skip-4', 'skip-3', 'skip-2', 'run-1'])
})

test('runs that were skipped while it went on are not told', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  world.skip('sync', 'skip-1', 'held')
  world.end('sync', 'run-1', 'healthy')
  expect(await runsTold(world)).toEqual(['run-1'])
})

test('of a run that is named only that one is told, also if it was skipped', async () => {
  const world = failed()
  world.skip('sync', 'skip-1', 'held')
  world.skip('sync', 'skip-2', 'held')
  expect(await runsTold(world, 'run-1')).toEqual(['run-1'])
  expect(await runsTold(world, 'skip-1')).toEqual(['skip-1'])
})

test('of a job that is well nothing is read that is older than its last run', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  world.end('sync', 'run-1', 'healthy')
  const {journals} = depsOf(world)
  function* newestFirst() {
    yield* journals.runs.newestFirst()
    throw new Error('read on')
  }
  const {sections} = await why(world, undefined, {journals: {...journals, runs: {newestFirst}}})
  expect(sections.map(({title}) => title)).toEqual(['Its last run'])
})

test('a run whose processes are gone is told as over, before that is on record', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  expect(JSON.stringify(await why(world))).not.toContain('not yet recorded')
  world.living.clear()
  expect(JSON.stringify(await why(world))).toContain('Its end is not yet recorded')
})

test('a job that goes on without its guard is told as that', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  world.living.set('run-1', 'orphaned-job')
  expect((await why(world)).answer).toContain('without its guard')
})

test('of the incidents of the job the last one is told', async () => {
  const world = failed()
  const {incidents} = world.journals
  world.open('sync', 'failing', 'the first')
  const end = {kind: 'resolved', incident: incidents.lines[0]?.['id'], attempts: 0, uptimeMs: world.clock.mono()}
  incidents.append({job: 'sync', ...end, reason: 'well again'}, 'durable')
  world.open('sync', 'failing', 'the second')
  world.open('other', 'stalled', 'of another job')
  expect(await told(world, 'incidents', 'reason')).toEqual(['the second'])
})

test('what was told is read back to the beginning of the trouble, and no further', async () => {
  const world = failed()
  world.open('sync', 'failing')
  const now = world.clock.now()
  function* newestFirst() {
    yield {kind: 'suppressed', at: now, job: 'sync', channel: 'ops', reason: 'quiet hours'}
    yield {kind: 'suppressed', at: now - hour, job: 'sync', channel: 'ops', reason: 'of earlier trouble'}
    throw new Error('read on')
  }
  const {journals} = depsOf(world)
  const {sections} = await why(world, undefined, {journals: {...journals, deliveries: {newestFirst}}})
  expect(sections.find(({title}) => title === 'Who was told')?.sentences.map(({text}) => text)).toEqual([
    'ops was not told: quiet hours.',
  ])
})

test('of the breaker of its target is told what happened since it was closed', async () => {
  const world = statusWorld({jobs: {sync: {breaker: {target: 'api'}}}})
  const {breakers} = world.journals
  world.begin('sync', 'run-1')
  const opened = (target: string, reason: string) =>
    breakers.append({kind: 'opened', target, reason, by: 'hand', openForMs: minute}, 'durable')
  opened('api', 'before')
  breakers.append({kind: 'closed', target: 'api', by: 'hand'}, 'durable')
  opened('api', 'since')
  opened('other', 'of another target')
  expect(await told(world, 'breakers', 'reason')).toEqual(['since'])
})

test('the lease is read of a job that is stalled alone, and told from its claim on, with its last renewal', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  const {leases} = world.journals
  for (const run of ['run-1', 'run-2']) world.begin('sync', run)
  const {claimId: claim, token} = leases.read().byJob.get('sync') ?? {}
  for (let times = 0; times < 3; times++) leases.append({kind: 'renewed', job: 'sync', claim, token}, 'durable')
  world.living.set('run-2', 'unknown')
  const unread = () => {
    throw new Error('read')
  }
  const {journals} = depsOf(world)
  await why(world, undefined, {journals: {...journals, leases: {newestFirst: unread}}})
  world.clock.advance(hour)
  expect(await told(world, 'leases', 'kind')).toEqual(['renewed', 'claimed'])
})

test('what starts a job is asked if it never ran, not if it did', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  expect((await why(world)).answer).toContain('No crontab starts it.')
  world.begin('sync', 'run-1')
  world.end('sync', 'run-1', 'failed')
  const startersOf = () => {
    throw new Error('asked')
  }
  expect((await why(world, undefined, {startersOf})).answer).toContain('sync is failing')
})

test('how often its cause was one before is told of a job that is not well', async () => {
  const world = failed()
  world.begin('sync', 'run-3')
  world.end('sync', 'run-3', 'failed', {class: 'connection'})
  expect((await why(world)).known.join(' ')).toContain('connection was the cause in 1 of its last 3 runs')
  world.begin('sync', 'run-4')
  world.end('sync', 'run-4', 'healthy')
  expect((await why(world)).known.join(' ')).not.toContain('connection')
})

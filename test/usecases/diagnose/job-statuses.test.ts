import {expect, test} from 'vitest'
import {openclawDefaults} from '../../../src/config/default-values.js'
import {jobStatuses, type StatusDeps} from '../../../src/usecases/diagnose/job-statuses.js'
import {hour, minute} from '../../support/job-facts.js'
import {outboxWorld} from '../../support/outbox-world.js'
import {statusWorld} from '../../support/status-world.js'
import {scan} from '../../support/watchdog-world.js'

type World = ReturnType<typeof statusWorld>

const statuses = ({deps, plan}: World, changes: Partial<StatusDeps> = {}, isAsked = (_job: string) => true) =>
  jobStatuses({...deps, ...changes}, plan, isAsked)

const names = async (world: World) => (await statuses(world)).jobs.map(({job}) => job).sort()

const statusOf = async (world: World, job: string, changes: Partial<StatusDeps> = {}) => {
  const {jobs} = await statuses(world, changes)
  return jobs.find((one) => one.job === job)
}

test('the jobs are those of the settings, watched or not, and all that have run, have a lease, or are in trouble', async () => {
  const world = statusWorld({jobs: {watched: {}, unwatched: {watch: false}}})
  for (const run of ['run-1', 'run-2']) world.begin('by-hand', run)
  world.skip('only-skipped', 'run-3', 'held')
  world.journals.leases.append({kind: 'claimed', job: 'leased', holder: 'h', ttlMs: minute}, 'durable')
  world.open('of-others', 'stalled')
  expect(await names(world)).toEqual(['by-hand', 'leased', 'of-others', 'only-skipped', 'unwatched', 'watched'])
})

test.each<[string, string | undefined, (world: World) => void]>([
  ['that was refused', 'failed', ({skip}) => skip('sync', 'run-2', 'breaker open')],
  ['that was cut short', 'failed', (world) => endAfter(world, 'killed', {class: 'reader-gone'})],
  ['whose job said that it skipped its work', 'failed', (world) => endAfter(world, 'skipped')],
  ['that ended well', 'healthy', (world) => endAfter(world, 'healthy')],
])(
  'the last outcome is that of the run whose end and duration are told, after one that failed and one %s',
  async (_title, outcome, next) => {
    const world = statusWorld({jobs: {sync: {}}})
    world.begin('sync', 'run-1')
    world.end('sync', 'run-1', 'failed')
    next(world)
    expect(await statusOf(world, 'sync')).toMatchObject({lastOutcome: outcome, tookMs: 1000})
  },
)

function endAfter(world: World, outcome: string, more = {}): void {
  world.begin('sync', 'run-2')
  world.journals.runs.append({kind: 'attempt-ended', job: 'sync', run: 'run-2'}, 'buffered')
  world.end('sync', 'run-2', outcome, more)
}

test('a job whose own settings are wrong is one of them', async () => {
  const wrong = {message: 'wrong', parts: [], jobs: {quiet: {problems: ['x'], isWatched: false}}}
  expect(await names(statusWorld({wrong}))).toEqual(['quiet'])
})

test("leases of guard's own daemons are no jobs, unless they are watched; jobs with such a name are", async () => {
  const world = statusWorld({jobs: {'guard-unwatched': {watch: false}}})
  const {leases} = world.journals
  for (const job of ['guard-watchdog', 'guard-scheduler'])
    leases.append({kind: 'claimed', job, holder: 'h', ttlMs: minute}, 'durable')
  world.begin('guard-by-hand', 'run-1')
  expect(await names(world)).toEqual(['guard-by-hand', 'guard-unwatched'])
  const plan = {...world.plan, jobs: [{...scan, name: 'guard-watchdog'}]}
  expect(await names({...world, plan})).toEqual(['guard-by-hand', 'guard-unwatched', 'guard-watchdog'])
})

test.each([
  ['other settings ask', {}],
  ['these settings ask', {openclaw: {...openclawDefaults, jobs: {claw: {id: 'claw-1'}}}}],
])('OpenClaw that does not answer is listed with its trouble where %s it', async (_title, settings) => {
  const world = statusWorld(settings)
  world.open('guard-openclaw', 'unknown', 'the gateway does not answer')
  expect(await statusOf(world, 'guard-openclaw')).toMatchObject({
    state: 'failing',
    reason: 'the gateway does not answer',
  })
  expect((await statuses(world)).overall).toEqual({is: 'degraded', reason: 'guard-openclaw unknown'})
})

test('only those that are asked for are listed, and count for all together', async () => {
  const world = statusWorld({jobs: {sync: {}, scan: {}}})
  world.open('scan', 'stalled')
  const {jobs, overall} = await statuses(world, {}, (job) => job === 'sync')
  expect([jobs.map(({job}) => job), overall.is]).toEqual([['sync'], 'healthy'])
  expect((await statuses(world)).overall).toEqual({is: 'degraded', reason: 'scan stalled'})
})

test('what the settings no longer name keeps its incident: nothing is decided about it', async () => {
  const world = statusWorld()
  const note = {jobs: ['renamed'], settingsFile: '/other', uptimeMs: world.clock.mono()}
  world.journals.incidents.append({kind: 'watched', as: 'x', ...note}, 'durable')
  world.open('renamed', 'failing')
  const isGone = () => {
    throw new Error('asked')
  }
  expect((await statusOf(world, 'renamed', {isGone}))?.incident?.verdict).toBe('failing')
})

test('a job that all settings have given up is unknown until it runs again, however it ended', async () => {
  const world = statusWorld()
  const {incidents} = world.journals
  world.begin('old', 'run-1')
  world.end('old', 'run-1', 'failed')
  const note = {jobs: ['old'], settingsFile: '/a', uptimeMs: world.clock.mono()}
  incidents.append({kind: 'watched', as: 'x', ...note}, 'durable')
  expect(await statusOf(world, 'old')).toMatchObject({state: 'failing'})
  incidents.append({kind: 'unwatched', ...note}, 'durable')
  expect(await statusOf(world, 'old')).toMatchObject({
    ...{state: 'unknown', verdictReason: expect.stringMatching(/^it is watched no longer; /)},
  })
  expect((await statuses(world)).overall.is).toBe('healthy')
  world.begin('old', 'run-2')
  world.end('old', 'run-2', 'failed')
  expect(await statusOf(world, 'old')).toMatchObject({state: 'failing'})
})

test('a job that ended well before it was given up stays well', async () => {
  const world = statusWorld()
  world.begin('old', 'run-1')
  world.end('old', 'run-1', 'healthy')
  const note = {jobs: ['old'], settingsFile: '/a', uptimeMs: world.clock.mono()}
  world.journals.incidents.append({kind: 'watched', as: 'x', ...note}, 'durable')
  world.journals.incidents.append({kind: 'unwatched', ...note}, 'durable')
  expect(await statusOf(world, 'old')).toMatchObject({state: 'healthy'})
})

test('a job that was given up once and is named again is judged', async () => {
  const world = statusWorld({jobs: {old: {watch: false}}})
  world.begin('old', 'run-1')
  world.end('old', 'run-1', 'failed')
  const note = {jobs: ['old'], settingsFile: '/a', uptimeMs: world.clock.mono()}
  world.journals.incidents.append({kind: 'watched', as: 'x', ...note}, 'durable')
  world.journals.incidents.append({kind: 'unwatched', ...note}, 'durable')
  expect(await statusOf(world, 'old')).toMatchObject({state: 'failing'})
})

test('a job is due next by its schedule, and by its own delay only while a scheduler starts it', async () => {
  const world = statusWorld({jobs: {sync: {schedule: '0 * * * *', spreadMs: hour}, byHand: {}}})
  const {scheduler} = world.journals
  const next = async () => (await statusOf(world, 'sync'))?.nextAt
  const [start, slot] = [world.clock.now(), world.clock.now() + hour]
  expect([await next(), (await statusOf(world, 'byHand'))?.nextAt]).toEqual([slot, undefined])
  scheduler.append({kind: 'started', pid: 7}, 'durable')
  scheduler.append({kind: 'adopted', job: 'sync', schedule: '0 * * * * UTC'}, 'durable')
  const delayed = (await next()) ?? 0
  expect(delayed % hour).toBeGreaterThan(0)
  expect(delayed).toBeGreaterThan(start)
  scheduler.append({kind: 'stopped', reason: 'stop'}, 'durable')
  expect(await next()).toBe(slot)
})

test('an interval is counted from the last run', async () => {
  const world = statusWorld({jobs: {sync: {schedule: '@every 1h'}}})
  const start = world.clock.now()
  world.begin('sync', 'run-1')
  expect((await statusOf(world, 'sync'))?.nextAt).toBe(start + hour)
})

const silence = {reason: 'known', owner: 'root', untilHealthy: false}

test.each([
  ['of its job', {job: 'sync'}, true],
  ['of another job', {job: 'scan'}, false],
  ['of the class of its last failure', {class: 'connection'}, true],
  ['of the cause of its last failure', {group: 'connection:*'}, true],
  ['of another class', {class: 'disk'}, false],
])('a silence %s decides whether a job that failed is silenced: %j', async (_title, pattern, is) => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  world.end('sync', 'run-1', 'failed', {class: 'connection', detail: 'connect ECONNREFUSED 10.0.0.5:5432'})
  const untilMs = world.clock.now() + minute
  world.journals.silences.append({kind: 'added', ...silence, ...pattern, untilMs}, 'durable')
  expect((await statusOf(world, 'sync'))?.state === 'silenced').toBe(is)
  world.clock.advance(minute)
  expect((await statusOf(world, 'sync'))?.state).toBe('failing')
})

test('a silence of a class says nothing of an incident of another kind, though the last run failed by it', async () => {
  const world = statusWorld({jobs: {sync: {}}})
  world.begin('sync', 'run-1')
  world.end('sync', 'run-1', 'failed', {class: 'connection'})
  world.open('sync', 'stalled')
  const untilMs = world.clock.now() + minute
  world.journals.silences.append({kind: 'added', ...silence, class: 'connection', untilMs}, 'durable')
  expect((await statusOf(world, 'sync'))?.silence).toBeUndefined()
})

test('the channels that were told of the trouble of a job are named', async () => {
  const world = statusWorld({jobs: {sync: {}, scan: {}}})
  for (const job of ['sync', 'scan']) {
    world.begin(job, `run-${job}`)
    world.end(job, `run-${job}`, 'failed')
  }
  const alerting = outboxWorld()
  alerting.trouble('sync')
  await alerting.pass(minute)
  const {outbox} = alerting
  expect((await statusOf(world, 'sync', {outbox}))?.told).toMatchObject([{channel: 'ops', hasArrived: true}])
  expect((await statusOf(world, 'scan', {outbox}))?.told).toEqual([])
})

test('jobs that need a person come first', async () => {
  const world = statusWorld({jobs: {a: {}, b: {}}})
  for (const [job, outcome] of [
    ['a', 'healthy'],
    ['b', 'failed'],
  ] as const) {
    world.begin(job, `run-${job}`)
    world.end(job, `run-${job}`, outcome)
  }
  expect((await statuses(world)).jobs.map(({job, state}) => [job, state])).toEqual([
    ['b', 'failing'],
    ['a', 'healthy'],
  ])
})

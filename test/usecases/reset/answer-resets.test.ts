import {expect, test} from 'vitest'
import {pendingResets} from '../../../src/domain/openclaw/reset-decision.js'
import {GuardError} from '../../../src/errors.js'
import {systemClock} from '../../../src/system/host/clock.js'
import {answerResets} from '../../../src/usecases/reset/answer-resets.js'
import {jobId} from '../../support/fake-openclaw.js'
import {resetWorld} from '../../support/reset-world.js'

test('a wedged job is reset: the pending enable is recorded first, then each step with its evidence', async () => {
  const world = resetWorld()
  world.ask('r1')
  const {answered} = await world.round()
  expect(answered).toMatchObject([{requestId: 'r1', openclawId: jobId, ok: true, outcome: 'reset'}])
  expect(world.kinds()).toEqual([
    'claimed',
    'step-taken read ok',
    'enable-pending',
    'step-taken cancel skipped',
    'disabling',
    'disabled applied',
    'step-taken disable ok',
    'step-taken wait-for-marker ok',
    'step-taken enable ok',
    'step-taken verify ok',
    'enable-confirmed',
    'result reset',
  ])
  expect(world.openclaw.job).toMatchObject({enabled: true, runningAtMs: undefined})
  expect(world.results.lines.at(-1)).toMatchObject({openclaw: '2026.5.28', job: 'coingecko'})
  expect(world.results.lines.filter(({kind}) => kind === 'step-taken').every(({evidence}) => evidence)).toBe(true)
})

test('a request is answered once, however many rounds follow', async () => {
  const world = resetWorld()
  world.ask('r1')
  await world.round()
  const calls = world.openclaw.calls.length
  expect(await world.round()).toMatchObject({answered: [], waiting: [], pending: []})
  expect(world.openclaw.calls).toHaveLength(calls)
})

test('a live run is cancelled before its job is touched, and then no disable is needed', async () => {
  const world = resetWorld()
  world.openclaw.tasks = [
    {taskId: 't1', jobId, startedAt: 1},
    {taskId: 't2', jobId: 'another', startedAt: 1},
  ]
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([{ok: true, outcome: 'reset'}])
  expect(world.openclaw.tasks.map(({taskId}) => taskId)).toEqual(['t2'])
  expect(world.openclaw.calls).not.toContain('disable')
  expect(world.results.read().pendingEnables.size).toBe(0)
})

test('a run that cannot be cancelled does not stop the reset', async () => {
  const world = resetWorld()
  world.openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
  world.openclaw.faults = [{on: 'cancelTask', kind: 'permanent', cause: 'no-handle'}]
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([{ok: true, outcome: 'reset'}])
  expect(world.kinds()).toContain('step-taken cancel failed')
})

test('a job whose marker is gone before anything was done is not reset', async () => {
  const world = resetWorld()
  world.ask('r1')
  world.openclaw.job = {...world.openclaw.job!, runningAtMs: undefined}
  expect((await world.round()).answered).toMatchObject([{ok: true, outcome: 'already-recovered'}])
  expect(world.openclaw.calls).toEqual(['getJob', 'version'])
})

/** What a job may show between a request and its answer. */
const activities: Readonly<Record<string, (world: ReturnType<typeof resetWorld>) => void>> = {
  'another run of OpenClaw': ({openclaw, clock}) => {
    openclaw.job = {...openclaw.job!, runningAtMs: clock.now()}
  },
  'a later last run of OpenClaw': ({openclaw, clock}) => {
    const nextRunAtMs = clock.now() + 60_000
    openclaw.job = {...openclaw.job!, runningAtMs: undefined, lastRunAtMs: clock.now(), nextRunAtMs}
  },
  'a lease': ({leases}) => {
    leases.append({kind: 'claimed', job: 'coingecko', holder: 'x', ttlMs: 60_000}, 'durable')
  },
  'a run': ({runs}) => {
    runs.append({kind: 'started', job: 'coingecko', run: 'x'}, 'durable')
    runs.append({kind: 'ended', job: 'coingecko', run: 'x', outcome: 'failed'}, 'durable')
  },
  'an output': ({seen, clock}) => {
    seen.outputs = [{newest: {path: 'out.json', modifiedAt: clock.now(), size: 1}}]
  },
}

test.each(Object.entries(activities))(
  'a job that shows %s after the request is not reset, and its request is withdrawn',
  async (_title, act) => {
    const world = resetWorld()
    world.ask('r1')
    world.clock.advance(60_000)
    act(world)
    expect((await world.round()).answered).toMatchObject([{ok: false, outcome: 'withdrawn'}])
    expect(world.openclaw.calls).toEqual(['getJob', 'version'])
    expect(world.results.read().pendingEnables.size).toBe(0)
  },
)

test('a request is withdrawn once its incident is over, and not before', async () => {
  const world = resetWorld()
  const opened = {kind: 'opened', job: 'coingecko', verdict: 'stalled', reason: 'silent', uptimeMs: 1}
  const {record} = world.incidents.append(opened, 'durable')
  world.ask('r1', {incident: record.id})
  expect((await world.round()).answered).toMatchObject([{outcome: 'reset'}])
  world.clock.advance(600_000)
  world.openclaw.job = {...world.openclaw.job!, runningAtMs: world.clock.now()}
  world.ask('r2', {incident: record.id})
  world.incidents.append({kind: 'resolved', job: 'coingecko', incident: record.id, uptimeMs: 2}, 'durable')
  expect((await world.round()).answered).toMatchObject([
    {outcome: 'withdrawn', detail: 'the incident of the request is over'},
  ])
})

test('a run that is cancelled by a daemon that dies then counts as reset, though the job has run since', async () => {
  const world = resetWorld()
  world.openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
  world.openclaw.onCall = () => {
    if (world.openclaw.calls.includes('cancelTask')) throw new Error('killed')
  }
  world.ask('r1')
  await answerResets(world.daemon()).catch(() => undefined)
  world.openclaw.onCall = () => undefined
  world.clock.advance(900_001)
  const {answered} = await world.round()
  expect(answered).toMatchObject([{ok: true, outcome: 'reset', detail: expect.stringContaining('after the reset')}])
})

test('a job that OpenClaw disabled is not said to have been disabled by a person', async () => {
  const world = resetWorld({enabled: false, autoDisabled: '3 errors in computing its next slot'})
  world.ask('r1')
  const {answered} = await world.round()
  expect(answered).toMatchObject([{outcome: 'not-enabled', detail: expect.stringContaining('OpenClaw disabled it: 3')}])
  expect(world.openclaw.calls).not.toContain('enable')
})

test('a request without a marker for a job without one has nothing to reset, and is not ok', async () => {
  const world = resetWorld({runningAtMs: undefined})
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([{ok: false, outcome: 'nothing-to-reset'}])
})

test('a job that a person disables while its run is cancelled stays disabled', async () => {
  const world = resetWorld()
  world.openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
  world.openclaw.onCall = (call) => {
    if (call === 'cancelTask') world.openclaw.job = {...world.openclaw.job!, enabled: false}
  }
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([{ok: false, outcome: 'not-enabled'}])
  await world.round()
  expect(world.openclaw.job?.enabled).toBe(false)
  expect(world.results.read().pendingEnables.size).toBe(0)
})

test('a job that a person disables after guard has enabled it again stays disabled', async () => {
  const world = resetWorld()
  const marker = world.openclaw.job!.runningAtMs
  let reads = 0
  world.openclaw.onCall = (call) => {
    if (call !== 'getJob' || !world.openclaw.calls.includes('enable')) return
    reads += 1
    world.openclaw.job = {...world.openclaw.job!, runningAtMs: marker, enabled: reads < 3}
  }
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([{ok: false, outcome: 'not-enabled'}])
  await world.round()
  expect(world.openclaw.calls.filter((call) => call === 'enable')).toHaveLength(1)
  expect(world.openclaw.job?.enabled).toBe(false)
})

test.each([
  ['an id that the settings do not name', {jobId: '--help'}, {}, 'refused'],
  ["OpenClaw's own job", {}, {systemOwned: true}, 'refused'],
  ['a one-shot job', {}, {schedule: 'at'}, 'refused'],
])('%s is refused and never touched', async (_title, request, job, outcome) => {
  const world = resetWorld(job)
  world.ask('r1', request)
  expect((await world.round()).answered).toMatchObject([{ok: false, outcome}])
  expect(world.openclaw.calls).not.toContain('disable')
  expect(world.results.read().answers.get('r1')).toMatchObject({ok: false, outcome})
})

test('an id that OpenClaw does not know is gone', async () => {
  const world = resetWorld()
  world.ask('r1')
  world.openclaw.job = undefined
  expect((await world.round()).answered).toMatchObject([{ok: false, outcome: 'gone'}])
})

test('a second request for the job waits ten minutes, and is withdrawn once the job has run', async () => {
  const world = resetWorld()
  world.ask('r1')
  world.ask('r2')
  const first = await world.round()
  expect(first.answered.map(({requestId}) => requestId)).toEqual(['r1'])
  expect(first.waiting.map(({requestId}) => requestId)).toEqual(['r2'])
  world.clock.advance(600_000)
  expect((await world.round()).answered).toMatchObject([{requestId: 'r2', ok: false, outcome: 'withdrawn'}])
})

test('a request waits while the gateway does not answer, and has failed after three attempts', async () => {
  const world = resetWorld()
  world.openclaw.healthNow = 'hung'
  world.openclaw.faults = Array.from({length: 9}, () => ({on: 'getJob' as const, kind: 'transient' as const}))
  world.ask('r1')
  expect((await world.round()).waiting).toMatchObject([{reason: expect.stringContaining('its gateway is hung')}])
  await world.round()
  await world.round()
  const {answered} = await world.round()
  expect(answered).toMatchObject([{ok: false, outcome: 'failed'}])
  expect(answered[0]?.detail).toContain('its gateway is hung')
  expect(world.results.read().pendingEnables.size).toBe(0)
})

test('wrong settings fail at once, with the message of OpenClaw', async () => {
  const world = resetWorld()
  world.openclaw.faults = [{on: 'getJob', kind: 'configuration', cause: 'wrong-token'}]
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([
    {ok: false, outcome: 'failed', detail: 'OpenClaw cannot be asked (configuration): getJob: configuration'},
  ])
})

test('a disable that was refused changes nothing, and no enable stays pending', async () => {
  const world = resetWorld()
  world.openclaw.faults = [{on: 'disable', kind: 'permanent', cause: 'system-owned'}]
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([{ok: false, outcome: 'failed'}])
  expect(world.results.read().pendingEnables.size).toBe(0)
  expect(world.openclaw.job?.enabled).toBe(true)
})

test('a disable that failed for the moment is tried again in the next round', async () => {
  const world = resetWorld()
  world.openclaw.faults = [{on: 'disable', kind: 'transient'}]
  world.ask('r1')
  expect((await world.round()).answered).toEqual([])
  expect((await world.round()).answered).toMatchObject([{ok: true, outcome: 'reset'}])
})

test('a marker that stays although the job was disabled is a failure', async () => {
  const world = resetWorld()
  const marker = world.openclaw.job!.runningAtMs
  world.openclaw.onCall = () => {
    world.openclaw.job = {...world.openclaw.job!, runningAtMs: marker}
  }
  world.ask('r1')
  expect((await world.round()).answered).toMatchObject([
    {ok: false, outcome: 'failed', detail: 'the marker is still there'},
  ])
  expect(world.openclaw.job?.enabled).toBe(true)
})

test('a disable that is applied minutes later is undone, and the enable stays pending until then', async () => {
  const world = resetWorld()
  world.openclaw.faults = [{on: 'disable', kind: 'outcome-unknown', cause: 'gateway-timeout', lateMs: 561_000}]
  world.ask('r1')
  await world.round()
  expect(world.results.read().pendingEnables.size).toBe(1)
  const seen: (boolean | undefined)[] = []
  for (let round = 0; round < 10; round += 1) {
    world.clock.advance(120_000)
    world.openclaw.passTime()
    seen.push(world.openclaw.job?.enabled)
    await world.round()
  }
  expect(seen.filter((enabled) => enabled === false)).toHaveLength(1)
  expect(world.openclaw.job).toMatchObject({enabled: true, runningAtMs: undefined})
  expect(world.results.read().pendingEnables.size).toBe(0)
})

test('an enable that fails is retried, stays pending, and is done by the next round', async () => {
  const world = resetWorld()
  world.openclaw.faults = Array.from({length: 5}, () => ({on: 'enable' as const, kind: 'transient' as const}))
  world.ask('r1')
  expect((await world.round()).waiting).toMatchObject([{reason: expect.stringContaining('not enabled')}])
  expect(world.openclaw.calls.filter((call) => call === 'enable')).toHaveLength(5)
  expect(world.openclaw.job?.enabled).toBe(false)
  const next = await world.round()
  expect(next.pending).toEqual([{openclawId: jobId, state: 'confirmed', detail: 'confirmed'}])
  expect(next.answered).toMatchObject([{requestId: 'r1', ok: true, outcome: 'reset'}])
  expect(world.openclaw.job?.enabled).toBe(true)
})

test('an enable that is refused for good is not sent again in the same attempt', async () => {
  const world = resetWorld()
  world.openclaw.faults = [{on: 'enable', kind: 'permanent', cause: 'unknown-id'}]
  world.openclaw.onCall = (call) => {
    if (call === 'enable') world.openclaw.job = undefined
  }
  world.ask('r1')
  await world.round()
  expect(world.openclaw.calls.filter((call) => call === 'enable')).toHaveLength(1)
  expect((await world.round()).pending).toMatchObject([{state: 'confirmed', detail: 'gone'}])
})

test('an enable stays pending while the job cannot be read', async () => {
  const world = resetWorld()
  world.openclaw.faults = Array.from({length: 5}, () => ({on: 'enable' as const, kind: 'transient' as const}))
  world.ask('r1')
  await world.round()
  world.openclaw.faults = Array.from({length: 9}, () => ({on: 'getJob' as const, kind: 'transient' as const}))
  expect((await world.round()).pending).toMatchObject([{openclawId: jobId, state: 'watched'}])
  world.openclaw.faults = []
  await world.round()
  expect(world.openclaw.job?.enabled).toBe(true)
})

test('of two daemons at once one answers and the other waits', async () => {
  const world = resetWorld()
  world.ask('r1')
  const second: unknown[] = []
  let isNested = false
  world.openclaw.onCall = async (call) => {
    if (isNested || call !== 'disable') return
    isNested = true
    second.push(await answerResets(world.daemon()))
  }
  const first = await answerResets(world.daemon())
  expect(first.answered).toMatchObject([{ok: true}])
  expect(second).toMatchObject([{answered: [], pending: [], waiting: [{requestId: 'r1'}]}])
  expect(world.openclaw.calls.filter((call) => call === 'disable')).toHaveLength(1)
})

test('a daemon whose claim was taken over stops at its next line, and leaves the job enabled', async () => {
  const world = resetWorld()
  world.ask('r1')
  const claims = () => world.results.lines.filter(({kind}) => kind === 'claimed')
  world.openclaw.onCall = (call) => {
    if (call !== 'disable' || claims().length > 1) return
    const {request_id, job_id, id} = claims()[0]!
    world.results.append({kind: 'claimed', request_id, job_id, over: id}, 'durable')
  }
  const {answered, waiting} = await world.round()
  expect(answered).toEqual([])
  expect(waiting[0]?.reason).toContain('another reset daemon took over')
  expect(world.openclaw.job?.enabled).toBe(true)
})

test('a daemon that gets a signal finishes the claimed request and claims no other', async () => {
  const world = resetWorld()
  world.ask('r1')
  world.ask('r2', {jobId: 'not allowed'})
  world.openclaw.onCall = () => world.stop.abort()
  expect((await world.round()).answered).toMatchObject([{requestId: 'r1', outcome: 'reset'}])
  expect(world.openclaw.job?.enabled).toBe(true)
})

test('a daemon that gets a signal among requests that need no call stops too', async () => {
  const world = resetWorld()
  for (const id of ['r1', 'r2', 'r3', 'r4']) world.ask(id, {jobId: 'not allowed'})
  setImmediate(() => world.stop.abort())
  const deps = world.daemon()
  const {answered} = await answerResets({...deps, clock: {...deps.clock, sleep: (ms) => systemClock.sleep(ms)}})
  expect(answered.length).toBeLessThan(4)
})

test('a daemon whose disk was full for a moment finishes in its next round', async () => {
  const failed: number[] = []
  for (let failAt = 1; failAt < 14; failAt += 1) {
    const world = resetWorld()
    world.ask('r1')
    let appends = 0
    const deps = world.daemon()
    const append: typeof deps.results.append = (entry, durability) => {
      appends += 1
      if (appends === failAt) throw new GuardError('io', 'the disk is full')
      return world.results.append(entry, durability)
    }
    const daemon = {...deps, results: {read: () => world.results.read(), append}}
    await answerResets(daemon).catch(() => failed.push(failAt))
    world.clock.advance(120_000)
    await answerResets(daemon)
    expect(world.openclaw.job, `append ${failAt} failed`).toMatchObject({enabled: true, runningAtMs: undefined})
    expect(world.results.read().answers.get('r1'), `append ${failAt} failed`).toMatchObject({ok: true})
    // Only after ten minutes is it certain that a disable without a recorded answer is not applied late.
    world.clock.advance(600_000)
    await answerResets(daemon)
    expect(world.results.read().pendingEnables.size).toBe(0)
  }
  expect(failed.length).toBeGreaterThan(10)
})

test('the claim of a daemon that was stopped for longer than any attempt is taken over', async () => {
  const world = resetWorld()
  world.ask('r1')
  const {request_id, job_id} = {request_id: 'r1', job_id: jobId}
  world.results.append({kind: 'claimed', request_id, job_id, process: {pid: 7, start: '7'}}, 'durable')
  expect((await world.round()).waiting).toMatchObject([{reason: 'process 7 is working on it'}])
  world.clock.advance(900_001)
  expect((await world.round()).answered).toMatchObject([{ok: true, outcome: 'reset'}])
})

test('a foreign line without kind or id is answered, once, however often it was written', async () => {
  const world = resetWorld()
  const line = {
    job_id: jobId,
    job_name: 'CoinGecko',
    reason: 'stuck',
    requested_at: new Date(world.clock.now()).toISOString(),
  }
  world.foreignLine(line)
  world.foreignLine({...line})
  const {answered} = await world.round()
  expect(answered).toMatchObject([{ok: true, outcome: 'reset'}])
  expect(pendingResets(world.requests.read(), world.results.read())).toEqual([])
})

test('lines that are not a request are counted', async () => {
  const world = resetWorld()
  world.foreignLine({hello: 'world'})
  world.foreignLine({job_id: 7})
  expect((await world.round()).unreadable).toBe(2)
})

/** The ways of a reset, apart from crashes. */
const scenarios: Readonly<Record<string, (world: ReturnType<typeof resetWorld>) => void>> = {
  'a stale marker': () => undefined,
  'a live run': ({openclaw}) => {
    openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
  },
  'a disable that timed out and was applied': ({openclaw}) => {
    openclaw.faults = [{on: 'disable', kind: 'outcome-unknown', lateMs: 0}]
  },
  'a disable that timed out and is applied late': ({openclaw}) => {
    openclaw.faults = [{on: 'disable', kind: 'outcome-unknown', lateMs: 561_000}]
  },
  'a disable that was lost': ({openclaw}) => {
    openclaw.faults = [{on: 'disable', kind: 'outcome-unknown'}]
  },
  'enables that fail': ({openclaw}) => {
    openclaw.faults = Array.from({length: 6}, () => ({on: 'enable' as const, kind: 'outcome-unknown' as const}))
  },
}

test.each(Object.entries(scenarios))(
  'killed anywhere during %s, the job ends up enabled and answered once',
  async (_title, set) => {
    let crashes = 0
    for (let crashAt = 1; ; crashAt += 1) {
      const world = resetWorld()
      set(world)
      world.ask('r1')
      const dying = world.daemon(crashAt)
      await answerResets(dying).catch(() => undefined)
      for (let round = 0; round < 8; round += 1) {
        world.clock.advance(120_000)
        await world.round()
      }
      world.openclaw.passTime()
      expect(world.openclaw.job, `killed at call ${crashAt}`).toMatchObject({enabled: true, runningAtMs: undefined})
      expect(world.results.read().pendingEnables.size, `killed at call ${crashAt}`).toBe(0)
      const results = world.results.lines.filter(({kind}) => kind === 'result')
      expect(results, `killed at call ${crashAt}`).toMatchObject([{request_id: 'r1', ok: true}])
      if (!dying.hasCrashed()) break
      crashes += 1
    }
    expect(crashes).toBeGreaterThan(20)
  },
)

test('killed anywhere twice in a row, the job ends up enabled', async () => {
  for (let first = 5; first < 60; first += 4) {
    for (let second = 1; second < 60; second += 4) {
      const world = resetWorld()
      world.ask('r1')
      await answerResets(world.daemon(first)).catch(() => undefined)
      await answerResets(world.daemon(second)).catch(() => undefined)
      for (let round = 0; round < 8; round += 1) {
        world.clock.advance(120_000)
        await world.round()
      }
      expect(world.openclaw.job, `killed at ${first} and ${second}`).toMatchObject({enabled: true})
      expect(world.results.read().pendingEnables.size).toBe(0)
    }
  }
})

test('a job that a person disabled is never enabled, wherever the daemon is killed', async () => {
  for (let crashAt = 1; crashAt < 30; crashAt += 1) {
    const world = resetWorld({enabled: false})
    world.ask('r1')
    await answerResets(world.daemon(crashAt)).catch(() => undefined)
    for (let round = 0; round < 4; round += 1) await world.round()
    expect(world.openclaw.calls).not.toContain('enable')
    expect(world.openclaw.job?.enabled).toBe(false)
  }
})

test('a job that a person disables after a daemon died before its disable stays disabled', async () => {
  for (let crashAt = 1; ; crashAt += 1) {
    const world = resetWorld()
    world.ask('r1')
    const dying = world.daemon(crashAt)
    await answerResets(dying).catch(() => undefined)
    if (world.kinds().includes('disabling') || !dying.hasCrashed()) break
    world.openclaw.job = {...world.openclaw.job!, enabled: false}
    for (let round = 0; round < 4; round += 1) await world.round()
    expect(world.openclaw.job?.enabled, `killed at call ${crashAt}`).toBe(false)
  }
})

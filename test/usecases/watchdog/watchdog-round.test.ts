import {expect, test} from 'vitest'
import {watchdogRound} from '../../../src/usecases/watchdog/watchdog-round.js'
import {hour, minute} from '../../support/job-facts.js'
import {scan, watchdogWorld} from '../../support/watchdog-world.js'

const nightly = {...scan, openclawId: undefined}

/** A job whose holder fell silent after it had been seen at work. */
async function stalledJob() {
  const world = watchdogWorld()
  world.claim(5 * minute)
  await world.round()
  world.clock.advance(6 * minute)
  return world
}

test('a stalled job is reset twice, escalated once, and forgiven when it lives again', async () => {
  const world = await stalledJob()
  const {acts, answer, clock, claim, alerts, seen} = world

  expect(await acts()).toEqual(['open', 'request-reset'])
  expect(await acts()).toEqual([])
  answer(false)
  clock.advance(10 * minute)
  expect(await acts()).toEqual(['request-reset'])
  answer(false)
  expect(await acts()).toEqual(['escalate'])
  expect(seen.escalationFile?.escalations).toMatchObject([{job: 'scan', alerts: 1}])
  expect(await acts()).toEqual([])
  claim(5 * minute)
  expect(await acts()).toEqual([])
  world.run('healthy')
  expect(await acts()).toEqual(['resolve', 'observe'])
  expect(seen.escalationFile).toBeUndefined()
  expect(alerts()).toEqual([
    'CRITICAL scan is stalled: its lease expired, last sign 16m ago; 2 resets failed, the last: failed',
    'INFO scan: healthy again, 2 attempts cleared: its last run ended well 0s ago',
  ])
})

test('a reset that works ends the incident without a word to anybody', async () => {
  const {acts, answer, run, alerts} = await stalledJob()
  await acts()
  answer(true)
  run('healthy')
  expect(await acts()).toEqual(['resolve', 'observe'])
  expect(alerts()).toEqual([])
})

test('a reset that is said to work and changes nothing counts as failed', async () => {
  const {acts, answer, clock} = await stalledJob()
  await acts()
  answer(true)
  expect(await acts()).toEqual([])
  clock.advance(11 * minute)
  expect(await acts()).toEqual(['request-reset'])
  answer(true)
  clock.advance(11 * minute)
  expect(await acts()).toEqual(['escalate'])
})

test('a hundred rounds over a dead job raise one alert', async () => {
  const {round, clock, alerts} = await stalledJob()
  const counts: number[] = []
  for (let number = 0; number < 100; number++) {
    await round()
    clock.advance(10 * minute)
    counts.push(alerts().length)
  }
  // The request has no answer: the alert comes after ten minutes. It is the deliverer that repeats it.
  expect(counts.filter((count, index) => count !== counts[index - 1])).toEqual([0, 1])
})

test('a request names the job, its incident, the marker and the attempt, as any program may read it', async () => {
  const {acts, seen, journals} = await stalledJob()
  seen.openclaw.set('claw-1', {state: 'hung', remedy: 'reset', reason: 'marked as running', runningAtMs: 77})
  await acts()
  expect(journals.resetRequests.lines).toMatchObject([
    {kind: 'requested', job: 'scan', job_id: 'claw-1', job_name: 'scan', attempts: 1, running_at_ms: 77},
  ])
  expect(journals.resetRequests.lines[0]?.['incident']).toBe(journals.incidents.read().open.get('scan')?.id)
})

test('fresh output over a lost lease is recorded once and escalates never', async () => {
  const output = {files: ['out'], maxAgeMs: hour, minSizeBytes: 0, contains: [], lacks: []}
  const {acts, seen, clock, claim, journals} = watchdogWorld([{...scan, outputs: [output]}])
  claim(5 * minute)
  clock.advance(6 * minute)
  seen.outputs = [{newest: {path: 'out', modifiedAt: clock.now(), size: 1}}]
  expect(await acts()).toEqual(['observe'])
  expect(await acts()).toEqual([])
  expect(journals.incidents.lines.filter(({kind}) => kind === 'opened')).toEqual([])
})

test('output that each run rewrites badly is trouble once it has been bad for the grace; one bad file is none', async () => {
  const output = {files: ['out'], maxAgeMs: hour, minSizeBytes: 0, contains: ['DONE'], lacks: []}
  const world = watchdogWorld([{...nightly, limits: {...nightly.limits, graceMs: 5 * minute}, outputs: [output]}])
  const {round, seen, clock, journals} = world
  const ending = async (problem?: string) => {
    clock.advance(3 * minute)
    world.run('healthy', nightly.name)
    seen.outputs = [{newest: {path: 'out', modifiedAt: clock.now(), size: 1, ...(problem && {problem})}}]
    const {reports} = await round()
    return reports[0]?.verdict.kind
  }
  const bad = 'lacks "DONE"'
  expect([await ending(), await ending(), await ending()]).toEqual(['healthy', 'healthy', 'healthy'])
  expect([await ending(bad), await ending(), await ending(bad)]).toEqual(['healthy', 'healthy', 'healthy'])
  expect([await ending(bad), await ending(bad), await ending(bad)]).toEqual(['healthy', 'failing', 'failing'])
  const notes = journals.incidents.lines.filter(({kind}) => kind === 'output-noted')
  expect(notes.map(({bad: isBad}) => isBad)).toEqual([true, false, true])
})

test('an incident of a job that was taken out of the settings ends', async () => {
  const world = watchdogWorld([scan, {...scan, name: 'other'}])
  world.claim(5 * minute)
  await world.round()
  world.clock.advance(6 * minute)
  await world.round()
  const without = watchdogWorld([{...scan, name: 'other'}])
  without.journals.incidents.lines.push(...world.journals.incidents.lines)
  const {orphaned, incidents} = await without.round()
  expect(orphaned).toMatchObject([{do: 'resolve', job: 'scan', reason: 'it is watched no longer'}])
  expect(incidents.jobs.get('scan')?.incident).toBeUndefined()
})

test('the incident of the last job that was taken out of the settings ends too; without settings nothing is known', async () => {
  const world = await stalledJob()
  await world.round()
  const {deps} = world
  const without = (hasSettings: boolean) => watchdogRound(deps, {...world.plan, jobs: [], hasSettings})
  expect((await without(false)).orphaned).toEqual([])
  expect((await without(true)).orphaned).toMatchObject([{do: 'resolve', job: 'scan'}])
})

/** A job that has run every five minutes. */
function frequentJob() {
  const world = watchdogWorld([nightly])
  for (let run = 0; run < 12; run++) {
    world.run('healthy')
    world.clock.advance(5 * minute)
  }
  return world
}

test('a job that runs often is told when its trouble has lasted, and each bad run is not one more alert', async () => {
  const {acts, run, clock, alerts} = frequentJob()
  run('failed')
  expect(await acts()).toEqual(['open'])
  clock.advance(10 * minute)
  run('failed')
  expect(await acts()).toEqual(['escalate'])
  run('degraded')
  await acts()
  expect(alerts()).toHaveLength(1)
  clock.advance(minute)
  run('healthy')
  expect(await acts()).toEqual(['resolve', 'observe'])
})

test('a failed run of a job whose next run is far is told in the same round', async () => {
  const daily = {...nightly, schedule: '0 3 * * *', limits: {...scan.limits, freshForMs: undefined}}
  const world = watchdogWorld([daily])
  const deps = {...world.deps, slots: {latest: () => undefined, next: (_: unknown, at: number) => at + 20 * hour}}
  world.run('failed')
  const {reports} = await watchdogRound(deps, world.plan)
  expect(reports[0]?.actions.map((action) => action.do)).toEqual(['open', 'escalate'])
  expect(world.alerts()[0]).toContain('its next run is in 20h')
})

test('a start of the next run resolves nothing: a job that degrades each minute is told', async () => {
  const {acts, run, claim, clock, alerts} = frequentJob()
  for (let at = 0; at < 15; at++) {
    run('degraded')
    clock.advance(minute / 2)
    claim(5000)
    await acts()
    clock.advance(minute / 2)
  }
  expect(alerts()).toHaveLength(1)
  expect(alerts()[0]).toContain('WARNING scan is failing: its last run ended degraded')
})

test('the fourth short incident is told, and stays open until the job is well for an hour and three runs', async () => {
  const {acts, run, clock, alerts, journals} = frequentJob()
  const opened = () => journals.incidents.lines.filter(({kind}) => kind === 'opened')
  for (let time = 0; time < 4; time++) {
    run('failed')
    await acts()
    clock.advance(5 * minute)
    run('healthy')
    await acts()
    clock.advance(5 * minute)
  }
  expect(opened().map(({flapping}) => flapping)).toEqual([undefined, undefined, undefined, true])
  expect(alerts()).toHaveLength(1)
  expect(journals.incidents.read().open.get('scan')?.isFlapping).toBe(true)
  for (let time = 0; time < 7; time++) {
    run('healthy')
    await acts()
    clock.advance(10 * minute)
  }
  expect(journals.incidents.read().open.size).toBe(0)
  expect(opened()).toHaveLength(4)
})

test('a lease whose process is dead makes a run without an end an interrupted one in the same round', async () => {
  const world = watchdogWorld([nightly])
  world.journals.leases.append({kind: 'claimed', job: 'scan', holder: 'r', ttlMs: 6 * hour}, 'durable')
  world.journals.runs.append({kind: 'started', job: 'scan', run: 'r'}, 'durable')
  const {reports} = await watchdogRound({...world.deps, livingProcessOf: async () => 'none'}, world.plan)
  expect(reports[0]?.verdict).toMatchObject({kind: 'failing', reason: expect.stringContaining('was found interrupted')})
})

test('a process that released its lease while it was looked at is not dead', async () => {
  const world = watchdogWorld([nightly])
  const {record, state} = world.claim(hour)
  const livingProcessOf = async () => {
    const token = state.byJob.get('scan')?.token
    world.journals.leases.append({kind: 'released', job: 'scan', claim: record.id, token, status: 'ok'}, 'durable')
    return 'none' as const
  }
  const {reports} = await watchdogRound({...world.deps, livingProcessOf}, world.plan)
  expect(reports[0]?.verdict).toMatchObject({kind: 'healthy', status: 'ok'})
})

test('an output that is written after the round read its clock is new', async () => {
  const rule = {files: ['out'], maxAgeMs: hour, minSizeBytes: 0, contains: [], lacks: []}
  const {round, seen, clock} = watchdogWorld([{...nightly, outputs: [rule]}])
  seen.outputs = [{newest: {path: 'out', modifiedAt: clock.now() + 100, size: 1}}]
  const {reports} = await round()
  expect(reports[0]?.verdict).toMatchObject({kind: 'healthy', reason: 'out is 0s old'})
})

test('OpenClaw that cannot be asked is said at once, and is an incident after its own limit', async () => {
  const {round, seen, clock, alerts} = watchdogWorld([])
  const verdicts = async () =>
    (await round()).reports.map(({verdict, actions}) => [verdict.kind, actions.map((one) => one.do)])
  seen.unreachable = 'OpenClaw cannot be asked (setup): no such program'
  expect(await verdicts()).toEqual([['unknown', ['observe']]])
  clock.advance(14 * minute)
  expect(await verdicts()).toEqual([['unknown', []]])
  clock.advance(minute)
  expect(await verdicts()).toEqual([['unknown', ['open', 'escalate']]])
  expect(alerts()[0]).toContain('guard-openclaw is unknown: OpenClaw cannot be asked (setup): no such program, for 15m')
  seen.unreachable = undefined
  expect(await verdicts()).toEqual([['healthy', ['resolve', 'observe']]])
  expect(await verdicts()).toEqual([])
})

test('clock samples of another host are not reboots of this one, which is said once', async () => {
  const {round, journals, clock, alerts, seen} = watchdogWorld([nightly])
  const reading = {at: clock.now() - hour, mono: 1000, boot: 'boot-x'}
  journals.incidents.lines.push({
    ...reading,
    id: 'x',
    host: 'host-2',
    kind: 'clock-noted',
    clock: reading,
    uptimeMs: 5 * hour,
  })
  const {clocks} = await round()
  await round()
  expect(clocks.uptime.epochs).toHaveLength(1)
  expect(alerts()).toEqual([expect.stringContaining('WARNING the journal of incidents has clock samples of host-2')])
  expect(seen.log).toHaveLength(1)
})

class Killed extends Error {}

/** The whole life of an incident, with a kill at the `nth` write, before or after the line stands. */
async function lifeWithKill(nth: number, where: 'beforeWrite' | 'afterWrite') {
  const world = await stalledJob()
  let writes = 0
  world.hooks[where] = () => {
    writes += 1
    if (writes === nth) throw new Killed()
  }
  const round = async () => {
    await world.round().catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    })
    await world.round()
  }
  await round()
  world.answer(false)
  world.clock.advance(10 * minute)
  await round()
  world.answer(false)
  await round()
  world.run('healthy')
  await round()
  return {
    writes,
    end: {
      alerts: world.alerts(),
      requests: [...world.journals.resetRequests.read().byId.values()].map(({attempts}) => attempts),
      incident: world.journals.incidents.read().jobs.get('scan')?.incident,
      escalationFile: world.seen.escalationFile,
    },
  }
}

test('killed at any write, the next round comes to the same end', async () => {
  const undisturbed = await lifeWithKill(Number.POSITIVE_INFINITY, 'beforeWrite')
  expect(undisturbed.writes).toBeGreaterThan(6)
  expect(undisturbed.end).toMatchObject({requests: [1, 2], incident: undefined, escalationFile: undefined})
  expect(undisturbed.end.alerts).toHaveLength(2)
  for (let nth = 1; nth <= undisturbed.writes; nth++) {
    for (const where of ['beforeWrite', 'afterWrite'] as const) {
      const {end} = await lifeWithKill(nth, where)
      expect(end, `killed ${where} ${nth}`).toEqual(undisturbed.end)
    }
  }
})

test('jobs that are watched in the same way are noted once, in one record that names them', async () => {
  const jobs = [
    {...scan, openclawId: undefined},
    {...scan, openclawId: undefined, name: 'never-run'},
  ]
  const {round, claim, clock, journals} = watchdogWorld(jobs)
  claim(5 * minute)
  const first = await round()
  const met = [...first.incidents.jobs]
  expect(met.map(([name, {watches}]) => [name, watches?.[0]?.watchKey])).toEqual([
    ['scan', '- - 60000'],
    ['never-run', '- - 60000'],
  ])

  await round()
  expect([...journals.incidents.read().jobs]).toEqual(met)
  const watched = journals.incidents.lines.filter(({kind}) => kind === 'watched')
  expect(watched).toMatchObject([{jobs: ['scan', 'never-run'], as: '- - 60000'}])

  clock.advance(6 * minute)
  const {reports} = await round()
  expect(reports.map(({job, verdict}) => [job.name, verdict.kind])).toContainEqual(['scan', 'stalled'])
})

import {expect, test} from 'vitest'
import {hour, minute} from '../../support/job-facts.js'
import {scan, watchdogWorld} from '../../support/watchdog-world.js'

/** A job whose holder fell silent after it had been seen at work. */
async function stalledJob() {
  const world = watchdogWorld()
  world.claim(5 * minute)
  await world.round()
  world.clock.advance(6 * minute)
  return world
}

test('a stalled job is reset twice, escalated once, and forgiven when it lives again', async () => {
  const {acts, answer, clock, claim, alerts, seen} = await stalledJob()

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
  expect(await acts()).toEqual(['resolve', 'observe'])
  expect(seen.escalationFile).toBeUndefined()
  expect(alerts()).toEqual([
    'CRITICAL scan is stalled: its lease expired, last sign 16m ago; 2 resets failed, the last: failed',
    'INFO scan: healthy again, 2 attempts cleared: its lease is alive, renewed 0s ago',
  ])
})

test('a reset that works ends the incident without a word to anybody', async () => {
  const {acts, answer, claim, alerts} = await stalledJob()
  await acts()
  answer(true)
  claim(5 * minute)
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

test('a hundred rounds over a dead job raise one alert, and one more in each interval', async () => {
  const {round, clock, alerts} = await stalledJob()
  const counts: number[] = []
  for (let number = 0; number < 100; number++) {
    await round()
    clock.advance(10 * minute)
    counts.push(alerts().length)
  }
  // Nobody answers the request: the first alert after an hour, then every four.
  expect(counts.filter((count, index) => count !== counts[index - 1])).toEqual([0, 1, 2, 3, 4])
})

test('a request names the job, the marker and the attempt, as any program may read it', async () => {
  const {acts, seen, journals} = await stalledJob()
  seen.openclaw.set('claw-1', {state: 'hung', remedy: 'reset', reason: 'marked as running', runningAtMs: 77})
  await acts()
  expect(journals.resetRequests.lines).toMatchObject([
    {kind: 'requested', job: 'scan', job_id: 'claw-1', job_name: 'scan', attempts: 1, running_at_ms: 77},
  ])
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

test('with no job in the settings nothing is taken for over', async () => {
  const world = await stalledJob()
  await world.round()
  const without = watchdogWorld([])
  without.journals.incidents.lines.push(...world.journals.incidents.lines)
  expect((await without.round()).orphaned).toEqual([])
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
  world.claim(5 * minute)
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
  expect(met.map(([name, {watchKey}]) => [name, watchKey])).toEqual([
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

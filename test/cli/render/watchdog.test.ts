import {expect, test} from 'vitest'
import {evaluationToJson, renderEvaluation, renderPlan} from '../../../src/cli/render/watchdog.js'
import {minute} from '../../support/job-facts.js'
import {pipePage} from '../../support/page.js'
import {scan, watchdogWorld} from '../../support/watchdog-world.js'

/** `scan`, whose lease has run out, among so many jobs that have never run. */
async function evaluationAmong(others: number) {
  const names = Array.from({length: others}, (_, n) => `job-${n}`)
  const world = watchdogWorld([scan, ...names.map((name) => ({...scan, name, openclawId: undefined}))])
  world.claim(minute)
  await world.round()
  world.clock.advance(2 * minute)
  return world.round()
}

const pipe = pipePage()
const untold = 'nothing is known yet, watched for 2m'
const degraded = {is: 'degraded', reason: 'scan stalled'} as const

test('of more than a hundred jobs only those in trouble have a line, and the others are counted', async () => {
  const lines = renderEvaluation(pipe, await evaluationAmong(100), degraded).split('\n')
  expect(lines[0]).toMatch(/^scan {2}\S*stalled/)
  expect(lines.slice(-2)).toEqual(['100 more are unknown; --json has each', 'degraded: scan stalled'])
  expect(lines.filter((line) => line.includes(untold))).toEqual([])
})

test('of a hundred jobs each has its line', async () => {
  const text = renderEvaluation(pipe, await evaluationAmong(99), degraded)
  expect(text.split('\n').filter((line) => line.includes(untold))).toHaveLength(99)
  expect(text).not.toContain('more are unknown')
})

test('a run outside of what is usual has a line and a part in JSON, and opens no incident', async () => {
  const world = watchdogWorld([{...scan, openclawId: undefined}])
  const {runs} = world.journals
  for (let n = 0; n < 9; n++) {
    runs.append({kind: 'started', job: 'scan', run: `r${n}`}, 'durable')
    world.clock.advance(10 * minute)
    runs.append(
      {kind: 'ended', job: 'scan', run: `r${n}`, outcome: 'healthy', durationMs: n < 8 ? 60_000 : 600_000},
      'durable',
    )
  }
  const evaluation = await world.round()
  const healthy = {is: 'healthy', reason: ''} as const
  expect(renderEvaluation(pipe, evaluation, healthy)).toMatch(
    /\n {2}\S*unusual\S*: a run of 10 min 0 s; usual is 1 min 0 s, up to 1 min 12 s$/,
  )
  const unusual = [{runId: 'r8', is: 'long', ms: 600_000, usualMs: 60_000, fromMs: 48_000, toMs: 72_000}]
  expect(evaluationToJson(evaluation, healthy)).toMatchObject({jobs: [{job: 'scan', verdict: 'healthy', unusual}]})
  expect(evaluation.reports.flatMap(({actions}) => actions)).toEqual([])
})

test('an incident of a job that these settings do not watch is shown by name, in the text and in JSON', async () => {
  const world = watchdogWorld([{...scan, openclawId: undefined}])
  const entry = {job: 'load', verdict: 'failing', level: 'CRITICAL', uptimeMs: 0}
  const {incidents} = world.journals
  incidents.append({kind: 'watched', as: 'x', jobs: ['load'], settingsFile: '/b', by: 'run', uptimeMs: 0}, 'durable')
  const {record} = incidents.append({kind: 'opened', ...entry, reason: 'it failed', settingsFile: '/b'}, 'durable')
  incidents.append({kind: 'escalated', ...entry, incident: record.id, number: 1, reason: 'it failed'}, 'durable')
  world.clock.advance(5 * minute)
  const evaluation = await world.round()
  const text = renderEvaluation(pipe, evaluation, {is: 'unhealthy', reason: 'load failing, told'})
  expect(text.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^load {2}\S*failing\S* +open for \w+ ?\w*, told$/),
    '  not a job of these settings, but of /b',
    'unhealthy: load failing, told',
  ])
  const incident = {incidentId: record.id, level: 'CRITICAL', told: true}
  expect(evaluationToJson(evaluation, {is: 'healthy', reason: ''})).toMatchObject({
    jobs: [{job: 'scan'}],
    others: [{job: 'load', verdict: 'failing', reason: 'it failed', incident, settingsFiles: ['/b']}],
  })
})

test('a round that does nothing does not say that it has done something', async () => {
  const world = watchdogWorld([scan])
  world.claim(minute)
  await world.round()
  world.clock.advance(2 * minute)
  const evaluation = await world.round()
  expect(renderEvaluation(pipe, evaluation, degraded)).toMatch(/incident opened/)
  const plan = renderPlan(pipe, evaluation, degraded)
  expect(plan).toMatch(/an incident would be opened/)
  expect(plan).not.toMatch(/incident opened/)
})

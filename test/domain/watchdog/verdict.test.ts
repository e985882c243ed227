import {expect, test} from 'vitest'
import type {OpenClawJobStatus} from '../../../src/domain/openclaw/job-status.js'
import type {JobFacts, SlotFacts} from '../../../src/domain/watchdog/job-facts.js'
import {judgeJob, type Verdict} from '../../../src/domain/watchdog/verdict.js'
import {
  ended,
  hour,
  jobFacts,
  lost,
  minute,
  noFile,
  nowUptimeMs,
  output,
  running,
  slot,
} from '../../support/job-facts.js'

const openclaw = (state: OpenClawJobStatus['state']): OpenClawJobStatus => ({
  state,
  remedy: 'none',
  reason: `it is ${state}`,
  runningAtMs: undefined,
})
const freshFor = (freshForMs: number) => ({freshForMs, graceMs: 5 * minute, vetoForMs: hour, bootGraceMs: 10 * minute})

const givenUp = {
  is: 'ended',
  startedUptimeMs: 0,
  seenUptimeMs: nowUptimeMs - minute,
  trouble: 'failed',
  givenUp: 'the budget is spent',
} as const

const leaseless = {is: 'running-unleased', startedUptimeMs: nowUptimeMs - 2 * hour, seenUptimeMs: nowUptimeMs} as const

const slotBefore: SlotFacts = {...slot(hour), due: {is: 'before', uptimeMs: Number.NEGATIVE_INFINITY}}

/** The clock shows the slot as half an hour past, although more time than that has been lived through since. */
function setBackAnHourAgo(lived: SlotFacts): Pick<JobFacts, 'now' | 'slot'> {
  const {now} = jobFacts({})
  return {now: {...now, undisturbedSinceMs: nowUptimeMs - hour}, slot: {...lived, at: now.at - 30 * minute}}
}

test.each<[string, Partial<JobFacts>, Verdict['kind'], Verdict['status']]>([
  ['a live lease is healthy', {liveness: running}, 'healthy', 'ok'],
  ['a live lease with fresh outputs is healthy', {liveness: running, outputs: [output(minute)]}, 'healthy', 'ok'],
  ['a live lease with old outputs is hung', {liveness: running, outputs: [output(2 * hour)]}, 'hung', 'failing'],
  ['one old output of two is enough', {liveness: running, outputs: [output(0), output(2 * hour)]}, 'hung', 'failing'],
  ['a live lease without any output is hung', {liveness: running, outputs: [noFile]}, 'hung', 'failing'],
  ['a lost lease without outputs is stalled', {liveness: lost}, 'stalled', 'failing'],
  ['a lost lease with old outputs is stalled', {liveness: lost, outputs: [output(2 * hour)]}, 'stalled', 'failing'],
  ['a lost lease with fresh outputs is misreported', {liveness: lost, outputs: [output(minute)]}, 'misreported', 'ok'],
  ['a run that ended lately is healthy', {liveness: ended(minute), limits: freshFor(hour)}, 'healthy', 'ok'],
  ['a run that ended badly is alive', {liveness: ended(minute, 'failed'), limits: freshFor(hour)}, 'healthy', 'ok'],
  [
    'a job whose recovery budget is spent is trouble, however lately it ran',
    {liveness: givenUp, limits: freshFor(hour)},
    'stalled',
    'failing',
  ],
  [
    'a run that ended too long ago is stalled',
    {liveness: ended(2 * hour), limits: freshFor(hour)},
    'stalled',
    'failing',
  ],
  [
    'a run that ended too long ago with fresh outputs is misreported',
    {liveness: ended(2 * hour), limits: freshFor(hour), outputs: [output(minute)]},
    'misreported',
    'ok',
  ],
  ['runs that write nothing are hung', {liveness: ended(minute), outputs: [output(2 * hour)]}, 'hung', 'failing'],
  [
    'a run without a lease that goes on for long is healthy',
    {liveness: leaseless, limits: freshFor(minute)},
    'healthy',
    'ok',
  ],
  [
    'a run without a lease that writes nothing is hung',
    {liveness: leaseless, outputs: [output(2 * hour)]},
    'hung',
    'failing',
  ],
  ['a run without a lease serves no slot after its own', {liveness: leaseless, slot: slot(hour)}, 'missed', 'failing'],
  ['a slot that was served is healthy', {liveness: ended(minute), slot: slot(2 * minute)}, 'healthy', 'ok'],
  ['a slot without a run is missed', {liveness: ended(2 * hour), slot: slot(hour)}, 'missed', 'failing'],
  ['a slot while the run before goes on is not missed', {liveness: running, slot: slot(minute)}, 'healthy', 'ok'],
  [
    'output that is older than the slot does not excuse it',
    {liveness: ended(2 * hour), slot: slot(30 * minute), outputs: [output(50 * minute)]},
    'missed',
    'failing',
  ],
  [
    'output that was written after the slot shows an unreported run',
    {liveness: ended(2 * hour), slot: slot(hour), outputs: [output(minute)]},
    'misreported',
    'ok',
  ],
  [
    'a slot while the machine was down is excused',
    {liveness: ended(2 * hour), slot: slot(hour, 'down')},
    'missed',
    'unknown',
  ],
  [
    'a slot that the clock jumped over is excused',
    {liveness: ended(hour), slot: slot(minute, 'skipped')},
    'missed',
    'unknown',
  ],
  [
    'a slot that the clock showed twice is excused',
    {liveness: ended(hour), slot: slot(minute, 'repeated')},
    'missed',
    'unknown',
  ],
  [
    'a slot that was skipped for a reason is excused',
    {liveness: ended(2 * hour), slot: slot(hour), skipped: {uptimeMs: nowUptimeMs - hour, reason: 'breaker open'}},
    'missed',
    'unknown',
  ],
  [
    'a slot that was served, and that the clock was set back to, proves nothing',
    {liveness: ended(2 * hour), ...setBackAnHourAgo(slot(3 * hour))},
    'healthy',
    'unknown',
  ],
  [
    'nor does a run from before the clock was set back to a time that guard never saw',
    {liveness: ended(2 * hour), ...setBackAnHourAgo(slotBefore)},
    'healthy',
    'unknown',
  ],
  [
    'a run since the clock was set back proves health',
    {liveness: ended(30 * minute), ...setBackAnHourAgo(slotBefore)},
    'healthy',
    'ok',
  ],
  [
    'a slot that was missed before the clock was set back stays missed',
    {liveness: ended(4 * hour), ...setBackAnHourAgo(slot(3 * hour))},
    'missed',
    'failing',
  ],
  ['nothing known is presumed healthy', {}, 'healthy', 'unknown'],
  [
    'a job new in the settings waits for its output',
    {watchedSinceMs: nowUptimeMs - minute, outputs: [noFile]},
    'healthy',
    'unknown',
  ],
  ['a job without any sign and old output is stalled', {outputs: [output(2 * hour)]}, 'stalled', 'failing'],
  ['a job known by fresh output alone is healthy', {outputs: [output(minute)]}, 'healthy', 'ok'],
  ['a job never seen whose slots pass is missed', {slot: slot(hour)}, 'missed', 'failing'],
  [
    'a job never seen has the grace of one slot',
    {slot: slot(hour), watchedSinceMs: nowUptimeMs - 90 * minute},
    'healthy',
    'unknown',
  ],
  [
    'a slot before the job was watched is no reproach',
    {liveness: ended(3 * hour), slot: slot(hour), watchedSinceMs: nowUptimeMs - minute},
    'healthy',
    'unknown',
  ],
  [
    'output that cannot be read says nothing',
    {liveness: running, outputs: [{...noFile, unreadable: 'EACCES'}]},
    'healthy',
    'ok',
  ],
  [
    'an unfinished output has the grace',
    {liveness: running, outputs: [output(minute, 'lacks "DONE"')]},
    'healthy',
    'ok',
  ],
  [
    'an output that stays unfinished is hung',
    {liveness: running, outputs: [output(10 * minute, 'lacks "DONE"')]},
    'hung',
    'failing',
  ],
  ['a hung job of OpenClaw is stalled', {openclaw: openclaw('hung')}, 'stalled', 'failing'],
  ['a fresh lease outranks OpenClaw', {liveness: running, openclaw: openclaw('hung')}, 'misreported', 'ok'],
  ['fresh output outranks OpenClaw', {outputs: [output(0)], openclaw: openclaw('hung')}, 'misreported', 'ok'],
  [
    'a run that ended lately outranks OpenClaw',
    {liveness: ended(minute), openclaw: openclaw('hung')},
    'misreported',
    'ok',
  ],
  ['a run of long ago does not', {liveness: ended(2 * hour), openclaw: openclaw('hung')}, 'stalled', 'failing'],
  ['a vanished job is missed', {openclaw: openclaw('vanished')}, 'missed', 'failing'],
  ['a failed read of OpenClaw is nothing', {openclaw: openclaw('unknown')}, 'healthy', 'unknown'],
  [
    'what OpenClaw calls healthy is healthy when nothing else is known',
    {openclaw: openclaw('healthy')},
    'healthy',
    'ok',
  ],
  [
    'a job that a person switched off may be silent',
    {liveness: lost, openclaw: openclaw('disabled')},
    'healthy',
    'unknown',
  ],
])('%s', (_title, facts, kind, status) => {
  expect(judgeJob(jobFacts(facts))).toMatchObject({kind, status})
})

test('after a boot, a suspend or a jump of the clock there is a grace, and the reason is kept', () => {
  const undisturbedSinceMs = nowUptimeMs - 9 * minute
  const {now} = jobFacts({})
  const verdict = judgeJob(jobFacts({liveness: lost, now: {...now, undisturbedSinceMs}}))
  expect(verdict).toMatchObject({kind: 'healthy', status: 'unknown'})
  expect(verdict.reason).toContain('its lease expired')
  expect(judgeJob(jobFacts({liveness: lost, now: {...now, undisturbedSinceMs: nowUptimeMs - 10 * minute}})).kind).toBe(
    'stalled',
  )
})

test('a reason names the figures that it rests on', () => {
  expect(judgeJob(jobFacts({liveness: lost, outputs: [output(27 * hour)]})).reason).toBe(
    'its lease expired, last sign 20m ago; out.json is 1d 3h old, at most 1h is allowed',
  )
  expect(judgeJob(jobFacts({liveness: ended(2 * hour), slot: slot(hour, 'down')})).reason).toBe(
    'no run for the slot of 2026-01-05T11:00:00.000Z: the machine was down, up again for 1h',
  )
})

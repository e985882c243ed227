import {expect, test} from 'vitest'
import type {OpenClawSighting} from '../../../src/domain/openclaw/job-status.js'
import type {JobFacts, SlotFacts} from '../../../src/domain/watchdog/job-facts.js'
import {type Judgement, judgeJob} from '../../../src/domain/watchdog/verdict.js'
import {ended, hour, jobFacts, lost, minute, noFile, nowAwake, output, running, slot} from '../../support/job-facts.js'

const openclaw = (state: OpenClawSighting['state']): OpenClawSighting => ({
  state,
  remedy: 'none',
  reason: `it is ${state}`,
  runningAtMs: undefined,
})
const freshFor = (freshForMs: number) => ({freshForMs, graceMs: 5 * minute, vetoForMs: hour, bootGraceMs: 10 * minute})

const givenUp = {
  is: 'ended',
  startedAwake: 0,
  seenAwake: nowAwake - minute,
  trouble: 'failed',
  givenUp: 'the budget is spent',
} as const

const leaseless = {is: 'leaseless', startedAwake: nowAwake - 2 * hour, seenAwake: nowAwake} as const

const slotBefore: SlotFacts = {...slot(hour), due: {is: 'before', awake: Number.NEGATIVE_INFINITY}}

/** The clock shows the slot as half an hour past, although more time than that has been lived through since. */
function setBackAnHourAgo(lived: SlotFacts): Pick<JobFacts, 'now' | 'slot'> {
  const {now} = jobFacts({})
  return {now: {...now, calmAwake: nowAwake - hour}, slot: {...lived, at: now.at - 30 * minute}}
}

test.each<[string, Partial<JobFacts>, Judgement['verdict'], Judgement['calls']]>([
  ['a live lease is healthy', {life: running}, 'healthy', 'proven'],
  ['a live lease with fresh outputs is healthy', {life: running, outputs: [output(minute)]}, 'healthy', 'proven'],
  ['a live lease with old outputs is hung', {life: running, outputs: [output(2 * hour)]}, 'hung', 'trouble'],
  ['one old output of two is enough', {life: running, outputs: [output(0), output(2 * hour)]}, 'hung', 'trouble'],
  ['a live lease without any output is hung', {life: running, outputs: [noFile]}, 'hung', 'trouble'],
  ['a lost lease without outputs is stalled', {life: lost}, 'stalled', 'trouble'],
  ['a lost lease with old outputs is stalled', {life: lost, outputs: [output(2 * hour)]}, 'stalled', 'trouble'],
  ['a lost lease with fresh outputs is misreported', {life: lost, outputs: [output(minute)]}, 'misreported', 'proven'],
  ['a run that ended lately is healthy', {life: ended(minute), limits: freshFor(hour)}, 'healthy', 'proven'],
  ['a run that ended badly is alive', {life: ended(minute, 'failed'), limits: freshFor(hour)}, 'healthy', 'proven'],
  [
    'a job whose recovery budget is spent is trouble, however lately it ran',
    {life: givenUp, limits: freshFor(hour)},
    'stalled',
    'trouble',
  ],
  ['a run that ended too long ago is stalled', {life: ended(2 * hour), limits: freshFor(hour)}, 'stalled', 'trouble'],
  [
    'a run that ended too long ago with fresh outputs is misreported',
    {life: ended(2 * hour), limits: freshFor(hour), outputs: [output(minute)]},
    'misreported',
    'proven',
  ],
  ['runs that write nothing are hung', {life: ended(minute), outputs: [output(2 * hour)]}, 'hung', 'trouble'],
  [
    'a run without a lease that goes on for long is healthy',
    {life: leaseless, limits: freshFor(minute)},
    'healthy',
    'proven',
  ],
  [
    'a run without a lease that writes nothing is hung',
    {life: leaseless, outputs: [output(2 * hour)]},
    'hung',
    'trouble',
  ],
  ['a run without a lease serves no slot after its own', {life: leaseless, slot: slot(hour)}, 'missed', 'trouble'],
  ['a slot that was served is healthy', {life: ended(minute), slot: slot(2 * minute)}, 'healthy', 'proven'],
  ['a slot without a run is missed', {life: ended(2 * hour), slot: slot(hour)}, 'missed', 'trouble'],
  ['a slot while the run before goes on is not missed', {life: running, slot: slot(minute)}, 'healthy', 'proven'],
  [
    'output that is older than the slot does not excuse it',
    {life: ended(2 * hour), slot: slot(30 * minute), outputs: [output(50 * minute)]},
    'missed',
    'trouble',
  ],
  [
    'output that was written after the slot shows an unreported run',
    {life: ended(2 * hour), slot: slot(hour), outputs: [output(minute)]},
    'misreported',
    'proven',
  ],
  [
    'a slot while the machine was down is excused',
    {life: ended(2 * hour), slot: slot(hour, 'down')},
    'missed',
    'presumed',
  ],
  [
    'a slot that the clock jumped over is excused',
    {life: ended(hour), slot: slot(minute, 'skipped')},
    'missed',
    'presumed',
  ],
  [
    'a slot that the clock showed twice is excused',
    {life: ended(hour), slot: slot(minute, 'repeated')},
    'missed',
    'presumed',
  ],
  [
    'a slot that was skipped for a reason is excused',
    {life: ended(2 * hour), slot: slot(hour), skipped: {awake: nowAwake - hour, reason: 'breaker open'}},
    'missed',
    'presumed',
  ],
  [
    'a slot that was served, and that the clock was set back to, proves nothing',
    {life: ended(2 * hour), ...setBackAnHourAgo(slot(3 * hour))},
    'healthy',
    'presumed',
  ],
  [
    'nor does a run from before the clock was set back to a time that guard never saw',
    {life: ended(2 * hour), ...setBackAnHourAgo(slotBefore)},
    'healthy',
    'presumed',
  ],
  [
    'a run since the clock was set back proves health',
    {life: ended(30 * minute), ...setBackAnHourAgo(slotBefore)},
    'healthy',
    'proven',
  ],
  [
    'a slot that was missed before the clock was set back stays missed',
    {life: ended(4 * hour), ...setBackAnHourAgo(slot(3 * hour))},
    'missed',
    'trouble',
  ],
  ['nothing known is presumed healthy', {}, 'healthy', 'presumed'],
  [
    'a job new in the settings waits for its output',
    {watchedAwake: nowAwake - minute, outputs: [noFile]},
    'healthy',
    'presumed',
  ],
  ['a job without any sign and old output is stalled', {outputs: [output(2 * hour)]}, 'stalled', 'trouble'],
  ['a job known by fresh output alone is healthy', {outputs: [output(minute)]}, 'healthy', 'proven'],
  ['a job never seen whose slots pass is missed', {slot: slot(hour)}, 'missed', 'trouble'],
  [
    'a job never seen has the grace of one slot',
    {slot: slot(hour), watchedAwake: nowAwake - 90 * minute},
    'healthy',
    'presumed',
  ],
  [
    'a slot before the job was watched is no reproach',
    {life: ended(3 * hour), slot: slot(hour), watchedAwake: nowAwake - minute},
    'healthy',
    'presumed',
  ],
  [
    'output that cannot be read says nothing',
    {life: running, outputs: [{...noFile, unreadable: 'EACCES'}]},
    'healthy',
    'proven',
  ],
  [
    'an unfinished output has the grace',
    {life: running, outputs: [output(minute, 'lacks "DONE"')]},
    'healthy',
    'proven',
  ],
  [
    'an output that stays unfinished is hung',
    {life: running, outputs: [output(10 * minute, 'lacks "DONE"')]},
    'hung',
    'trouble',
  ],
  ['a hung job of OpenClaw is stalled', {openclaw: openclaw('hung')}, 'stalled', 'trouble'],
  ['a fresh lease outranks OpenClaw', {life: running, openclaw: openclaw('hung')}, 'misreported', 'proven'],
  ['fresh output outranks OpenClaw', {outputs: [output(0)], openclaw: openclaw('hung')}, 'misreported', 'proven'],
  [
    'a run that ended lately outranks OpenClaw',
    {life: ended(minute), openclaw: openclaw('hung')},
    'misreported',
    'proven',
  ],
  ['a run of long ago does not', {life: ended(2 * hour), openclaw: openclaw('hung')}, 'stalled', 'trouble'],
  ['a vanished job is missed', {openclaw: openclaw('vanished')}, 'missed', 'trouble'],
  ['a failed read of OpenClaw is nothing', {openclaw: openclaw('unknown')}, 'healthy', 'presumed'],
  [
    'what OpenClaw calls healthy is healthy when nothing else is known',
    {openclaw: openclaw('healthy')},
    'healthy',
    'proven',
  ],
  [
    'a job that a person switched off may be silent',
    {life: lost, openclaw: openclaw('disabled')},
    'healthy',
    'presumed',
  ],
])('%s', (_title, facts, verdict, calls) => {
  expect(judgeJob(jobFacts(facts))).toMatchObject({verdict, calls})
})

test('after a boot, a suspend or a jump of the clock there is a grace, and the reason is kept', () => {
  const calmAwake = nowAwake - 9 * minute
  const {now} = jobFacts({})
  const judgement = judgeJob(jobFacts({life: lost, now: {...now, calmAwake}}))
  expect(judgement).toMatchObject({verdict: 'healthy', calls: 'presumed'})
  expect(judgement.reason).toContain('its lease expired')
  expect(judgeJob(jobFacts({life: lost, now: {...now, calmAwake: nowAwake - 10 * minute}})).verdict).toBe('stalled')
})

test('a reason names the figures that it rests on', () => {
  expect(judgeJob(jobFacts({life: lost, outputs: [output(27 * hour)]})).reason).toBe(
    'its lease expired, last sign 20m ago; out.json is 1d 3h old, at most 1h is allowed',
  )
  expect(judgeJob(jobFacts({life: ended(2 * hour), slot: slot(hour, 'down')})).reason).toBe(
    'no run for the slot of 2026-01-05T11:00:00.000Z: the machine was down, up again for 1h',
  )
})

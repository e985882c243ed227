import {describe, expect, test} from 'vitest'
import type {OpenClawJobStatus} from '../../../src/domain/openclaw/job-status.js'
import type {IncidentFacts, JobFacts, LastEnd, SlotFacts} from '../../../src/domain/watchdog/job-facts.js'
import {flappingEndInMs} from '../../../src/domain/watchdog/open-incident.js'
import {judgeJob} from '../../../src/domain/watchdog/verdict.js'
import type {Verdict} from '../../../src/domain/watchdog/verdict-kind.js'
import {
  ended,
  hour,
  incident,
  jobFacts,
  lastEnd,
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
const streak = (count: number, forMs: number) => ({
  ...{isWell: true, count, firstRunId: 'r'},
  firstEndUptimeMs: nowUptimeMs - forMs,
  firstEndedAt: jobFacts({}).now.at - forMs,
})

const freshFor = (freshForMs: number) => ({
  freshForMs,
  graceMs: 5 * minute,
  vetoForMs: hour,
  bootGraceMs: 10 * minute,
  wellForMs: hour,
})

const elsewhere = (agoMs: number) => ({
  uptimeMs: nowUptimeMs - agoMs,
  reason: 'web-18 has it',
  byOtherHost: true as const,
})

const leaseless = {is: 'running-unleased', startedUptimeMs: nowUptimeMs - 2 * hour, seenUptimeMs: nowUptimeMs} as const

const leaseHeld = {is: 'running', startedUptimeMs: nowUptimeMs - hour, seenUptimeMs: nowUptimeMs - minute} as const

const slotBefore: SlotFacts = {...slot(hour), due: {is: 'before', uptimeMs: Number.NEGATIVE_INFINITY}}

/** The clock shows the slot as half an hour past, although more time than that has been lived through since. */
function setBackAnHourAgo(lived: SlotFacts): Pick<JobFacts, 'now' | 'slot'> {
  const {now} = jobFacts({})
  return {
    now: {...now, disturbance: {is: 'jump', uptimeMs: nowUptimeMs - hour}},
    slot: {...lived, at: now.at - 30 * minute},
  }
}

test.each<[string, Partial<JobFacts>, Verdict['kind'], Verdict['status']]>([
  ['a live lease with a good end before it is healthy', {liveness: running, lastEnd: lastEnd(hour)}, 'healthy', 'ok'],
  ['a live lease alone proves no success', {liveness: running}, 'unknown', 'unknown'],
  ['a live lease with fresh outputs is healthy', {liveness: running, outputs: [output(minute)]}, 'healthy', 'ok'],
  ['a live lease with old outputs is hung', {liveness: running, outputs: [output(2 * hour)]}, 'hung', 'failing'],
  ['one old output of two is enough', {liveness: running, outputs: [output(0), output(2 * hour)]}, 'hung', 'failing'],
  [
    'a run that has lasted for longer than its output may be old, and has none, is hung',
    {liveness: {...leaseHeld, startedUptimeMs: nowUptimeMs - 61 * minute}, outputs: [noFile]},
    'hung',
    'failing',
  ],
  [
    'a run may take the output of the one before it away, and write its own at its end',
    {liveness: running, lastEnd: lastEnd(2 * hour), outputs: [noFile]},
    'healthy',
    'ok',
  ],
  [
    'a run without an age limit for its output may write it at its end, whenever that is',
    {liveness: leaseless, lastEnd: lastEnd(2 * hour), outputs: [{...noFile, maxAgeMs: undefined}]},
    'healthy',
    'ok',
  ],
  [
    'a run that has ended well and left no output is hung',
    {liveness: ended(minute), lastEnd: lastEnd(minute), outputs: [noFile]},
    'hung',
    'failing',
  ],
  [
    'a bad end is mended by a good one, whose output the next run has taken away',
    {
      liveness: {...leaseHeld, startedUptimeMs: nowUptimeMs - minute},
      lastEnd: lastEnd(2 * minute),
      incident: incident('failing', hour),
      outputs: [noFile],
    },
    'healthy',
    'ok',
  ],
  [
    'a bad end is mended by a good one, whose output the next run is writing anew',
    {
      liveness: {...leaseHeld, startedUptimeMs: nowUptimeMs - 2 * minute},
      lastEnd: lastEnd(3 * minute),
      incident: incident('failing', hour),
      outputs: [output(minute, 'lacks "DONE"')],
    },
    'healthy',
    'ok',
  ],
  [
    'a bad output that was seen is not mended because the next run writes it anew',
    {
      liveness: {...leaseHeld, startedUptimeMs: nowUptimeMs - 2 * minute},
      lastEnd: lastEnd(3 * minute),
      incident: incident('failing', hour),
      badOutputSinceMs: nowUptimeMs - 4 * minute,
      outputs: [output(minute, 'lacks "DONE"')],
    },
    'failing',
    'failing',
  ],
  [
    'trouble for want of an output is not over because the next run may write it',
    {liveness: running, lastEnd: lastEnd(2 * hour), incident: incident('hung', 3 * hour), outputs: [noFile]},
    'hung',
    'failing',
  ],
  ['a lost lease without outputs is stalled', {liveness: lost}, 'stalled', 'failing'],
  ['a lost lease with old outputs is stalled', {liveness: lost, outputs: [output(2 * hour)]}, 'stalled', 'failing'],
  ['a lost lease with fresh outputs is misreported', {liveness: lost, outputs: [output(minute)]}, 'misreported', 'ok'],
  [
    'a run that ended well lately is healthy',
    {liveness: ended(minute), lastEnd: lastEnd(minute), limits: freshFor(hour)},
    'healthy',
    'ok',
  ],
  [
    'a run that ended badly is failing, however lately',
    {liveness: ended(minute), lastEnd: lastEnd(minute, 'failed'), limits: freshFor(hour)},
    'failing',
    'failing',
  ],
  [
    'a job whose recovery budget is spent is trouble, however lately it ran',
    {liveness: ended(minute), lastEnd: lastEnd(minute, 'failed', {refused: 'spent'}), limits: freshFor(hour)},
    'failing',
    'failing',
  ],
  [
    'a run that ended too long ago is stalled',
    {liveness: ended(2 * hour), limits: freshFor(hour)},
    'stalled',
    'failing',
  ],
  [
    'a run that ended too long ago proves nothing where another host of the fleet has the job',
    {liveness: ended(2 * hour), limits: freshFor(hour), skipped: elsewhere(10 * minute)},
    'unknown',
    'unknown',
  ],
  [
    'that another host has had the job does not excuse a run that failed',
    {liveness: ended(10 * minute), lastEnd: lastEnd(10 * minute, 'failed'), skipped: elsewhere(minute)},
    'failing',
    'failing',
  ],
  [
    'a run that failed proves nothing once another host has run the job well',
    {liveness: ended(10 * minute), lastEnd: lastEnd(10 * minute, 'failed'), ranWellElsewhereMs: nowUptimeMs - minute},
    'unknown',
    'unknown',
  ],
  [
    'nor does a good run of another host before it',
    {
      liveness: ended(10 * minute),
      lastEnd: lastEnd(10 * minute, 'failed'),
      ranWellElsewhereMs: nowUptimeMs - 11 * minute,
    },
    'failing',
    'failing',
  ],
  ['so does one that never ran here', {limits: freshFor(hour), skipped: elsewhere(10 * minute)}, 'unknown', 'unknown'],
  [
    'the other host was seen too long ago',
    {liveness: ended(3 * hour), limits: freshFor(hour), skipped: elsewhere(2 * hour)},
    'stalled',
    'failing',
  ],
  [
    'a run that was skipped for another reason proves nothing of other hosts',
    {liveness: ended(2 * hour), limits: freshFor(hour), skipped: {uptimeMs: nowUptimeMs - minute, reason: 'it runs'}},
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
    {liveness: leaseless, lastEnd: lastEnd(3 * hour), limits: freshFor(minute)},
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
  [
    'a slot that was served is healthy',
    {liveness: ended(minute), lastEnd: lastEnd(minute), slot: slot(2 * minute)},
    'healthy',
    'ok',
  ],
  ['a slot without a run is missed', {liveness: ended(2 * hour), slot: slot(hour)}, 'missed', 'failing'],
  [
    'a slot while the run before goes on is not missed',
    {liveness: running, lastEnd: lastEnd(hour), slot: slot(minute)},
    'healthy',
    'ok',
  ],
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
    'unknown',
    'unknown',
  ],
  [
    'a slot that the clock jumped over is excused',
    {liveness: ended(hour), slot: slot(minute, 'skipped')},
    'unknown',
    'unknown',
  ],
  [
    'a slot that the clock showed twice is excused',
    {liveness: ended(hour), slot: slot(minute, 'repeated')},
    'unknown',
    'unknown',
  ],
  [
    'a slot that was skipped for a reason is excused',
    {liveness: ended(2 * hour), slot: slot(hour), skipped: {uptimeMs: nowUptimeMs - hour, reason: 'breaker open'}},
    'unknown',
    'unknown',
  ],
  [
    'a slot that was served, and that the clock was set back to, proves nothing',
    {liveness: ended(2 * hour), lastEnd: lastEnd(2 * hour), ...setBackAnHourAgo(slot(3 * hour))},
    'unknown',
    'unknown',
  ],
  [
    'nor does a run from before the clock was set back to a time that guard never saw',
    {liveness: ended(2 * hour), lastEnd: lastEnd(2 * hour), ...setBackAnHourAgo(slotBefore)},
    'unknown',
    'unknown',
  ],
  [
    'a run since the clock was set back proves health',
    {liveness: ended(30 * minute), lastEnd: lastEnd(30 * minute), ...setBackAnHourAgo(slotBefore)},
    'healthy',
    'ok',
  ],
  [
    'a slot that was missed before the clock was set back stays missed',
    {liveness: ended(4 * hour), ...setBackAnHourAgo(slot(3 * hour))},
    'missed',
    'failing',
  ],
  ['nothing known is unknown', {}, 'unknown', 'unknown'],
  [
    'a job new in the settings waits for its output',
    {watchedSinceMs: nowUptimeMs - minute, outputs: [noFile]},
    'unknown',
    'unknown',
  ],
  ['a job without any sign and old output is stalled', {outputs: [output(2 * hour)]}, 'stalled', 'failing'],
  ['a job known by fresh output alone is healthy', {outputs: [output(minute)]}, 'healthy', 'ok'],
  ['a job never seen whose slots pass is missed', {slot: slot(hour)}, 'missed', 'failing'],
  [
    'a job never seen has the grace of one slot',
    {slot: slot(hour), watchedSinceMs: nowUptimeMs - 90 * minute},
    'unknown',
    'unknown',
  ],
  [
    'a slot before the job was watched does not count against it',
    {liveness: ended(3 * hour), lastEnd: lastEnd(3 * hour), slot: slot(hour), watchedSinceMs: nowUptimeMs - minute},
    'healthy',
    'ok',
  ],
  [
    'output that cannot be read says nothing',
    {liveness: running, lastEnd: lastEnd(hour), outputs: [{...noFile, unreadable: 'EACCES'}]},
    'healthy',
    'ok',
  ],
  [
    'an unfinished output has the grace',
    {liveness: running, lastEnd: lastEnd(hour), outputs: [output(minute, 'lacks "DONE"')]},
    'healthy',
    'ok',
  ],
  [
    'bad output that each run rewrites is failing once it has been bad for longer than the grace',
    {
      liveness: ended(minute),
      lastEnd: lastEnd(minute),
      badOutputSinceMs: nowUptimeMs - 6 * minute,
      outputs: [output(minute, 'lacks "DONE"')],
    },
    'failing',
    'failing',
  ],
  [
    'bad output of a job without runs is stalled once it has been bad for longer than the grace',
    {badOutputSinceMs: nowUptimeMs - 6 * minute, outputs: [output(minute, 'lacks "DONE"')]},
    'stalled',
    'failing',
  ],
  [
    'bad output may become good within the grace, however soon the next run comes',
    {
      liveness: ended(3 * minute),
      lastEnd: lastEnd(3 * minute),
      nextRunInMs: minute,
      badOutputSinceMs: nowUptimeMs - 2 * minute,
      outputs: [output(3 * minute, 'lacks "DONE"')],
    },
    'healthy',
    'ok',
  ],
  [
    'an output of a first run that stays unfinished is hung',
    {liveness: running, outputs: [output(10 * minute, 'lacks "DONE"')]},
    'hung',
    'failing',
  ],
  ['a hung job of OpenClaw is hung', {openclaw: openclaw('hung')}, 'hung', 'failing'],
  ['a failing job of OpenClaw is failing', {openclaw: openclaw('failing')}, 'failing', 'failing'],
  ['a fresh lease outranks OpenClaw', {liveness: running, openclaw: openclaw('hung')}, 'misreported', 'ok'],
  ['fresh output outranks OpenClaw', {outputs: [output(0)], openclaw: openclaw('hung')}, 'misreported', 'ok'],
  [
    'a run that ended lately outranks OpenClaw',
    {liveness: ended(minute), openclaw: openclaw('hung')},
    'misreported',
    'ok',
  ],
  ['a run of long ago does not', {liveness: ended(2 * hour), openclaw: openclaw('hung')}, 'hung', 'failing'],
  ['a vanished job is missed', {openclaw: openclaw('vanished')}, 'missed', 'failing'],
  ['a failed read of OpenClaw is nothing', {openclaw: openclaw('unknown')}, 'unknown', 'unknown'],
  [
    'what OpenClaw calls healthy is healthy if nothing else is known and OpenClaw knows of a run',
    {openclaw: openclaw('healthy'), openclawRanUptimeMs: nowUptimeMs - hour},
    'healthy',
    'ok',
  ],
  ['its word alone proves nothing', {openclaw: openclaw('healthy')}, 'unknown', 'unknown'],
  [
    'a lease that was released with an error does not outrank errors in a row at OpenClaw',
    {liveness: ended(minute), lastEnd: lastEnd(minute, 'error'), openclaw: openclaw('failing')},
    'failing',
    'failing',
  ],
  [
    'a job without schedule that never ran may have no files yet if they have no age limit',
    {outputs: [{...noFile, maxAgeMs: undefined}]},
    'unknown',
    'unknown',
  ],
  [
    'a job that a person switched off may be silent',
    {liveness: lost, openclaw: openclaw('disabled')},
    'unknown',
    'unknown',
  ],
])('%s', (_title, facts, kind, status) => {
  expect(judgeJob(jobFacts(facts))).toMatchObject({kind, status})
})

test('after a boot, a suspend or a jump of the clock there is a grace, and the reason is kept', () => {
  const at = (agoMs: number) => ({
    disturbance: {is: 'jump', uptimeMs: nowUptimeMs - agoMs} as const,
    graceEndMs: nowUptimeMs - agoMs + 10 * minute,
  })
  const {now} = jobFacts({})
  const verdict = judgeJob(jobFacts({liveness: lost, now: {...now, ...at(9 * minute)}}))
  expect(verdict).toMatchObject({kind: 'unknown', status: 'unknown'})
  expect(verdict.reason).toContain('its lease expired')
  expect(judgeJob(jobFacts({liveness: lost, now: {...now, ...at(10 * minute)}})).kind).toBe('stalled')
})

test('a reason names the figures that it rests on', () => {
  expect(judgeJob(jobFacts({liveness: lost, outputs: [output(27 * hour)]})).reason).toBe(
    'its lease expired, last sign 20m ago; out.json is 1d 3h old, at most 1h is allowed',
  )
  expect(judgeJob(jobFacts({liveness: ended(2 * hour), slot: slot(hour, 'down')})).reason).toBe(
    'no run for the slot of 2026-01-05T11:00:00.000Z: the machine was down, up again for 1h',
  )
})

describe('the last end decides whether a job fails', () => {
  const endedWith = (outcome: LastEnd['outcome'], more: Partial<LastEnd> = {}) =>
    judgeJob(jobFacts({liveness: ended(minute), lastEnd: lastEnd(minute, outcome, more), hasRuns: true}))

  test.each<[LastEnd['outcome'], Verdict['level']]>([
    ['failed', 'CRITICAL'],
    ['unhealthy', 'CRITICAL'],
    ['timed-out', 'CRITICAL'],
    ['killed', 'CRITICAL'],
    ['not-started', 'CRITICAL'],
    ['interrupted', 'CRITICAL'],
    ['error', 'CRITICAL'],
    ['degraded', 'WARNING'],
  ])('%s is an incident of level %s', (outcome, level) => {
    expect(endedWith(outcome)).toMatchObject({kind: 'failing', status: 'failing', level})
  })

  test('neither a run that goes on nor fresh outputs outrank it', () => {
    const bad = {lastEnd: lastEnd(hour, 'failed'), outputs: [output(minute)]}
    expect(judgeJob(jobFacts({...bad, liveness: running})).kind).toBe('failing')
    expect(judgeJob(jobFacts({...bad, liveness: lost})).kind).toBe('failing')
  })

  test('a reboot interrupts a run without its fault, if another one is to come', () => {
    expect(endedWith('interrupted', {byReboot: true})).toMatchObject({
      kind: 'unknown',
      status: 'unknown',
      reason: 'its last run was interrupted by a reboot',
    })
    const last = {lastEnd: lastEnd(minute, 'interrupted', {byReboot: true}), nextRunInMs: undefined}
    expect(judgeJob(jobFacts({...last, liveness: ended(minute)})).kind).toBe('failing')
  })

  test('an output that breaks its rule after a good end is a failure once the grace is over', () => {
    const wrote = (agoMs: number) =>
      judgeJob(
        jobFacts({liveness: ended(minute), lastEnd: lastEnd(minute), outputs: [output(agoMs, 'has 0 of 1 bytes')]}),
      )
    expect(wrote(4 * minute)).toMatchObject({kind: 'healthy', status: 'ok'})
    expect(wrote(6 * minute)).toMatchObject({kind: 'failing', level: 'CRITICAL'})
  })

  test('the reason says how, why and since when', () => {
    const bad = {...streak(4, 75 * hour), isWell: false}
    const facts = {lastEnd: lastEnd(3 * hour, 'failed', {detail: 'auth, 401', refused: 'spent'}), streak: bad}
    expect(judgeJob(jobFacts({...facts, liveness: ended(3 * hour)})).reason).toBe(
      'its last run failed 3h ago (auth, 401), 4 bad runs in a row for 3d 3h; not recovered again: spent',
    )
  })
})

describe('an open incident', () => {
  const open = (kind: string, facts: Partial<JobFacts>, more: Partial<IncidentFacts> = {}) =>
    judgeJob(jobFacts({hasRuns: true, incident: incident(kind, hour, more), ...facts}))

  const failedHere = {liveness: ended(3 * hour), lastEnd: lastEnd(3 * hour, 'failed'), skipped: elsewhere(minute)}

  test('that ends by a good run of another host says so, and not how its last run here ended', () => {
    const reason = 'another host of the fleet has run it well since, 10m ago'
    const ranWell = {...failedHere, ranWellElsewhereMs: nowUptimeMs - 10 * minute}
    expect(open('failing', ranWell)).toMatchObject({kind: 'healthy', status: 'ok', reason, proof: reason})
  })

  test('of a job that flaps ends by a good run of another host once its last bad end here is long enough ago', () => {
    const flapping = (badAgoMs: number) => ({
      ...failedHere,
      lastEnd: lastEnd(badAgoMs, 'failed'),
      hasRuns: true,
      ranWellElsewhereMs: nowUptimeMs - minute,
      incident: incident('failing', 3 * hour, {isFlapping: true}),
    })
    const early = jobFacts(flapping(40 * minute))
    expect(judgeJob(early)).toMatchObject({
      kind: 'failing',
      status: 'failing',
      reason: 'flapping; well for 40m of 1h',
    })
    expect(flappingEndInMs(early)).toBe(20 * minute)
    expect(judgeJob(jobFacts(flapping(hour)))).toMatchObject({status: 'ok'})
  })

  test.each<[string, string, Partial<JobFacts>, Verdict['status']]>([
    ['a good end after it was opened ends it', 'missed', {liveness: ended(minute), lastEnd: lastEnd(minute)}, 'ok'],
    ['a good end before it does not', 'missed', {liveness: ended(2 * hour), lastEnd: lastEnd(2 * hour)}, 'failing'],
    ['a run that starts does not', 'missed', {liveness: running, lastEnd: lastEnd(2 * hour)}, 'failing'],
    ['a live lease does not', 'stalled', {liveness: running}, 'failing'],
    [
      'a skipped run does not',
      'missed',
      {liveness: ended(2 * hour), slot: slot(hour), skipped: {uptimeMs: nowUptimeMs - hour, reason: 'breaker open'}},
      'failing',
    ],
    ['one that another host of the fleet took does not', 'failing', failedHere, 'failing'],
    [
      'a good run of another host before it does not',
      'failing',
      {...failedHere, ranWellElsewhereMs: nowUptimeMs - 2 * hour},
      'failing',
    ],
    ['fresh outputs end one that was hung', 'hung', {liveness: running, outputs: [output(minute)]}, 'ok'],
    [
      'outputs of before it was opened do not',
      'missed',
      {liveness: running, outputs: [{...output(90 * minute), maxAgeMs: 2 * hour}]},
      'failing',
    ],
    [
      'fresh outputs do not end one that was failing',
      'failing',
      {liveness: running, outputs: [output(minute)]},
      'failing',
    ],
    ['they do if the job leaves no runs on record', 'failing', {hasRuns: false, outputs: [output(minute)]}, 'ok'],
    [
      'but not while it runs, for its last end is not known then',
      'failing',
      {hasRuns: false, liveness: running, outputs: [output(minute)]},
      'failing',
    ],
    [
      'nor if a reboot cut its last lease off',
      'failing',
      {hasRuns: false, liveness: ended(minute), outputs: [output(minute)]},
      'failing',
    ],
    [
      'a good end with a bad output does not, however young',
      'failing',
      {liveness: ended(minute), lastEnd: lastEnd(minute), outputs: [output(minute, 'lacks "DONE"')]},
      'failing',
    ],
    [
      'a run that OpenClaw began after it was opened ends it',
      'stalled',
      {openclaw: openclaw('healthy'), openclawRanUptimeMs: nowUptimeMs - minute},
      'ok',
    ],
    [
      'one from before does not',
      'stalled',
      {openclaw: openclaw('healthy'), openclawRanUptimeMs: nowUptimeMs - 2 * hour},
      'failing',
    ],
    ['nor does a bad output alone', 'hung', {outputs: [output(minute, 'lacks "DONE"')]}, 'failing'],
  ])('%s', (_title, kind, facts, status) => {
    expect(open(kind, facts).status).toBe(status)
  })

  test('keeps its kind and its level, and says what it waits for', () => {
    const two = {...running, startedUptimeMs: nowUptimeMs - 2 * minute}
    expect(open('missed', {liveness: two, lastEnd: lastEnd(2 * hour)}, {level: 'WARNING'})).toMatchObject({
      kind: 'missed',
      level: 'WARNING',
      reason: 'not over until a run ends well; running for 2m',
    })
  })

  test.each<[string, Parameters<typeof open>[0], Partial<JobFacts>, RegExp]>([
    ['an output that was missing', 'hung', {}, /^out\.json/],
    ['an output whose content was bad', 'failing', {badOutputSinceMs: nowUptimeMs - 30 * minute}, /^out\.json/],
    ['a run that failed', 'failing', {}, /^its last run ended well/],
  ])('that was about %s ends by what has mended it', (_title, kind, more, proof) => {
    const facts = {liveness: ended(10 * minute), lastEnd: lastEnd(10 * minute), outputs: [output(minute)], ...more}
    expect(open(kind, facts).proof).toMatch(proof)
  })

  test('after a good end with a bad output waits for the output, and says so', () => {
    const facts = {liveness: ended(minute), lastEnd: lastEnd(minute), outputs: [output(minute, 'lacks "DONE"')]}
    expect(open('failing', facts).reason).toBe('not over until its outputs keep their rule; out.json lacks "DONE"')
  })

  test('of a job that flaps ends after an hour and three good runs', () => {
    const well = (count: number, forMs: number) => {
      const facts = {liveness: ended(0), lastEnd: lastEnd(0), streak: streak(count, forMs)}
      return open('failing', facts, {isFlapping: true})
    }
    expect(well(3, hour).status).toBe('ok')
    expect(well(2, hour)).toMatchObject({status: 'failing', proof: expect.any(String)})
    expect(well(9, 59 * minute).reason).toBe('flapping; well for 59m of 1h and 3 of 3 good runs')
  })

  test.each<[string, number | undefined, Partial<JobFacts>]>([
    ['once the hour is over', 40 * minute, {streak: streak(3, 20 * minute)}],
    ['when its next run is due, if runs are missing', 10 * minute, {streak: streak(2, hour), nextRunInMs: 10 * minute}],
    ['a minute later, while that run goes on', minute, {streak: streak(2, hour), nextRunInMs: 0}],
    ['never, if no run is to come', undefined, {streak: streak(2, hour), nextRunInMs: undefined}],
    ['not while it is bad', undefined, {streak: {...streak(1, 0), isWell: false}}],
    ['once the hour is over, without runs on record', 40 * minute, {hasRuns: false}],
  ])('of a job that flaps could end %s', (_, expected, facts) => {
    const flapping = incident('failing', 2 * hour, {isFlapping: true, wellSinceMs: nowUptimeMs - 20 * minute})
    expect(flappingEndInMs(jobFacts({hasRuns: true, incident: flapping, ...facts}))).toBe(expected)
    expect(flappingEndInMs(jobFacts({...facts, incident: incident('failing', 2 * hour)}))).toBeUndefined()
  })

  test('of a job without runs on record that flaps ends after an hour', () => {
    const well = (forMs: number) =>
      open('stalled', {hasRuns: false, outputs: [output(0)]}, {isFlapping: true, wellSinceMs: nowUptimeMs - forMs})
    expect([well(hour).status, well(hour - 1).status]).toEqual(['ok', 'failing'])
  })
})

test('a file that is dated into the future proves nothing, and that is said', () => {
  const odd = {...noFile, future: {path: 'out.json', aheadMs: 3 * 24 * hour}}
  const verdict = judgeJob(jobFacts({outputs: [odd]}))
  expect(verdict).toMatchObject({kind: 'stalled', status: 'failing'})
  expect(verdict.reason).toContain('out.json is dated 3d into the future and proves nothing')
})

test('a lease whose process is dead is not a sign of liveness', () => {
  const verdict = judgeJob(jobFacts({liveness: {...lost, isDead: true} as JobFacts['liveness']}))
  expect(verdict).toMatchObject({kind: 'stalled', reason: 'its process is dead, last sign 20m ago'})
})

test('a change of the schedule is not told as a clock that was set back', () => {
  const verdict = judgeJob(
    jobFacts({liveness: ended(3 * hour), slot: slot(hour), watchedSinceMs: nowUptimeMs - minute}),
  )
  expect(verdict.reason).toContain('no slot was due since it is watched with this schedule, for 1m')
})

import {expect, test} from 'vitest'
import {emptyUptime, upTo} from '../../../src/domain/clock/uptime.js'
import type {Incident} from '../../../src/domain/incident/incident.js'
import {type WithdrawalFacts, whyWithdrawn} from '../../../src/domain/incident/reset-withdrawal.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {parseOpenClawJob} from '../../../src/domain/openclaw/job.js'
import type {ResetRequest} from '../../../src/domain/openclaw/reset-request.js'
import type {Run} from '../../../src/domain/run/run.js'

const minute = 60_000
const now = {at: Date.UTC(2026, 0, 5, 12), mono: 600 * minute, boot: 'b', host: 'h'}
const ago = (ms: number) => ({...now, at: now.at - ms, mono: now.mono - ms})
const requestedAt = ago(5 * minute)
const marker = now.at - 120 * minute

const request: ResetRequest = {
  id: 'i-1',
  jobId: 'a',
  jobName: 'Scan',
  job: 'scan',
  incident: 'i',
  reason: 'hung',
  attempts: 1,
  runningAtMs: marker,
  requestedAtMs: requestedAt.at,
  written: requestedAt,
}

const foundWith = (state: object) => parseOpenClawJob({id: 'a', enabled: true, state})!

/** A job that is as stuck as it was when the reset was asked for. */
const stuck: WithdrawalFacts = {
  request,
  found: foundWith({runningAtMs: marker, lastRunAtMs: now.at - 130 * minute}),
  incident: {id: 'i'} as Incident,
  records: {lease: undefined, jobRuns: undefined, deadLease: undefined},
  outputs: [],
  clocks: {now, uptime: upTo(emptyUptime, now), nowUptimeMs: now.mono},
}

/** A lease of ten minutes, claimed, and released, so long ago. */
function lease(claimedAgoMs: number, releasedAgoMs?: number) {
  const state = leaseFold.empty()
  const stamp = (ms: number, id: string) => ({v: 1, id, ...ago(ms)})
  const claim = {kind: 'claimed', job: 'scan', holder: 'x', ttlMs: 10 * minute}
  leaseFold.apply(state, {...stamp(claimedAgoMs, 'c'), ...claim})
  if (releasedAgoMs !== undefined) {
    const release = {kind: 'released', job: 'scan', claim: 'c', token: 1, status: 'error'}
    leaseFold.apply(state, {...stamp(releasedAgoMs, 'e'), ...release})
  }
  return {lease: state.byJob.get('scan'), jobRuns: undefined, deadLease: undefined}
}

const run = (startedAgoMs: number, more: Partial<Run>): Run => {
  return {id: 'r', job: 'scan', startedAt: now.at - startedAgoMs, attempts: 1, recovered: false, steps: [], ...more}
}
const runsOnly = (...runs: Run[]) => ({lease: undefined, jobRuns: {runs}, deadLease: undefined})
const ended = (agoMs: number, outcome: NonNullable<Run['outcome']>) => {
  return runsOnly(run(agoMs, {endedAt: now.at - agoMs, outcome}))
}
const owner = {host: 'h', boot: 'b', process: {pid: 1, start: '1'}}
const output = (modifiedAt: number, problem?: string) => [
  {newest: {path: 'out.json', modifiedAt, size: 1, ...(problem !== undefined && {problem})}},
]

test('a job that is as stuck as before is reset', () => {
  expect(whyWithdrawn(stuck)).toBeUndefined()
})

test.each<[string, Partial<WithdrawalFacts>, string]>([
  ['its incident is over', {incident: undefined}, 'incident'],
  ['another incident is open', {incident: {id: 'j'} as Incident}, 'incident'],
  ['its lease is held', {records: lease(minute)}, 'lease'],
  ['a run that holds no lease goes on', {records: runsOnly(run(minute, {owner}))}, 'goes on'],
  ['a lease was released since, even with an error', {records: lease(8 * minute, 4 * minute)}, 'ended since'],
  ['a run ended since, even badly', {records: ended(4 * minute, 'failed')}, 'ended since'],
  ['a job said since that it skipped its work', {records: ended(4 * minute, 'skipped')}, 'ended since'],
  ['an output was written since', {outputs: output(now.at - 4 * minute)}, 'out.json was written'],
  ['an output is a little ahead of the clock', {outputs: output(now.at + 1000)}, 'out.json was written'],
  ['OpenClaw began another run', {found: foundWith({runningAtMs: marker + 1})}, 'another run'],
  ['OpenClaw ran it since', {found: foundWith({lastRunAtMs: now.at - 4 * minute})}, 'ran the job'],
  [
    'OpenClaw began a run after a request without a marker',
    {request: {...request, runningAtMs: undefined}, found: foundWith({runningAtMs: now.at - 4 * minute})},
    'another run',
  ],
  [
    'an output was written between the look of the watchdog and its request',
    {request: {...request, requestedAtMs: requestedAt.at - 5000}, outputs: output(requestedAt.at - 2000)},
    'out.json was written',
  ],
])('a request is withdrawn if %s', (_title, change, why) => {
  expect(whyWithdrawn({...stuck, ...change})).toContain(why)
})

test.each<[string, Partial<WithdrawalFacts>]>([
  ['its lease expired', {records: lease(30 * minute)}],
  ['its lease is held by dead processes', {records: {...lease(minute), deadLease: lease(minute).lease}}],
  ['its last run ended before', {records: ended(6 * minute, 'healthy')}],
  ['a run was refused since', {records: runsOnly(run(4 * minute, {outcome: 'skipped', attempts: 0}))}],
  ['an output is older', {outputs: output(now.at - 6 * minute)}],
  ['a new output is not whole', {outputs: output(now.at - minute, 'has 0 of 10 bytes')}],
  ['an output is of tomorrow', {outputs: output(now.at + 1440 * minute)}],
  ['there is no output', {outputs: [{newest: undefined}]}],
  ['its marker is older', {found: foundWith({runningAtMs: marker - 1})}],
  ['another program asked, without an incident', {request: {...request, incident: undefined}, incident: undefined}],
  [
    'a foreign request without a time says nothing of before and after',
    {request: {...request, written: undefined, requestedAtMs: undefined}, outputs: output(now.at - minute)},
  ],
  [
    'a foreign request says that it was made in the future',
    {
      request: {...request, written: undefined, requestedAtMs: now.at + 60 * minute},
      outputs: output(now.at - minute),
    },
  ],
])('a request is kept if %s', (_title, change) => {
  expect(whyWithdrawn({...stuck, ...change})).toBeUndefined()
})

test('a clock that was set back since the request hides no sign', () => {
  const later = {...now, at: now.at - 60 * minute, mono: now.mono + minute}
  const uptime = upTo(stuck.clocks.uptime, later)
  const clocks = {now: later, uptime, nowUptimeMs: later.mono}
  expect(whyWithdrawn({...stuck, clocks, outputs: output(later.at)})).toContain('out.json was written')
  expect(whyWithdrawn({...stuck, clocks})).toBeUndefined()
})

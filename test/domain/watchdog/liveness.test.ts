import {describe, expect, test} from 'vitest'
import {
  type BootReading,
  type Clocks,
  emptyUptime,
  nowUptimeMs,
  upTo,
  withSample,
} from '../../../src/domain/clock/uptime.js'
import type {Lease} from '../../../src/domain/lease/lease.js'
import type {Run} from '../../../src/domain/run/run.js'
import {type JobRecords, livenessOf, ranWellElsewhereAt, skippedOf} from '../../../src/domain/watchdog/liveness.js'
import {hour, minute} from '../../support/job-facts.js'

const now = {at: Date.UTC(2026, 0, 5, 12), mono: 10 * hour, boot: 'a', host: 'h', machine: 'm'}
const clocks: Clocks = {now, nowUptimeMs: now.mono, uptime: upTo(emptyUptime, now)}
const ago = (ms: number) => ({at: now.at - ms, uptimeMs: now.mono - ms})

/** Claimed an hour ago for five minutes, last renewed so long ago. */
function lease(renewedAgoMs: number, more: Partial<Lease> = {}): Lease {
  const {at, uptimeMs} = ago(renewedAgoMs)
  const ttlMs = 5 * minute
  return {
    job: 'scan',
    holder: 'x',
    token: 1,
    claimId: 'c',
    ttlMs,
    claimedAt: ago(hour).at,
    claimedMono: ago(hour).uptimeMs,
    seenAt: at,
    expiresAt: at + ttlMs,
    expiresMono: uptimeMs + ttlMs,
    boot: 'a',
    host: 'h',
    machine: 'm',
    ...more,
  }
}

const run = (startedAgoMs: number, more: Partial<Run> = {}): Run => ({
  id: 'r',
  job: 'scan',
  startedAt: ago(startedAgoMs).at,
  attempts: 1,
  recovered: false,
  steps: [],
  ...more,
})

const records = (held: Lease | undefined, runs: Run[] = [], deadLease?: Lease): JobRecords => ({
  lease: held,
  jobRuns: {runs},
  deadLease,
})

const liveness = (held: Lease | undefined, ...runs: Run[]) => livenessOf(records(held, runs), clocks)

test('without a lease and a run there is no sign', () => {
  expect(liveness(undefined)).toEqual({is: 'never-seen'})
})

test('a job that runs longer than the first ttl and renews is running', () => {
  expect(liveness(lease(minute))).toEqual({
    is: 'running',
    startedUptimeMs: ago(hour).uptimeMs,
    seenUptimeMs: ago(minute).uptimeMs,
  })
})

test('a lease that was not renewed in time is lost', () => {
  expect(liveness(lease(6 * minute))).toMatchObject({is: 'expired', seenUptimeMs: ago(6 * minute).uptimeMs})
})

test('a lease that was released has ended', () => {
  const released = {at: ago(2 * minute).at, status: 'error', detail: 'no data'} as const
  const ended = liveness(lease(4 * minute, {released}))
  expect(ended).toMatchObject({is: 'ended', seenUptimeMs: ago(2 * minute).uptimeMs})
})

test('a release is as old as its monotonic clock says, though the wall clock was set back past it since', () => {
  const before = {at: now.at - 3 * hour, mono: now.mono - 5 * hour, boot: 'a'}
  const setBack = withSample(withSample(emptyUptime, {...before, uptimeMs: before.mono}), {...now, uptimeMs: now.mono})
  const later = {...now, at: now.at + hour, mono: now.mono + hour}
  const clocksLater: Clocks = {now: later, nowUptimeMs: later.mono, uptime: upTo(setBack, later)}
  const released = {at: now.at, mono: before.mono + 3 * hour, status: 'ok'} as const
  const held = lease(0, {claimedMono: before.mono, expiresMono: before.mono + 9 * hour, ttlMs: 9 * hour, released})
  expect(livenessOf(records(held), clocksLater)).toMatchObject({seenUptimeMs: before.mono + 3 * hour})
})

test('a lease of the boot before has ended with that boot', () => {
  expect(liveness(lease(20 * hour, {boot: 'before'}))).toMatchObject({
    is: 'ended',
    seenUptimeMs: 0,
  })
})

test('a lease that was lost before the reboot stays lost, whatever boots came since', () => {
  const before = {at: now.at - 20 * hour, mono: 50 * hour, boot: 'before', host: 'h'}
  const between = {at: now.at - 15 * hour, mono: hour, boot: 'between', host: 'h'}
  const noted = [before, between].reduce(
    (uptime, note) => withSample(uptime, {...note, uptimeMs: nowUptimeMs(uptime, note)}),
    emptyUptime,
  )
  const rebooted: Clocks = {now, nowUptimeMs: nowUptimeMs(noted, now), uptime: upTo(noted, now)}
  const claimed = (agoMs: number) => {
    const mono = before.mono - agoMs
    const at = before.at - agoMs
    return lease(0, {seenAt: at, claimedAt: at, claimedMono: mono, expiresMono: mono + 5 * minute, boot: 'before'})
  }
  const lifeOfClaim = (agoMs: number) => livenessOf(records(claimed(agoMs)), rebooted)
  expect(lifeOfClaim(6 * minute)).toMatchObject({is: 'expired', seenUptimeMs: before.mono - 6 * minute})
  expect(lifeOfClaim(4 * minute)).toMatchObject({is: 'ended', seenUptimeMs: before.mono})
})

test('a lost lease whose run is known to have ended has ended', () => {
  const ended = run(hour, {endedAt: ago(30 * minute).at, outcome: 'failed'})
  expect(liveness(lease(40 * minute), ended)).toMatchObject({
    is: 'ended',
    seenUptimeMs: ago(30 * minute).uptimeMs,
  })
})

test('a run that took no lease counts by its records, and one that was refused is none', () => {
  const ended = run(hour, {endedAt: ago(50 * minute).at, outcome: 'healthy'})
  const refused = run(minute, {outcome: 'skipped', attempts: 0, detail: 'breaker open'})
  expect(liveness(undefined, ended, refused)).toMatchObject({
    is: 'ended',
    seenUptimeMs: ago(50 * minute).uptimeMs,
  })
  expect(liveness(undefined, refused)).toEqual({is: 'never-seen'})
})

test('the lease of a run that was refused is no sign of its job, unless another host of the fleet has that', () => {
  const ended = run(3 * hour, {endedAt: ago(2 * hour).at, outcome: 'healthy', token: 1})
  const refused = run(hour, {id: 'x', attempts: 0, outcome: 'skipped', detail: 'breaker open', endedAt: ago(hour).at})
  const given = lease(hour, {token: 2, released: {at: ago(hour).at, mono: ago(hour).uptimeMs, status: 'error'}})
  expect(liveness(given, ended, refused)).toMatchObject({is: 'ended', seenUptimeMs: ago(2 * hour).uptimeMs})
  expect(liveness(given, refused)).toEqual({is: 'never-seen'})
  expect(liveness(given, ended, {...refused, by: 'web-18'})).toMatchObject({seenUptimeMs: ago(hour).uptimeMs})
  // The run before lost its lease, and goes on.
  const owner = {process: {pid: 7, start: '1'}, host: 'h', boot: 'a'}
  expect(liveness(given, run(3 * hour, {token: 1, owner}), refused).is).toBe('running-unleased')
})

test('a run whose job says that it skipped its work is a sign of it, with a lease or without', () => {
  const ended = run(3 * hour, {endedAt: ago(2 * hour).at, outcome: 'healthy'})
  const idle = run(hour, {id: 'idle', attempts: 1, outcome: 'skipped', endedAt: ago(50 * minute).at})
  const seen = {is: 'ended', seenUptimeMs: ago(50 * minute).uptimeMs}
  expect(liveness(undefined, ended, idle)).toMatchObject(seen)
  // Its guard was killed before it had given the lease back.
  expect(liveness(lease(hour), ended, idle)).toMatchObject(seen)
})

test('a run that took no lease goes on until its end, or that of its boot', () => {
  const owner = {process: {pid: 7, start: '1'}, host: 'h', boot: 'a'}
  expect(liveness(undefined, run(hour, {owner}))).toEqual({
    is: 'running-unleased',
    startedUptimeMs: ago(hour).uptimeMs,
    seenUptimeMs: now.mono,
  })
  const of = (more: Partial<typeof owner>) => liveness(undefined, run(hour, {owner: {...owner, ...more}})).is
  expect([of({boot: 'z'}), of({host: 'elsewhere'})]).toEqual(['ended', 'ended'])
  expect(liveness(undefined, run(hour, {owner, endedAt: ago(minute).at, outcome: 'healthy'})).is).toBe('ended')
})

test('a run that took no lease goes on beside others that have ended since', () => {
  const owner = {process: {pid: 7, start: '1'}, host: 'h', boot: 'a'}
  const beside = run(hour, {owner})
  const later = run(minute, {id: 'later', token: 2, owner, endedAt: now.at, outcome: 'healthy'})
  expect(liveness(undefined, beside, later)).toMatchObject({
    ...{is: 'running-unleased', startedUptimeMs: ago(hour).uptimeMs},
  })
  const released = {at: now.at, status: 'ok'} as const
  expect(liveness(lease(minute, {released}), beside, later).is).toBe('running-unleased')
  expect(liveness(lease(minute, {released}), {...beside, outcome: 'interrupted'}, later).is).toBe('ended')
  expect(liveness(lease(minute, {released}), {...beside, token: 1}, later).is).toBe('ended')
  expect(liveness(lease(minute), beside).is).toBe('running')
})

test('why the last run was refused is known until another run comes', () => {
  const skipped = run(minute, {outcome: 'skipped', attempts: 0, detail: 'breaker open'})
  const skip = (...runs: Run[]) => skippedOf(records(undefined, runs), clocks)
  expect(skip(run(hour), skipped)).toEqual({uptimeMs: ago(minute).uptimeMs, reason: 'breaker open'})
  expect(skip(skipped, run(0))).toBeUndefined()
})

test('a good run of another host is as old as the answer that told of it, and what the answer said', () => {
  const goodElsewhere = {token: 6, seenAt: ago(minute).at, agoMs: hour}
  const known = (token: number): JobRecords => ({...records(undefined, []), jobRuns: {runs: [], goodElsewhere, token}})
  expect(ranWellElsewhereAt(known(5), clocks)).toBe(ago(hour + minute).uptimeMs)
  // This host has run the job later.
  expect(ranWellElsewhereAt(known(7), clocks)).toBeUndefined()
})

describe('how long ago another host ran the job well is a real time, of which this host may have', () => {
  const good = {token: 6, agoMs: hour}
  /** Awake for ten minutes since the jump, which the watchdog saw at once. */
  const afterJump = (from: BootReading, to: BootReading) => {
    const [before, after] = [{...from, mono: from.mono + hour, at: from.at + hour}, to]
    const present = {...now, ...after, at: after.at + 10 * minute, mono: after.mono + 10 * minute}
    const uptime = [from, before, after].reduce((known, reading) => upTo(known, reading), emptyUptime)
    return {now: present, uptime, nowUptimeMs: nowUptimeMs(uptime, present)}
  }
  const start = {at: now.at, mono: now.mono, boot: 'a'}
  const asleep = {...start, at: start.at + 3 * hour, mono: start.mono + hour}
  const ranAt = (seen: Clocks) =>
    ranWellElsewhereAt(
      {...records(undefined), jobRuns: {runs: [], goodElsewhere: {...good, seenAt: seen.now.at}}},
      seen,
    )
  const endOfEpoch = start.mono + hour

  test.each([
    ['slept', asleep],
    ['been off', {...asleep, mono: 0, boot: 'b'}],
  ])('%s a part: what it ran before that was earlier', (_title, woken) => {
    expect(ranAt(afterJump(start, woken))).toBe(endOfEpoch)
  })

  test('repeated a part, as its clock was set back', () => {
    const seen = afterJump(start, {...start, at: start.at, mono: start.mono + hour})
    expect(ranAt(seen)).toBe(seen.nowUptimeMs - hour)
  })
})

test('a good run of another host with a later token was later than the last run here, whatever the clocks say', () => {
  const goodElsewhere = {token: 6, seenAt: ago(minute).at, agoMs: hour}
  const lastEnd = {runId: 'r', outcome: 'failed', at: ago(10 * minute).at, byReboot: false} as const
  const ranAt = (last: Partial<Run>) => {
    const ended = run(hour, {outcome: 'failed', endedAt: lastEnd.at, ...last})
    return ranWellElsewhereAt(
      {...records(undefined), jobRuns: {runs: [ended], lastEnd, goodElsewhere, token: 5}},
      clocks,
    )
  }
  expect(ranAt({token: 5})).toBe(ago(10 * minute).uptimeMs)
  const byTime = ago(hour + minute).uptimeMs
  expect(ranAt({})).toBe(byTime)
  // It lost its lease before it ended.
  expect(ranAt({token: 5, class: 'fenced'})).toBe(byTime)
  // The other run was for a later slot.
  expect(ranAt({token: 5, outcome: 'interrupted', claimedSlotAt: ago(hour).at})).toBe(byTime)
})

test('when an interruption was found is not a sign of liveness: a lost lease stays lost', () => {
  const interrupted = run(hour, {endedAt: now.at, outcome: 'interrupted'})
  expect(liveness(lease(6 * minute), interrupted)).toMatchObject({
    is: 'expired',
    seenUptimeMs: ago(6 * minute).uptimeMs,
  })
  expect(liveness(undefined, interrupted)).toMatchObject({
    is: 'ended',
    seenUptimeMs: ago(hour).uptimeMs,
  })
})

test('a held lease whose processes are dead is lost at once, whatever time it has left', () => {
  const held = lease(minute, {ttlMs: 6 * hour})
  expect(livenessOf(records(held, [], held), clocks)).toMatchObject({is: 'expired', isDead: true})
  expect(livenessOf(records(held, [], {...held, claimId: 'earlier'}), clocks).is).toBe('running')
})

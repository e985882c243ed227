import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {type Leases, leaseFold, leaseRemainingMs, leaseState, renewalTimes} from '../../../src/domain/lease/lease.js'
import {fc} from '../../support/properties.js'

const stamp = {v: 1, at: 1_000_000, mono: 5000, boot: 'boot-1', host: 'web1', machine: 'm1', job: 'scan'}
const claim = (id: string, more: RawRecord = {}): RawRecord => ({
  ...stamp,
  id,
  kind: 'claimed',
  holder: id,
  ttlMs: 1000,
  ...more,
})
const renewal = (of: string, token: number, more: RawRecord = {}): RawRecord => ({
  ...stamp,
  id: `renew-${of}`,
  kind: 'renewed',
  claim: of,
  token,
  ...more,
})
const release = (of: string, token: number, more: RawRecord = {}): RawRecord => ({
  ...stamp,
  id: `release-${of}`,
  kind: 'released',
  claim: of,
  token,
  status: 'ok',
  ...more,
})

function fold(...records: RawRecord[]) {
  const state = leaseFold.empty()
  const verdicts = records.map((record) => leaseFold.apply(state, record))
  return {state, verdicts, lease: state.byJob.get('scan')}
}

describe('claims', () => {
  test('a granted claim keeps how the lease before it was released, also over one that was not', () => {
    const later = {mono: 9000, at: 1_004_000}
    const {lease} = fold(
      claim('a'),
      release('a', 1, {status: 'error', detail: 'no rows'}),
      claim('b', later),
      claim('c', {mono: 99_000, at: 1_094_000}),
    )
    expect(lease).toMatchObject({token: 3, formerEnd: {boot: 'boot-1', mono: 5000, status: 'error', detail: 'no rows'}})
  })

  test('the first claim of a free job is granted, with the first token', () => {
    expect(fold(claim('a')).lease).toMatchObject({holder: 'a', token: 1, expiresAt: 1_001_000, expiresMono: 6000})
  })

  test('tokens go on above one that is on record elsewhere, and never back', () => {
    expect(fold(claim('a', {above: 7})).lease).toMatchObject({token: 8})
    const later = {mono: 9000, at: 1_004_000, above: 3}
    expect(fold(claim('a', {above: 7}), release('a', 8), claim('b', later)).lease).toMatchObject({token: 9})
  })

  test.each([2 ** 53, -1, 1.5, '7'])('%j on record elsewhere is not a token', (above) => {
    expect(fold(claim('a', {above})).lease).toMatchObject({token: 1})
  })

  test('a claim of a held job is void and changes nothing (invariant 4)', () => {
    const {state, verdicts} = fold(claim('a'), claim('b', {mono: 5999}))
    expect(verdicts).toEqual(['ok', 'void'])
    expect(leaseFold.save(state)).toEqual(leaseFold.save(fold(claim('a')).state))
  })

  test('an expired lease is granted again, with the next token', () => {
    const {verdicts, lease} = fold(claim('a'), claim('b', {mono: 6000}))
    expect(verdicts).toEqual(['ok', 'ok'])
    expect(lease).toMatchObject({holder: 'b', token: 2})
  })

  test('a lease whose holder is proved dead is granted at once, but only over that very claim', () => {
    expect(fold(claim('a'), claim('b', {over: 'a'})).lease).toMatchObject({holder: 'b', token: 2})
    expect(fold(claim('a'), claim('b', {over: 'a'}), claim('c', {over: 'a'})).verdicts).toEqual(['ok', 'ok', 'void'])
  })

  test('a claim written twice counts once', () => {
    const {state, verdicts} = fold(claim('a'), claim('a'))
    expect(verdicts).toEqual(['ok', 'ok'])
    expect(state.grants).toBe(1)
  })

  test('tokens of all jobs come from one counter', () => {
    const {state} = fold(claim('a'), claim('b', {job: 'other'}), claim('c', {mono: 9000}))
    expect([...state.byJob.values()].map(({job, token}) => [job, token])).toEqual([
      ['other', 2],
      ['scan', 3],
    ])
  })

  test.each([
    ['without clocks', {mono: undefined}],
    ['at a time that no date can show', {at: 1e300}],
    ['with a clock that no boot can reach', {mono: 1e300}],
    ['with a ttl beyond all time', {ttlMs: 1e300}],
    ['without a holder', {holder: undefined}],
    ['with a ttl of nothing', {ttlMs: 0}],
    ['with a name that is a path', {job: '../scan'}],
  ])('a claim %s is void', (_, fields) => {
    expect(fold(claim('a', fields)).verdicts).toEqual(['void'])
  })
})

describe('clocks', () => {
  test('a jump of the wall clock neither takes a lease away nor keeps it alive', () => {
    const {lease} = fold(claim('a'))
    const day = 86_400_000
    expect(leaseState(lease!, {...stamp, at: stamp.at + day, mono: 5999})).toBe('held')
    expect(leaseState(lease!, {...stamp, at: stamp.at - day, mono: 6000})).toBe('expired')
  })

  test('after a reboot the leases of the old boot are free at once', () => {
    expect(fold(claim('a'), claim('b', {boot: 'boot-2', mono: 1})).lease).toMatchObject({holder: 'b', token: 2})
  })

  test.each([
    ['without a known machine', {machine: undefined}, {machine: undefined}],
    ['of a container', {machine: undefined}, {}],
    ['looked at from a container', {}, {machine: undefined}],
  ])('another boot of the same host proves nothing %s', (_title, first, second) => {
    const other = {boot: 'boot-2', mono: 1, ...second}
    expect(fold(claim('a', first), claim('b', other)).lease).toMatchObject({holder: 'a', token: 1})
    const late = {...other, at: 1_000_000 + 1000 + 60_000}
    expect(fold(claim('a', first), claim('b', late)).lease).toMatchObject({holder: 'b', token: 2})
  })

  test('another host waits for the wall clock and a minute more', () => {
    const elsewhere = {host: 'web2', machine: 'm2', boot: 'boot-9', mono: 1}
    expect(fold(claim('a'), claim('b', {...elsewhere, at: 1_060_999})).verdicts).toEqual(['ok', 'void'])
    expect(fold(claim('a'), claim('b', {...elsewhere, at: 1_061_000})).verdicts).toEqual(['ok', 'ok'])
  })

  test('two containers of one machine share its monotonic clock', () => {
    expect(leaseState(fold(claim('a')).lease!, {...stamp, host: 'other', mono: 6000})).toBe('expired')
  })

  test('the remaining time is counted on the clock that decides', () => {
    const {lease} = fold(claim('a'))
    expect(leaseRemainingMs(lease!, {...stamp, mono: 5400})).toBe(600)
    expect(leaseRemainingMs(lease!, {...stamp, mono: 9000})).toBe(0)
    expect(leaseRemainingMs(lease!, {...stamp, host: 'web2', machine: 'm2', boot: 'b', at: 1_000_000})).toBe(61_000)
  })
})

describe('holders', () => {
  test('a renewal moves the end forward and never back', () => {
    expect(fold(claim('a'), renewal('a', 1, {mono: 5500})).lease).toMatchObject({expiresMono: 6500})
    expect(fold(claim('a'), renewal('a', 1, {mono: 4000, at: 0})).lease).toMatchObject({
      expiresMono: 6000,
      expiresAt: 1_001_000,
    })
  })

  test('a lease that expired unnoticed may still be renewed', () => {
    expect(fold(claim('a'), renewal('a', 1, {mono: 7000})).lease).toMatchObject({token: 1, expiresMono: 8000})
  })

  test('a fenced holder changes nothing any more', () => {
    const {verdicts, lease} = fold(claim('a'), claim('b', {mono: 6000}), renewal('a', 1, {mono: 6001}), release('a', 1))
    expect(verdicts).toEqual(['ok', 'ok', 'void', 'void'])
    expect(lease).toMatchObject({holder: 'b', expiresMono: 7000})
    expect(lease?.released).toBeUndefined()
  })

  test('a release frees the job and keeps what its holder said', () => {
    const {lease} = fold(claim('a'), release('a', 1, {status: 'error', detail: 'no feed'}))
    expect(leaseState(lease!, stamp)).toBe('released')
    expect(lease?.released).toEqual({at: 1_000_000, mono: 5000, status: 'error', detail: 'no feed'})
    expect(fold(claim('a'), release('a', 1), claim('b')).lease).toMatchObject({holder: 'b', token: 2})
  })

  test('a renewal names the job process once it is there', () => {
    const jobProcess = {pid: 7, start: '99'}
    expect(fold(claim('a'), renewal('a', 1, {jobProcess})).lease).toMatchObject({jobProcess})
  })

  test('a third of the ttl passes between renewals, two thirds before giving up', () => {
    expect(renewalTimes(15_000)).toEqual({everyMs: 5000, giveUpMs: 10_000})
  })
})

test('jobs beyond the limit are forgotten oldest first, and tokens go on', () => {
  const state = leaseFold.empty()
  for (let index = 0; index <= 20_000; index++) {
    leaseFold.apply(state, claim(`c${index}`, {job: `job-${index}`, mono: index * 2000}))
  }
  expect(state.byJob.size).toBe(20_000)
  expect(state.byJob.has('job-0')).toBe(false)
  expect(state.byJob.get('job-20000')?.token).toBe(20_001)
})

/** Histories in which clocks jump, boots and hosts change, and records name any claim and token. */
const history = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f').chain((id) => fc.nat(40).map((n) => `${id}${n}`)),
    kind: fc.constantFrom('claimed', 'claimed', 'renewed', 'released', 'strange'),
    job: fc.constantFrom('scan', 'audit'),
    at: fc.integer({min: 0, max: 500_000}),
    mono: fc.integer({min: 0, max: 10_000}),
    boot: fc.constantFrom('boot-1', 'boot-2'),
    host: fc.constantFrom('web1', 'web2'),
    holder: fc.constantFrom('x', 'y'),
    ttlMs: fc.integer({min: -1, max: 3000}),
    claim: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f').chain((id) => fc.nat(40).map((n) => `${id}${n}`)),
    token: fc.integer({min: 1, max: 6}),
    status: fc.constantFrom('ok', 'error', 'maybe'),
  }),
  {maxLength: 40},
)

test('tokens only grow and are never given twice, through any cut by a snapshot (invariants 2 and 8)', () => {
  fc.assert(
    fc.property(history, fc.nat(40), (records, cut) => {
      let state: Leases = leaseFold.empty()
      const straight = leaseFold.empty()
      const given: number[] = []
      for (const [index, record] of records.entries()) {
        if (index === cut) state = leaseFold.restore(JSON.parse(JSON.stringify(leaseFold.save(state))))
        const before = state.byJob.get(record.job)?.claimId
        expect(leaseFold.apply(state, record)).toBe(leaseFold.apply(straight, record))
        const lease = state.byJob.get(record.job)
        if (lease && lease.claimId !== before) given.push(lease.token)
      }
      expect(given).toEqual(given.map((_, index) => index + 1))
      expect(leaseFold.save(state)).toEqual(leaseFold.save(straight))
    }),
  )
})

test('a claim takes effect only when the lease before it had ended by its clock, or was named dead (invariant 1)', () => {
  fc.assert(
    fc.property(history, (records) => {
      const state = leaseFold.empty()
      for (const record of records) {
        const before = state.byJob.get(record.job)
        leaseFold.apply(state, record)
        const after = state.byJob.get(record.job)
        if (before && after?.claimId !== before.claimId) expect(leaseState(before, record)).not.toBe('held')
      }
    }),
  )
})

test('a void record has no effect, ever (invariant 4)', () => {
  fc.assert(
    fc.property(history, (records) => {
      const all = leaseFold.empty()
      const effective = records.filter((record) => leaseFold.apply(all, record) === 'ok')
      expect(leaseFold.save(fold(...effective).state)).toEqual(leaseFold.save(all))
    }),
  )
})

test('a token that a job was given in a fleet raises the next one of this journal, and a lower one nothing', () => {
  const raise = (above: unknown): RawRecord => ({...stamp, id: `raise-${above}`, kind: 'raised', above})
  const {verdicts, lease} = fold(claim('a'), release('a', 1), raise(41), raise(7), raise('50'), raise(-1), claim('b'))
  expect(verdicts).toEqual(['ok', 'ok', 'ok', 'void', 'void', 'void', 'ok'])
  expect(lease?.token).toBe(42)
})

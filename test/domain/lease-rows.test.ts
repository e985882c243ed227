import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type Lease, leaseFold} from '../../src/domain/lease.js'
import {bulkLeaseFold} from '../../src/domain/lease-bulk.js'
import {endedLeases, LeaseRows} from '../../src/domain/lease-rows.js'
import {leaseOf} from '../support/leases.js'

const times = fc.oneof(
  fc.integer({min: 0, max: 3}),
  fc.integer({min: 0, max: 2e12}),
  fc.double({min: 0, max: 9, noNaN: true}),
)
const process = fc.record({pid: fc.nat(9), start: fc.constantFrom('1', '2'), namespace: fc.constantFrom('pid:[1]')})
const lease = fc
  .record(
    {
      claimedAt: times,
      claimedMono: times,
      seenAt: times,
      expiresAt: times,
      expiresMono: times,
      ttlMs: times,
      boot: fc.constantFrom('boot-1', 'boot-2'),
      holder: fc.string(),
      process,
      jobProcess: process,
      released: fc.record(
        {at: times, mono: times, status: fc.constantFrom('ok', 'error'), detail: fc.string()},
        {requiredKeys: ['at', 'status']},
      ),
    },
    {requiredKeys: ['claimedAt', 'claimedMono', 'seenAt', 'expiresAt', 'expiresMono', 'ttlMs', 'boot', 'holder']},
  )
  .map((fields) => fields as Partial<Lease>)

/** As many as a snapshot keeps in columns. */
const fleet = fc.tuple(fc.array(lease, {minLength: 64, maxLength: 90}), fc.boolean()).map(([all, isMixed]) =>
  all.map((fields, n) => ({
    ...leaseOf(`job-${n}`),
    token: n + 1,
    ...fields,
    ...(isMixed && {boot: `boot-${n}`}),
  })),
)

function restored(fold: typeof leaseFold, leases: readonly Lease[]) {
  const state = {grants: 7, byJob: new Map(leases.map((one) => [one.job, one]))}
  return fold.restore(JSON.parse(JSON.stringify(bulkLeaseFold.save(state))))
}

test('the leases of a snapshot are those that it was made of, in their order', () => {
  const property = fc.property(fleet, (leases) => {
    const rows = restored(bulkLeaseFold, leases)
    expect(rows.byJob).toBeInstanceOf(LeaseRows)
    for (const {byJob, grants} of [rows, restored(leaseFold, leases)]) {
      expect(grants).toBe(7)
      expect([...byJob.values()]).toEqual(leases)
      expect([...byJob.keys()]).toEqual(leases.map(({job}) => job))
      expect(byJob.size).toBe(leases.length)
    }
  })
  fc.assert(property, {numRuns: 30})
})

test('its rows tell of each lease that ended well in a boot when it was claimed and renewed, and of no other', () => {
  const property = fc.property(fleet, (leases) => {
    const ended = endedLeases(restored(bulkLeaseFold, leases).byJob, 'boot-1')
    leases.forEach((one, row) => {
      const isWell = one.boot === 'boot-1' && one.released?.status === 'ok'
      expect(ended.rows.get(one.job)).toBe(row)
      expect(ended.claimedMono[row]).toBe(isWell ? one.claimedMono : Number.NaN)
      if (!isWell) return
      expect(ended.claimedAt[row]).toBe(one.claimedAt)
      expect(ended.renewedMono[row]).toBe(one.expiresMono - one.ttlMs)
    })
    expect(ended.rows.get('other')).toBeUndefined()
  })
  fc.assert(property, {numRuns: 30})
})

test('a lease that changes comes last, and one that is forgotten is gone', () => {
  const {byJob} = restored(
    bulkLeaseFold,
    Array.from({length: 64}, (_, n) => leaseOf(`job-${n}`)),
  )
  const changed = leaseOf('job-5', {holder: 'new'})
  byJob.delete('job-5')
  byJob.set('job-5', changed)
  byJob.delete('job-0')
  expect([...byJob].at(-1)).toEqual(['job-5', changed])
  expect([byJob.has('job-0'), byJob.get('job-0'), byJob.size]).toEqual([false, undefined, 63])
  const {rows} = endedLeases(byJob, 'boot-1')
  expect([rows.get('job-5'), rows.get('job-0'), rows.get('job-1')]).toEqual([changed, undefined, 1])
})

test('a few leases stay such that a person can read them', () => {
  const leases = [leaseOf('a'), leaseOf('b')]
  expect(bulkLeaseFold.save(restored(bulkLeaseFold, leases))).toEqual({grants: 7, leases})
})

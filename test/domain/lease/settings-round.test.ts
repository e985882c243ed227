import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'

/** A round of a watchdog at a minute, over at once. */
function rounds(...settingsFiles: readonly (string | undefined)[]): RawRecord[] {
  return settingsFiles.flatMap((settingsFile, minute) => {
    const times = {at: minute * 60_000, mono: minute * 60_000, boot: 'b', host: 'h', v: 1, job: 'guard-watchdog'}
    const settings = settingsFile !== undefined && {settingsFile, lateAfterMs: 900_000, sends: true}
    const claim = {...times, id: `c${minute}`, kind: 'claimed', holder: 'w', ttlMs: 1000, ...settings}
    return [claim, {...times, id: `r${minute}`, kind: 'released', claim: claim.id, token: minute + 1, status: 'ok'}]
  })
}

function fold(...records: RawRecord[]) {
  const state = leaseFold.empty()
  for (const record of records) leaseFold.apply(state, record)
  return leaseFold.restore(JSON.parse(JSON.stringify(leaseFold.save(state)))).byJob.get('guard-watchdog')
}

test('a lease keeps the last round by each other settings file, the newest first, also in a snapshot', () => {
  const lease = fold(...rounds('/a', '/b', '/a', '/c'))
  expect(lease?.settings).toEqual({settingsFile: '/c', lateAfterMs: 900_000, sends: true})
  expect(lease?.others).toEqual([
    {
      settingsFile: '/a',
      lateAfterMs: 900_000,
      sends: true,
      claimId: 'c2',
      ttlMs: 1000,
      seenAt: 120_000,
      expiresMono: 121_000,
      boot: 'b',
      host: 'h',
    },
    {
      settingsFile: '/b',
      lateAfterMs: 900_000,
      sends: true,
      claimId: 'c1',
      ttlMs: 1000,
      seenAt: 60_000,
      expiresMono: 61_000,
      boot: 'b',
      host: 'h',
    },
  ])
})

test('of one settings file, and of none, it keeps no other', () => {
  expect(fold(...rounds('/a', '/a'))).not.toHaveProperty('others')
  expect(fold(...rounds(undefined, undefined))).not.toHaveProperty('settings')
})

test('a round that does not say by which settings it is hides no other', () => {
  const lease = fold(...rounds('/a', undefined, undefined))
  expect(lease?.settings).toBeUndefined()
  expect(lease?.others).toMatchObject([{settingsFile: '/a', claimId: 'c0'}])
})

test('of more settings files than a user has, the oldest are forgotten', () => {
  const files = Array.from({length: 50}, (_, index) => `/${index}`)
  const others = fold(...rounds(...files))?.others
  expect([others?.length, others?.[0]?.settingsFile]).toEqual([32, '/48'])
})

import {expect, test} from 'vitest'
import type {FleetLease} from '../../../src/domain/fleet/lease.js'
import {lossText, refusalText} from '../../../src/domain/fleet/refusal.js'

const slotAt = Date.UTC(2026, 10, 29, 2)
const lease: FleetLease = {
  ...{job: 'nightly', token: 42, host: 'web-18', holder: 'run-2', claimId: 'run-2', slotAt, ttlMs: 300_000},
  ...{claimedAt: slotAt + 1000, remainingMs: 290_000, serverAt: slotAt + 13_000},
}

test.each([
  ['one that another host has', {state: 'held', lease} as const, 'web-18 has had it for 12 s (token 42)'],
  [
    'one that a run of this host has, which may be gone',
    {state: 'held', lease: {...lease, host: 'web-17'}} as const,
    'this host has it already (run-2, token 42), for 290 s unless it is renewed',
  ],
  [
    'one whose slot another host has claimed',
    {state: 'done', lease} as const,
    'its slot 2026-11-29T02:00:00Z was claimed by web-18 (token 42)',
  ],
  [
    'one whose slot is older than the last',
    {state: 'done', lease: {...lease, slotAt: slotAt + 3_600_000}} as const,
    'its slot 2026-11-29T02:00:00Z, or a later one (2026-11-29T03:00:00Z) was claimed by web-18 (token 42)',
  ],
  [
    'one whose slot is to come',
    {state: 'early', slotAt, serverAt: slotAt - 90_000} as const,
    "its slot 2026-11-29T02:00:00Z is 90 s ahead of the clock of the fleet's store; set the clock of this host",
  ],
])('%s is refused with its reason', (_title, answer, text) => {
  expect(refusalText(answer, {slotAt, host: 'web-17'})).toBe(text)
})

test.each([
  ['another host has a newer token', lease, 'web-18 has token 42'],
  [
    'a backup was restored',
    {...lease, token: 40},
    "the fleet's store knows no token above 40; was it set back to a backup?",
  ],
  ['nobody knows the job', undefined, "the fleet's store knows no lease of it"],
  ['its time is over', {...lease, token: 41}, 'it has expired'],
  ['it was given back', {...lease, token: 41, released: {at: slotAt, status: 'ok' as const}}, 'it was given back'],
])('a token does not hold any more: %s', (_title, known, text) => {
  expect(lossText({token: 41}, {state: 'fenced', lease: known})).toBe(text)
})

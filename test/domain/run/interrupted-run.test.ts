import {expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {goneText, type HolderStatus, withInferredOutcome} from '../../../src/domain/run/interrupted-run.js'
import type {Run} from '../../../src/domain/run/run.js'
import {leaseOf} from '../../support/leases.js'

const open: Run = {id: 'r1', job: 'scan', startedAt: 0, attempts: 0, recovered: false, steps: []}
const released = {at: 1, status: 'ok'} as const

test.each<[string, Run, Partial<Lease> | undefined, HolderStatus, Run['outcome']]>([
  ['a run whose guard and job are gone is interrupted', open, {holder: 'r1'}, 'gone', 'interrupted'],
  ['a run of which something lives goes on', open, {holder: 'r1'}, 'alive', undefined],
  ['a run that cannot be looked at goes on', open, {holder: 'r1'}, 'unknown', undefined],
  ['a run that gave its lease back is over', open, {holder: 'r1', released}, 'unknown', 'interrupted'],
  ['the lease of another run proves nothing', open, {holder: 'r2'}, 'gone', undefined],
  ['without a lease nothing is proved', open, undefined, 'gone', undefined],
  ['an end on record stands', {...open, outcome: 'failed'}, {holder: 'r1'}, 'gone', 'failed'],
])('%s', (_title, run, lease, status, outcome) => {
  const stands = withInferredOutcome(run, lease && {lease: leaseOf('scan', lease), status})
  expect(stands.outcome).toBe(outcome)
})

test('the slot that a gone run has claimed in a fleet is run by nobody, and that is said', () => {
  const claimed = {...open, claimedSlotAt: Date.UTC(2026, 10, 29, 2)}
  const said = 'its slot 2026-11-29T02:00:00Z was claimed in the fleet, so no other host runs it'
  const {detail} = withInferredOutcome(claimed, {lease: leaseOf('scan', {holder: 'r1'}), status: 'gone'})
  expect(detail).toBe(`not yet recorded: its guard and its job are gone; ${said}`)
  const here = {host: 'host-1', boot: 'boot-1'}
  expect(goneText({...here, process: {pid: 7, start: '1'}}, here, claimed.claimedSlotAt)).toBe(
    `its guard and its job are gone: no process 7 has its start time; ${said}`,
  )
})

import {expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {type HolderStatus, withInferredOutcome} from '../../../src/domain/run/interrupted-run.js'
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

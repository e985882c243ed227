import {describe, expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {
  type HolderStatus,
  type InferredEnd,
  inferredEnd,
  lastAttemptOf,
  withInferredEnd,
} from '../../../src/domain/run/interrupted-run.js'
import type {Run} from '../../../src/domain/run/run.js'
import {leaseOf, leaseNow as now} from '../../support/leases.js'

const {host, boot} = now
const owner = {host, boot, process: {pid: 7, start: '1'}}
const open: Run = {id: 'r1', job: 'scan', startedAt: 0, attempts: 0, recovered: false, steps: [], token: 3, owner}
const own = {holder: 'r1', token: 3, process: owner.process}
const other = {holder: 'r2', token: 4}
const released = {at: 1, status: 'ok'} as const
const expired = {expiresMono: now.mono}

function endOf(run: Run, lease: Partial<Lease> | undefined, processes: HolderStatus): InferredEnd | undefined {
  return inferredEnd(run, {lease: lease && leaseOf('scan', lease), processes, now})
}

describe('a run whose end was left with its lease', () => {
  const end = {run: 'r1', outcome: 'healthy', exitCode: 0, durationMs: 40}
  const left = {...released, mono: 2, unclosed: true, end} as const

  test.each<[string, Partial<Lease>]>([
    ['has it while that is the last one of the job', {...own, boot: 'boot-1', released: left}],
    ['has it once the next run has the lease', {...other, formerEnd: {...left, boot: 'boot-1'}}],
  ])('%s, and when it was', (_title, lease) => {
    const found = endOf(open, lease, 'alive')
    expect(found).toMatchObject({is: 'over', end: {...end, late: {at: 1, mono: 2, boot: 'boot-1'}}})
    expect(withInferredEnd(open, found)).toMatchObject({outcome: 'healthy', endedAt: 1, durationMs: 40, exitCode: 0})
  })

  test('is not given to another run', () => {
    expect(endOf({...open, id: 'r0'}, {...own, released: left}, 'gone')).not.toHaveProperty('end')
  })
})

test('how the last attempt of a run ended is known from its own records alone, back to its start', () => {
  const record = (kind: string, run: string, outcome?: string) => ({kind, job: 'scan', run, outcome, at: 1})
  const last = (...newestFirst: ReturnType<typeof record>[]) => lastAttemptOf(newestFirst, open)
  const ended = record('attempt-ended', 'r1', 'healthy')
  expect(last(record('attempt-ended', 'r2', 'failed'), ended, record('attempt-ended', 'r1', 'failed'))).toBe('healthy')
  expect(last(record('started', 'r1'), ended)).toBeUndefined()
  expect(last()).toBeUndefined()
})

test.each<[string, Partial<Lease> | undefined, HolderStatus, InferredEnd['is'] | undefined]>([
  ['whose guard and job are gone is over', own, 'gone', 'over'],
  ['whose guard and job are gone is over though another run has the lease', other, 'gone', 'over'],
  ['whose guard and job are gone is over though its lease is forgotten', undefined, 'gone', 'over'],
  ['of which something lives goes on', own, 'alive', undefined],
  ['of which something lives goes on though another run has the lease', other, 'alive', undefined],
  ['of which something lives goes on though its lease was given back', {...own, released}, 'alive', undefined],
  ['that cannot be looked at goes on while it holds its lease', own, 'unknown', undefined],
  [
    'that cannot be looked at is presumed over once its lease has expired',
    {...own, ...expired},
    'unknown',
    'presumed-over',
  ],
  [
    'that cannot be looked at is presumed over once it gave its lease back',
    {...own, released},
    'unknown',
    'presumed-over',
  ],
  ['that cannot be looked at is over once another one was given the lease', other, 'unknown', 'over'],
  ['that cannot be looked at goes on where the lease is an older one', {...other, token: 2}, 'unknown', undefined],
  ['that cannot be looked at goes on where no lease is known', undefined, 'unknown', undefined],
])('a run %s', (_title, lease, processes, is) => {
  expect(endOf(open, lease, processes)?.is).toBe(is)
})

test('of a run without a lease only its processes tell', () => {
  const {token: _, ...leaseless} = open
  expect(endOf(leaseless, other, 'unknown')).toBeUndefined()
  expect(endOf(leaseless, other, 'gone')?.is).toBe('over')
})

test('a run of an earlier boot of this machine is over, and that is said', () => {
  const machine = 'm'
  const past = {...owner, boot: 'before', machine}
  const seen = {lease: undefined, processes: 'gone', now: {...now, machine}} as const
  expect(inferredEnd({...open, owner: past}, seen)?.reason).toMatch(/the machine was booted again since$/)
})

test('an end on record stands', () => {
  const end = {is: 'over', reason: 'killed'} as const
  expect(withInferredEnd({...open, outcome: 'failed'}, end).outcome).toBe('failed')
  expect(withInferredEnd(open, undefined).outcome).toBeUndefined()
  expect(withInferredEnd(open, end)).toMatchObject({outcome: 'interrupted', detail: 'not yet recorded: killed'})
})

test('the slot that such a run has claimed in a fleet is run by nobody, and that is said', () => {
  const claimed = {...open, claimedSlotAt: Date.UTC(2026, 10, 29, 2)}
  const said = 'its slot 2026-11-29T02:00:00Z was claimed in the fleet, so no other host runs it'
  const gone = 'its guard and its job are gone: process 7 no longer runs'
  const passedOn = 'its processes cannot be looked at from here, and r2 has had its lease since'
  expect(endOf(claimed, own, 'gone')?.reason).toBe(`${gone}; ${said}`)
  expect(endOf(claimed, other, 'unknown')?.reason).toBe(`${passedOn}; ${said}`)
})

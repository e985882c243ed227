import {expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {busyText} from '../../../src/usecases/run/busy-text.js'
import {leaseNow, leaseOf} from '../../support/leases.js'

const process = {pid: 7, start: '1'}
const said = (lease: Partial<Lease>, agoMs = 90_000) =>
  busyText(leaseOf('backup', {holder: 'run-1', ...lease}), leaseNow.at + agoMs)

test('a run is skipped with who runs and since when', () => {
  expect(said({process})).toBe('it has been running for 90 s (run run-1, pid 7); see guard lease show backup')
})

test('of a run whose job is known the pid is that of the job', () => {
  expect(said({process, jobProcess: {pid: 8, start: '2'}})).toContain('(run run-1, pid 8)')
})

test('a lease that names no process was taken by hand, and nothing is said to run', () => {
  expect(said({})).toBe('its lease has been held by run-1 for 90 s; see guard lease show backup')
})

test('for how long is left out where the clock was set back since', () => {
  expect(said({process}, -90_000)).toBe('it is running (run run-1, pid 7); see guard lease show backup')
  expect(said({}, -90_000)).toBe('its lease is held by run-1; see guard lease show backup')
})

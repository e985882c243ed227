import {expect, test} from 'vitest'
import {alertsFold} from '../../../src/domain/alert/alert.js'
import {GuardError} from '../../../src/errors.js'
import {alertLateWatchdog, type LateWatchdogDeps} from '../../../src/usecases/watchdog/alert-late-watchdog.js'
import {fakeClock} from '../../support/fake-clock.js'
import {leaseNow, leaseOf} from '../../support/leases.js'
import {memoryJournal} from '../../support/memory-journal.js'

const minute = 60_000
const policy = {lateAfterMs: 15 * minute, repeatAlertAfterMs: 240 * minute}

/** A machine on which the watchdog came by once; each `run` is a run so many minutes later. */
function machine() {
  const clock = fakeClock()
  const told: string[] = []
  const alerts = memoryJournal(alertsFold, clock)
  const deps: LateWatchdogDeps = {clock, alerts, policy, warn: (text) => told.push(text)}
  const run = (minutes: number, of = deps) => {
    const [at, mono] = [leaseNow.at + minutes * minute, leaseNow.mono + minutes * minute]
    alertLateWatchdog(of, leaseOf('guard-watchdog'), {...leaseNow, at, mono})
  }
  return {run, told, alerts, deps}
}

test('a watchdog that comes by is not spoken of', () => {
  const {run, told, alerts} = machine()
  run(15)
  expect([told, alerts.lines]).toEqual([[], []])
})

test('of many runs the first says it, and the next after the repeat interval', () => {
  const {run, told, alerts} = machine()
  for (let minutes = 16; minutes < 480; minutes++) run(minutes)
  expect(told).toEqual([
    'the watchdog is late: its last round was 16m ago, more than 15m; the jobs are not watched',
    'the watchdog is late: its last round was 4h 15m ago, more than 15m; the jobs are not watched',
  ])
  expect(alerts.lines).toMatchObject([
    {kind: 'raised', level: 'WARNING', component: 'guard-watchdog'},
    {kind: 'raised', level: 'WARNING', component: 'guard-watchdog'},
  ])
})

test('a repeat interval that ends soon after the watchdog was late is waited for in full', () => {
  const {run, told, deps} = machine()
  for (let minutes = 14; minutes < 45; minutes++)
    run(minutes, {...deps, policy: {...policy, repeatAlertAfterMs: 20 * minute}})
  expect(told.map((text) => /\d+m ago/.exec(text)?.[0])).toEqual(['16m ago', '35m ago'])
})

test('of two runs that see it at once, the one whose line is second keeps silent', () => {
  const {run, told, deps, alerts} = machine()
  const unread = {...alerts, read: alertsFold.empty}
  run(16)
  run(17, {...deps, alerts: unread})
  expect(told).toHaveLength(1)
})

test('what cannot be remembered is said all the same', () => {
  const {run, told, deps, alerts} = machine()
  const full = {
    ...alerts,
    append: () => {
      throw new GuardError('io', 'disk full')
    },
  }
  run(16, {...deps, alerts: full})
  expect(told).toHaveLength(1)
})

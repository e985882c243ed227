import {expect, test} from 'vitest'
import {alertsFold} from '../../../src/domain/alert/alert.js'
import type {Lease, Leases} from '../../../src/domain/lease/lease.js'
import {noticeLateWatchdog} from '../../../src/usecases/run/notice-late-watchdog.js'
import {fakeClock} from '../../support/fake-clock.js'
import {leaseNow, leaseOf} from '../../support/leases.js'
import {memoryJournal} from '../../support/memory-journal.js'

const minute = 60_000

/** A machine on which the watchdog came by once; each `run` is a run so many minutes later. */
function machine(differing: Partial<Lease> = {}) {
  const clock = fakeClock()
  const start = clock.now()
  const told: string[] = []
  const alerts = memoryJournal(alertsFold, clock)
  const watchdog = leaseOf('guard-watchdog', differing)
  const run = async (minutes: number) => {
    const passedMs = minutes * minute
    clock.advance(start + passedMs - clock.now())
    const late = noticeLateWatchdog({
      clock,
      readClock: () => ({...leaseNow, at: leaseNow.at + passedMs, mono: leaseNow.mono + passedMs}),
      settingsFile: '/project/.guardianrc.yaml',
      lateAfterMs: 15 * minute,
      repeatMs: 240 * minute,
      openAlerts: async () => alerts,
      log: () => {},
      warn: (text) => told.push(text),
    })
    late.sawLeases({byJob: new Map([[watchdog.job, watchdog]])} as unknown as Leases)
    await late.alertIfLate()
  }
  return {run, told, alerts}
}

test('a watchdog that comes by is not spoken of', async () => {
  const {run, told, alerts} = machine()
  await run(15)
  expect([told, alerts.lines]).toEqual([[], []])
})

test('of many runs the first says it, and the next after the repeat interval', async () => {
  const {run, told, alerts} = machine()
  for (let minutes = 16; minutes < 480; minutes++) await run(minutes)
  expect(told).toEqual([
    'the watchdog is late: its last round was 16m ago, more than 15m; the jobs are not watched',
    'the watchdog is late: its last round was 4h 16m ago, more than 15m; the jobs are not watched',
  ])
  expect(alerts.lines).toMatchObject([
    {kind: 'raised', level: 'WARNING', component: 'guard-watchdog'},
    {kind: 'raised', level: 'WARNING', component: 'guard-watchdog'},
  ])
})

test('of several watchdogs the one with the settings of the run counts, or the last one where they have none', async () => {
  const settings = (settingsFile: string) => ({settingsFile, lateAfterMs: 15 * minute, sends: true})
  const {claimId, ttlMs, seenAt, expiresMono, boot, host} = leaseOf('guard-watchdog')
  const round = (settingsFile: string, agoMs: number) => ({
    ...{...settings(settingsFile), claimId, ttlMs, boot, host},
    ...{seenAt: seenAt - agoMs, expiresMono: expiresMono - agoMs},
  })
  const own = machine({settings: settings('/other'), others: [round('/project/.guardianrc.yaml', 20 * minute)]})
  await own.run(1)
  expect(own.told).toEqual([
    'the watchdog of /project/.guardianrc.yaml is late: its last round was 21m ago, more than 15m; the jobs are not watched',
  ])
  const none = machine({settings: settings('/other'), others: [round('/third', 20 * minute)]})
  await none.run(1)
  expect(none.told).toEqual([])
})

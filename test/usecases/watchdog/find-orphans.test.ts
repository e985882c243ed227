import {expect, test} from 'vitest'
import {incidentFold} from '../../../src/domain/incident/incident.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {findOrphans} from '../../../src/usecases/watchdog/find-orphans.js'
import {fakeClock} from '../../support/fake-clock.js'
import {hour, minute} from '../../support/job-facts.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** What `/own` finds beside watchdogs of other settings. Each round is over at once. */
function machine(gone: readonly string[] = []) {
  const clock = fakeClock()
  const incidents = memoryJournal(incidentFold, clock)
  const leases = memoryJournal(leaseFold, clock)
  const asked: string[] = []
  const isGone = async (file: string) => {
    asked.push(file)
    return gone.includes(file)
  }
  const stamp = () => ({uptimeMs: clock.mono()})
  return {
    clock,
    asked,
    watch: (settingsFile: string, job: string, by?: 'run') =>
      incidents.append({kind: 'watched', as: 'x', jobs: [job], settingsFile, by, ...stamp()}, 'durable'),
    open: (job: string) =>
      incidents.append(
        {kind: 'opened', job, verdict: 'failing', reason: 'r', level: 'CRITICAL', ...stamp()},
        'durable',
      ),
    round: (settingsFile: string) => {
      const round = {ttlMs: minute, settingsFile, lateAfterMs: 15 * minute}
      const {record, state} = leases.append({kind: 'claimed', job: 'guard-watchdog', holder: 'w', ...round}, 'durable')
      const token = state.byJob.get('guard-watchdog')?.token
      const over = {kind: 'released', job: 'guard-watchdog', claim: record.id, token, status: 'ok'}
      leases.append(over, 'durable')
    },
    find: async (...names: readonly string[]) => {
      const {ended, orphaned} = await findOrphans(isGone, {
        incidents: incidents.read(),
        leases: leases.read(),
        now: {at: clock.now(), mono: clock.mono(), boot: 'boot-1', host: 'host-1'},
        judge: {settingsFile: '/own', lateAfterMs: 15 * minute, isRun: false},
        names: new Set(names),
      })
      return {ended: Object.fromEntries(ended), orphaned: orphaned.map(({job}) => job)}
    },
  }
}

test('a job that its settings name no longer is not watched by them, and its incident ends', async () => {
  const {watch, open, find} = machine()
  for (const job of ['kept', 'renamed']) watch('/own', job)
  for (const job of ['kept', 'renamed', 'not-yet-on-record']) open(job)
  expect(await find('kept', 'not-yet-on-record')).toEqual({ended: {'/own': ['renamed']}, orphaned: ['renamed']})
})

test('an incident goes on while other settings watch its job, whose file is there and whose watchdog is late by less than a day', async () => {
  const {watch, open, round, find, clock} = machine()
  for (const settingsFile of ['/own', '/other']) watch(settingsFile, 'both')
  open('both')
  round('/other')
  clock.advance(23 * hour)
  expect(await find()).toEqual({ended: {'/own': ['both']}, orphaned: []})
  clock.advance(hour)
  expect(await find()).toEqual({ended: {'/own': ['both'], '/other': ['both']}, orphaned: ['both']})
})

test('settings whose watchdog is late are given up once their file is gone', async () => {
  const {watch, open, round, find, clock} = machine(['/other'])
  watch('/other', 'job')
  open('job')
  round('/other')
  expect(await find()).toEqual({ended: {}, orphaned: []})
  clock.advance(hour)
  expect(await find()).toEqual({ended: {'/other': ['job']}, orphaned: ['job']})
})

test('only files whose watchdog makes no rounds are looked for, each once; jobs without settings have none', async () => {
  const {watch, round, find, clock, asked} = machine()
  for (const job of ['a', 'b']) for (const file of ['/late', '/in-time']) watch(file, job)
  watch('', 'by-hand', 'run')
  watch('/run', 'by-hand', 'run')
  round('/late')
  clock.advance(hour)
  round('/in-time')
  await find()
  expect(asked.sort()).toEqual(['/late', '/run'])
})

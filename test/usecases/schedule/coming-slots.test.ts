import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import {createSlots} from '../../../src/system/host/slots.js'
import {comingSlots, requireSettings} from '../../../src/usecases/schedule/coming-slots.js'
import {schedulerWorld} from '../../support/scheduler-world.js'

const [minute, hour] = [60_000, 3_600_000]

/** It is noon UTC. */
function machine(jobs: Readonly<Record<string, Partial<JobSettings>>>) {
  const {clock, runs, scheduler} = schedulerWorld()
  const whole = Object.entries(jobs).map(([name, own]) => [name, {...jobDefaults, timezone: 'UTC', ...own}])
  const deps = {settings: {jobs: Object.fromEntries(whole)}, slots: createSlots(), runs, scheduler, host: 'host-1'}
  const start = clock.now()
  const coming = (asked: Partial<Parameters<typeof comingSlots>[1]> = {}) =>
    comingSlots(deps, {nowMs: clock.now(), job: undefined, perJob: 1, untilMs: Number.POSITIVE_INFINITY, ...asked})
  return {
    ...{clock, runs, scheduler, coming},
    /** The jobs, each with the minutes from noon after which it is due. */
    due: (asked = {}) => coming(asked).map(({job, dueMs}) => `${job} ${(dueMs - start) / minute}`),
  }
}

test('the jobs with a schedule have slots, whether or not a scheduler starts them, the earliest first', () => {
  const {due} = machine({daily: {schedule: '0 18 * * *'}, hourly: {schedule: '0 * * * *'}, byHand: {}})
  expect(due()).toEqual(['hourly 60', 'daily 360'])
})

test('of each job as many are told as are asked for: one that is due often hides no other', () => {
  const {due} = machine({daily: {schedule: '0 18 * * *'}, often: {schedule: '*/10 * * * *'}})
  expect(due({perJob: 2})).toEqual(['often 10', 'often 20', 'daily 360', 'daily 1800'])
})

test('no slot is told that is due later than asked for, and no other job than asked for', () => {
  const {due, clock} = machine({hourly: {schedule: '0 * * * *'}, other: {schedule: '30 * * * *'}})
  expect(due({perJob: 9, job: 'hourly', untilMs: clock.now() + 2 * hour})).toEqual(['hourly 60', 'hourly 120'])
})

test('a job is due by its own delay on this host after its slot, and the earliest due comes first', () => {
  const spread = {schedule: '0 * * * *', spreadMs: hour}
  const {coming} = machine({spread, plain: {schedule: '1 * * * *'}})
  const [first, second] = coming()
  expect(first?.job).toBe('plain')
  expect(second).toMatchObject({
    job: 'spread',
    slotMs: Date.UTC(2026, 0, 5, 12),
    schedule: '0 * * * *',
    timezone: 'UTC',
  })
  expect(second?.dueMs).toBeGreaterThan(first?.dueMs ?? 0)
})

test('an interval is counted from the last run of its job', () => {
  const {due, runs, clock} = machine({every: {schedule: '@every 1h'}, other: {schedule: '@every 1h'}})
  runs.append({kind: 'started', job: 'every', run: 'run-1'}, 'durable')
  clock.advance(10 * minute)
  runs.append({kind: 'started', job: 'other', run: 'run-2'}, 'durable')
  expect(due()).toEqual(['every 60', 'other 70'])
})

test('a slot that is decided does not come again, also after its scheduler has stopped', () => {
  const {due, scheduler, clock} = machine({hourly: {schedule: '0 * * * *'}})
  scheduler.append({kind: 'adopted', job: 'hourly', schedule: '0 * * * * UTC'}, 'durable')
  scheduler.append({kind: 'fired', job: 'hourly', slot: clock.now() + hour}, 'durable')
  scheduler.append({kind: 'started', pid: 7}, 'durable')
  scheduler.append({kind: 'stopped', reason: 'stop'}, 'durable')
  expect(due()).toEqual(['hourly 120'])
})

test('settings by which no job runs have no slots; those in which some job is wrong have', () => {
  const wrong = {message: 'wrong', jobs: {}, parts: []}
  requireSettings({})
  requireSettings({wrong})
  expect(() => requireSettings({wrong: {...wrong, refusal: 'no job runs'}})).toThrow(
    expect.objectContaining({kind: 'config', message: 'no slot is known: no job runs'}),
  )
})

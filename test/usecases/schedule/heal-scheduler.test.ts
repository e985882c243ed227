import {expect, test} from 'vitest'
import type {Alert} from '../../../src/domain/alert/alert.js'
import type {SchedulerFacts} from '../../../src/domain/health/scheduler.js'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'
import {healScheduler} from '../../../src/usecases/schedule/heal-scheduler.js'

const minute = 60_000

/** A machine whose scheduler was started at 0, and has given its last sign a minute later. */
function machine(foreground: boolean) {
  const state = schedulerFold.empty()
  let now = 0
  const write = (record: object) => schedulerFold.apply(state, {...record, at: now} as never)
  write({kind: 'started', id: 'one', pid: 7, ...(foreground && {foreground})})
  now = minute
  write({kind: 'heartbeat'})
  const done: string[] = []
  const alerts: Alert[] = []
  const roundAt = (atMs: number, is: SchedulerFacts['is']) => {
    now = atMs
    return healScheduler({
      clock: {now: () => now},
      scheduler: {read: () => state, append: (entry) => ({verdict: write(entry), state}) as never},
      look: async () => ({is, text: `the scheduler is ${is}`}),
      end: async () => done.push('end'),
      start: async () => done.push('start'),
      cannotStart: () => undefined,
      raiseAlert: (alert) => alerts.push(alert),
    })
  }
  return {roundAt, done, alerts}
}

test('a daemon that has died is started again at once, and none is ended that was started in its place meanwhile', async () => {
  const {roundAt, done, alerts} = machine(false)
  expect(await roundAt(minute + 1, 'dead')).toBe('the scheduler is dead; it was started again')
  expect(done).toEqual(['start'])
  expect(alerts).toMatchObject([{level: 'WARNING'}])
})

test('a daemon that hangs is ended before it is started again', async () => {
  const {roundAt, done} = machine(false)
  expect(await roundAt(5 * minute, 'late')).toBe('the scheduler is late; it was started again')
  expect(done).toEqual(['end', 'start'])
})

test('one in the foreground is left to its service manager, and a person is called once that one does not start it', async () => {
  const {roundAt, done, alerts} = machine(true)
  expect(await roundAt(2 * minute, 'dead')).toBe(undefined)
  expect(await roundAt(3 * minute, 'dead')).toMatch(/such as systemd, has not started it again$/)
  await roundAt(4 * minute, 'dead')
  expect(done).toEqual([])
  expect(new Set(alerts.map(({level, key}) => `${level} ${key}`))).toEqual(new Set(['CRITICAL scheduler-dead:one']))
})

test('one in the foreground that hangs is ended, which has its service manager start it', async () => {
  const {roundAt, done, alerts} = machine(true)
  expect(await roundAt(5 * minute, 'late')).toMatch(/it was ended, so that its service manager starts it again$/)
  expect(done).toEqual(['end'])
  expect(alerts).toMatchObject([{level: 'WARNING'}])
})

test.each(['running', 'stopped', 'unknown', 'never-used'] as const)('one that is %s is left alone', async (is) => {
  const {roundAt, done, alerts} = machine(false)
  expect(await roundAt(5 * minute, is)).toBe(undefined)
  expect([...done, ...alerts]).toEqual([])
})

import {expect, test} from 'vitest'
import type {PendingSlot} from '../../../src/domain/scheduler/launch-order.js'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'
import {GuardError} from '../../../src/errors.js'
import type {Decider} from '../../../src/usecases/schedule/decide-slots.js'
import type {Launcher} from '../../../src/usecases/schedule/launcher.js'
import {schedulerLoop, takeOver} from '../../../src/usecases/schedule/scheduler-loop.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

/** A scheduler without jobs, of which each round has another claim; it stops after the last one. */
function rounds(claims: readonly string[], announce: () => void, {stepMs = 0} = {}) {
  const clock = fakeClock()
  const left = [...claims]
  let claimId = left.shift() ?? ''
  const said: string[] = []
  let forgotten = 0
  const decider: Decider = {
    setJobs: () => undefined,
    forget: () => {
      forgotten++
    },
    waiting: () => (stepMs < 0 ? {jobs: ['tick'], untilMs: Date.UTC(2026, 0, 5, 13)} : undefined),
    decide: () => undefined,
  }
  const launcher = {launch: () => undefined, counts: () => ({running: 0, queued: 0, lateMs: undefined})}
  const ended = schedulerLoop({
    ...{clock, decider, announce, launcher: launcher as unknown as Launcher},
    journal: memoryJournal(schedulerFold, clock),
    lease: {
      current: () => ({claimId, token: 1}),
      keep: async () => {
        claimId = left.shift() ?? claimId
        if (claimId === 'lost') throw new GuardError('fenced', 'the lease is lost')
        clock.jump(stepMs)
        return 'held'
      },
      release: () => undefined,
    },
    wakeup: {wake: () => undefined, wait: async (ms) => clock.advance(ms)},
    stopAsked: () => (left.length === 0 ? 'SIGTERM' : undefined),
    reloader: {look: async () => undefined},
    log: (text) => said.push(text),
  })
  return {ended, said, forgotten: () => forgotten}
}

test('a scheduler whose lease was taken anew is announced anew, once, and decides on all jobs again', async () => {
  let announced = 0
  const {ended, forgotten} = rounds(['a', 'a', 'b', 'b', 'b'], () => {
    announced++
  })
  expect(await ended).toBe('SIGTERM')
  expect([announced, forgotten()]).toEqual([1, 1])
})

test('it is announced at a later round if that failed', async () => {
  let tries = 0
  const {ended, said} = rounds(['a', 'b', 'b', 'b', 'b'], () => {
    if (++tries < 3) throw new GuardError('io', 'disk full')
  })
  await ended
  expect(tries).toBe(3)
  const ofStart = said.filter((text) => text.includes('its start'))
  expect(ofStart).toEqual(['its start: disk full', expect.stringContaining('recorded anew'), 'its start: well again'])
})

test('one that is asked to stop while its lease is another scheduler’s does not end as one that stops', async () => {
  const {ended} = rounds(['lost'], () => undefined)
  await expect(ended).rejects.toMatchObject({kind: 'fenced'})
})

test('a clock that was set back is said, and until when jobs wait for it', async () => {
  const {ended, said} = rounds(['a', 'a', 'a'], () => undefined, {stepMs: -3_600_000})
  await ended
  expect(said).toContain('the clock was set back by 3600 s')
  expect(said).toContain(
    'tick waits until 2026-01-05T13:00:00.000Z, because the clock was set back and no slot is run twice',
  )
})

test('a slot of an earlier scheduler is started once its guard has had its time, and the jitter of its job', () => {
  const clock = fakeClock()
  const journal = memoryJournal(schedulerFold, clock)
  for (const job of ['plain', 'late']) journal.append({kind: 'adopted', job, schedule: '* * * * *'}, 'buffered')
  clock.advance(60_000)
  for (const job of ['plain', 'late']) journal.append({kind: 'fired', job, slot: clock.now()}, 'buffered')
  const added: [string, number][] = []
  const addEarlier = ({job}: PendingSlot, inMs: number) => void added.push([job, inMs])
  const catchUp = {mode: 'once', windowMs: 3_600_000, limit: 1} as const
  const job = {expression: '* * * * *', timezone: 'UTC', spreadMs: 0, catchUp}
  takeOver({clock, journal, launcher: {addEarlier} as unknown as Launcher, log: () => undefined}, journal.read(), {
    jobs: [
      {...job, name: 'plain'},
      {...job, name: 'late', jitterMs: 600_000},
    ],
    ...{host: 'here', relaunchAfterMs: 60_000, isKnown: () => true, isStarted: () => false},
  })
  expect(added).toEqual([
    ['plain', 60_000],
    ['late', 660_000],
  ])
})

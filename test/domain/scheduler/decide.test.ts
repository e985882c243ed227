import {expect, test} from 'vitest'
import {decideSlots, type ScheduledJob} from '../../../src/domain/scheduler/decide.js'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'
import {spreadOf} from '../../../src/domain/scheduler/spread.js'
import {createSlots} from '../../../src/system/host/slots.js'
import {createScheduler, minutely, scheduled} from '../../support/scheduler-days.js'

const at = (text: string) => Date.parse(`2026-03-02T${text}Z`)
const day = 86_400_000

test('the slots of a job count from its first sight on', () => {
  const scheduler = createScheduler([scheduled('0 * * * *')])
  expect(scheduler.decideAt(at('10:30:00'))).toMatchObject([{kind: 'adopted', job: 'j', schedule: '0 * * * * UTC'}])
  expect(scheduler.nextAtMs).toBe(at('11:00:00'))
  expect(scheduler.decideAt(at('10:59:59.999'))).toEqual([])
  expect(scheduler.decideAt(at('11:00:00'))).toMatchObject([
    {kind: 'fired', job: 'j', slot: at('11:00:00'), key: 'j#2026-03-02T11:00:00.000Z'},
  ])
})

test('a new schedule counts from its first sight on', () => {
  const scheduler = createScheduler([scheduled('0 * * * *')])
  scheduler.decideAt(at('10:30:00'))
  scheduler.jobs = [scheduled('15 * * * *')]
  expect(scheduler.decideAt(at('12:20:00'))).toMatchObject([{kind: 'adopted'}])
  expect(scheduler.decideAt(at('13:15:00'))).toMatchObject([{kind: 'fired', slot: at('13:15:00')}])
})

test('after an absence of seconds all slots are caught up, in order, though the last ones are hardly late', () => {
  const catchUp = {mode: 'all', windowMs: day, limit: 10} as const
  const scheduler = createScheduler([scheduled('*/5 * * * * *', {catchUp})])
  scheduler.decideAt(at('10:30:00'))
  expect(scheduler.decideAt(at('10:30:16'))).toMatchObject(
    ['05', '10', '15'].map((second) => ({kind: 'fired', slot: at(`10:30:${second}`), catchUp: true})),
  )
  expect(scheduler.decideAt(at('10:30:20'))[0]).not.toHaveProperty('catchUp')
})

test.each<[string, ScheduledJob['catchUp'], object[]]>([
  [
    'skip runs none',
    {mode: 'skip', windowMs: day, limit: 10},
    [{kind: 'missed', from: at('11:00:00'), slot: at('14:00:00'), reason: 'catchUp is skip'}],
  ],
  [
    'once runs the last, and says so of the others',
    {mode: 'once', windowMs: day, limit: 10},
    [
      {kind: 'missed', from: at('11:00:00'), slot: at('13:00:00'), reason: expect.stringContaining('is run for it')},
      {kind: 'fired', slot: at('14:00:00'), catchUp: true},
    ],
  ],
  [
    'once runs none that is older than its window',
    {mode: 'once', windowMs: 60_000, limit: 10},
    [{kind: 'missed', slot: at('14:00:00'), reason: expect.stringContaining('older than the window')}],
  ],
  [
    'all runs each, in order',
    {mode: 'all', windowMs: day, limit: 10},
    ['11', '12', '13', '14'].map((hour) => ({kind: 'fired', slot: at(`${hour}:00:00`), catchUp: true})),
  ],
  [
    'all runs the last of them up to its limit',
    {mode: 'all', windowMs: day, limit: 2},
    [
      {kind: 'missed', slot: at('12:00:00'), reason: 'catchUp takes the last 2'},
      {kind: 'fired', slot: at('13:00:00')},
      {kind: 'fired', slot: at('14:00:00')},
    ],
  ],
  [
    'all runs those within its window',
    {mode: 'all', windowMs: 2 * 3_600_000, limit: 10},
    [
      {kind: 'missed', slot: at('12:00:00'), reason: expect.stringContaining('older than the window')},
      {kind: 'fired', slot: at('13:00:00')},
      {kind: 'fired', slot: at('14:00:00')},
    ],
  ],
])('after an absence, %s', (_title, catchUp, records) => {
  const scheduler = createScheduler([scheduled('0 * * * *', {catchUp})])
  scheduler.decideAt(at('10:30:00'))
  expect(scheduler.decideAt(at('14:30:00'))).toMatchObject(records)
  expect(scheduler.decideAt(at('14:30:01'))).toEqual([])
  expect(scheduler.decideAt(at('15:00:00'))).toMatchObject([{kind: 'fired', slot: at('15:00:00')}])
})

test('a slot on time is run whatever catchUp says, and those before it are told as missed', () => {
  const scheduler = createScheduler([minutely({catchUp: {mode: 'skip', windowMs: day, limit: 10}})])
  scheduler.decideAt(at('10:00:30'))
  expect(scheduler.decideAt(at('10:05:00'))).toMatchObject([
    {kind: 'missed', from: at('10:01:00'), slot: at('10:04:00')},
    {kind: 'fired', slot: at('10:05:00')},
  ])
})

test('a clock that is set back shows no slot that is run again', () => {
  const scheduler = createScheduler([minutely()])
  scheduler.decideAt(at('12:00:30'))
  scheduler.decideAt(at('12:01:00'))
  expect(scheduler.decideAt(at('10:00:00'))).toEqual([])
  expect(scheduler.nextAtMs).toBe(at('12:02:00'))
  expect(scheduler.decideAt(at('12:02:00'))).toMatchObject([{kind: 'fired', slot: at('12:02:00')}])
})

test('@every does not wait for a clock that was set back', () => {
  const scheduler = createScheduler([scheduled('@every 10m')])
  scheduler.decideAt(at('12:00:00'))
  scheduler.decideAt(at('12:10:00'))
  scheduler.lastStart = at('12:10:00.050')
  expect(scheduler.decideAt(at('11:10:30'))).toMatchObject([{kind: 'adopted', reason: 'the clock was set back'}])
  expect(scheduler.decideAt(at('11:20:29'))).toEqual([])
  expect(scheduler.decideAt(at('11:20:30'))).toMatchObject([{kind: 'fired', slot: at('11:20:30')}])
  scheduler.lastStart = at('11:20:30')
  expect(scheduler.decideAt(at('11:30:30'))).toMatchObject([{kind: 'fired', slot: at('11:30:30')}])
})

test('@every keeps its period when a clock is set back by a moment', () => {
  const scheduler = createScheduler([scheduled('@every 10m')])
  scheduler.decideAt(at('12:00:00'))
  scheduler.decideAt(at('12:10:00'))
  scheduler.lastStart = at('12:10:00.050')
  expect(scheduler.decideAt(at('12:09:59.900'))).toMatchObject([{kind: 'adopted'}])
  expect(scheduler.decideAt(at('12:10:00'))).toEqual([])
  expect(scheduler.decideAt(at('12:20:00'))).toEqual([])
  expect(scheduler.decideAt(at('12:20:00.050'))).toMatchObject([{kind: 'fired', slot: at('12:20:00.050')}])
})

test('a start by hand that a clock has not come to again is not what @every is counted from', () => {
  const scheduler = createScheduler([scheduled('@every 2h')])
  scheduler.decideAt(at('10:00:00'))
  scheduler.decideAt(at('12:00:00'))
  scheduler.lastStart = at('13:30:00')
  expect(scheduler.decideAt(at('12:40:00'))).toEqual([])
  expect(scheduler.nextAtMs).toBe(at('14:00:00'))
})

test('a clock that was wrong by more than a day is not waited for', () => {
  const scheduler = createScheduler([minutely()])
  scheduler.decideAt(at('12:00:30') + 30 * day)
  scheduler.decideAt(at('12:01:00') + 30 * day)
  expect(scheduler.decideAt(at('12:00:30'))).toMatchObject([{kind: 'adopted', reason: /clock was set back/}])
  expect(scheduler.decideAt(at('12:01:00'))).toMatchObject([{kind: 'fired', slot: at('12:01:00')}])
})

test('spread delays each slot of a job by the same span, and advances none', () => {
  const spreadMs = 600_000
  const spread = spreadOf('host', 'j', spreadMs)
  expect(spread).toBeGreaterThan(0)
  expect(spread).toBeLessThan(spreadMs)
  const scheduler = createScheduler([scheduled('0 * * * *', {spreadMs})])
  scheduler.decideAt(at('10:59:00'))
  expect(scheduler.nextAtMs).toBeLessThanOrEqual(at('11:00:00') + spreadMs)
  expect(scheduler.decideAt(at('11:00:00') + spread - 1)).toEqual([])
  expect(scheduler.nextAtMs).toBe(at('11:00:00') + spread)
  expect(scheduler.decideAt(at('11:00:00') + spread)).toMatchObject([{kind: 'fired', slot: at('11:00:00')}])
})

test('jobs of one schedule are spread over its span', () => {
  const spreads = Array.from({length: 1000}, (_, index) => spreadOf('host', `job-${index}`, 600_000))
  const perMinute = Array.from({length: 10}, (_, minute) => spreads.filter((ms) => Math.floor(ms / 60_000) === minute))
  for (const jobs of perMinute) expect(jobs.length).toBeGreaterThan(50)
})

test('@every is counted from the last start, else from the first sight', () => {
  const scheduler = createScheduler([scheduled('@every 90m')])
  scheduler.decideAt(at('10:00:00'))
  expect(scheduler.nextAtMs).toBe(at('11:30:00'))
  expect(scheduler.decideAt(at('11:30:00'))).toMatchObject([{kind: 'fired', slot: at('11:30:00')}])
  scheduler.lastStart = at('11:40:00')
  expect(scheduler.decideAt(at('13:00:00'))).toEqual([])
  expect(scheduler.decideAt(at('13:10:00'))).toMatchObject([{kind: 'fired', slot: at('13:10:00')}])
})

test('the period of @every is the same with a spread, of whatever length', () => {
  const hour = 3_600_000
  for (const spreadMs of [10 * 60_000, 3 * hour]) {
    const spread = spreadOf('host', 'j', spreadMs)
    const scheduler = createScheduler([scheduled('@every 1h', {spreadMs})])
    scheduler.decideAt(at('10:00:00'))
    for (const count of [1, 2, 3, 4]) {
      const dueMs = at('10:00:00') + count * hour + spread
      expect(scheduler.decideAt(dueMs - 1)).toEqual([])
      expect(scheduler.decideAt(dueMs)).toMatchObject([{kind: 'fired', slot: dueMs - spread}])
      scheduler.lastStart = dueMs
    }
  }
})

test('a thousand jobs that are due in one second are fired in one decision', () => {
  const jobs = Array.from({length: 1000}, (_, index) => minutely({name: `job-${index}`}))
  const scheduler = createScheduler(jobs)
  scheduler.decideAt(at('10:00:30'))
  expect(scheduler.decideAt(at('10:01:00')).filter(({kind}) => kind === 'fired')).toHaveLength(1000)
})

test('fired slots stay open until a run of theirs is known', () => {
  const scheduler = createScheduler([minutely()])
  scheduler.decideAt(at('10:00:30'))
  scheduler.decideAt(at('10:01:00'))
  scheduler.decideAt(at('10:02:00'))
  const open = () =>
    scheduler
      .state()
      .jobs.get('j')
      ?.open.map(({slotMs}) => slotMs)
  expect(open()).toEqual([at('10:01:00'), at('10:02:00')])
  scheduler.started = [at('10:01:00')]
  scheduler.decideAt(at('10:03:00'))
  expect(open()).toEqual([at('10:02:00'), at('10:03:00')])
})

test('the state is the same after it was saved and restored', () => {
  const scheduler = createScheduler([minutely()])
  for (const minute of ['00:30', '01:00', '02:00']) scheduler.decideAt(at(`10:${minute}`))
  const saved = JSON.parse(JSON.stringify(schedulerFold.save(scheduler.state())))
  expect(schedulerFold.restore(saved)).toEqual(scheduler.state())
})

test('of two schedulers that decide at once one is void', () => {
  const jobs = [minutely()]
  const state = schedulerFold.empty()
  const facts = {
    host: 'host',
    slots: createSlots(),
    lastStartOf: () => undefined,
    isStarted: () => false,
  }
  const append = (nowMs: number) => (record: object) => schedulerFold.apply(state, {...record, at: nowMs})
  const adopted = decideSlots(state, jobs, {...facts, nowMs: at('10:00:30')}).records
  expect([...adopted, ...adopted].map(append(at('10:00:30')))).toEqual(['ok', 'void'])
  const fired = decideSlots(state, jobs, {...facts, nowMs: at('10:01:00')}).records
  expect([...fired, ...fired].map(append(at('10:01:00')))).toEqual(['ok', 'void'])
})

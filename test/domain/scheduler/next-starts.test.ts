import {expect, test} from 'vitest'
import {nextStarts, type SlotRecords, slotsOnDuty} from '../../../src/domain/scheduler/next-starts.js'
import type {JobSlots} from '../../../src/domain/scheduler/scheduler.js'
import {createSlots} from '../../../src/system/host/slots.js'

const at = (text: string) => Date.parse(`2026-03-02T${text}Z`)
const minute = 60_000

const hourly = {expression: '0 * * * *', timezone: 'UTC'}
const every = {expression: '@every 1h', timezone: undefined}
const never: SlotRecords = {known: undefined, lastStartMs: undefined}

function knownSince(sinceMs: number, schedule: string, decidedMs?: number): JobSlots {
  return {schedule, sinceMs, open: [], ...(decidedMs !== undefined && {decidedMs})}
}

function startsOf(job: typeof hourly | typeof every, records: SlotRecords, nowMs: number, spread = 0) {
  const asked = {nowMs, slots: createSlots(), spread, count: 2, untilMs: Number.POSITIVE_INFINITY}
  return nextStarts(job, records, asked).map(({dueMs}) => dueMs)
}

test('a job is started by its spread after its slots, also when the time of a slot has passed and its spread has not', () => {
  expect(startsOf(hourly, never, at('10:30:00'), 5 * minute)).toEqual([at('11:05:00'), at('12:05:00')])
  expect(startsOf(hourly, never, at('11:02:00'), 5 * minute)).toEqual([at('11:05:00'), at('12:05:00')])
})

test('a slot that is decided is not started again, though a clock that was set back shows it again', () => {
  const known = knownSince(at('08:00:00'), '0 * * * * UTC', at('12:00:00'))
  expect(startsOf(hourly, {known, lastStartMs: undefined}, at('11:30:00'))).toEqual([at('13:00:00'), at('14:00:00')])
})

test('what a clock decided that was wrong by days does not count', () => {
  const known = knownSince(at('08:00:00'), '0 * * * * UTC', at('12:00:00') + 30 * 86_400_000)
  expect(startsOf(hourly, {known, lastStartMs: undefined}, at('11:30:00'))[0]).toBe(at('12:00:00'))
})

test('@every is counted from the last start, before the first one from when the scheduler saw it, else it is unknown', () => {
  const known = knownSince(at('10:10:00'), '@every 1h')
  expect(startsOf(every, {known, lastStartMs: at('10:20:00')}, at('10:30:00'))[0]).toBe(at('11:20:00'))
  expect(startsOf(every, {known, lastStartMs: undefined}, at('10:30:00'))[0]).toBe(at('11:10:00'))
  expect(startsOf(every, never, at('10:30:00'))).toEqual([])
})

test('the spread delays the first start of @every, and the time from one start to the next stays the same', () => {
  const known = knownSince(at('10:10:00'), '@every 1h')
  const first = {known, lastStartMs: undefined}
  expect(startsOf(every, first, at('10:30:00'), 20 * minute)).toEqual([at('11:30:00'), at('12:30:00')])
  const started = {known: knownSince(at('10:10:00'), '@every 1h', at('11:10:00')), lastStartMs: at('11:30:00')}
  expect(startsOf(every, started, at('11:40:00'), 20 * minute)).toEqual([at('12:30:00'), at('13:30:00')])
})

test('what is on record of another schedule of the job does not count', () => {
  const known = knownSince(at('10:10:00'), '@every 2h')
  expect(startsOf(every, {known, lastStartMs: undefined}, at('10:30:00'))).toEqual([])
})

test('a scheduler that was stopped, or never started, starts no job', () => {
  const known = knownSince(at('10:10:00'), '@every 1h')
  const daemon = {id: 'd', pid: 1, startedAt: at('10:00:00'), heartbeatAt: undefined}
  const state = {jobs: new Map([['job', known]]), heals: []}
  expect(slotsOnDuty({...state, daemon}, 'job')).toBe(known)
  expect(slotsOnDuty({...state, daemon: {...daemon, stopped: {at: at('10:20:00'), reason: 'TERM'}}}, 'job')).toBe(
    undefined,
  )
  expect(slotsOnDuty({...state, daemon: undefined}, 'job')).toBe(undefined)
})

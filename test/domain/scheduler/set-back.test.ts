import {expect, test} from 'vitest'
import {judgeSchedulerStart} from '../../../src/domain/diagnose/scheduler-findings.js'
import {judgeScheduler} from '../../../src/domain/health/scheduler.js'
import {waitingJobs, waitingText} from '../../../src/domain/scheduler/set-back.js'

const at = (text: string) => Date.parse(`2026-03-02T${text}Z`)
const slots = (schedule: string, decidedMs: number) => ({schedule, sinceMs: at('08:00:00'), decidedMs, open: []})
const job = (name: string, expression: string) => ({name, expression, timezone: undefined})

const hourly = job('hourly', '0 * * * *')
const minutely = job('minutely', '* * * * *')
const every = job('every', '@every 5m')
const known = new Map([
  ['hourly', slots('0 * * * *', at('12:00:00'))],
  ['minutely', slots('* * * * *', at('12:30:00'))],
  ['every', slots('@every 5m', at('12:30:00'))],
])
const all = [hourly, minutely, every]

test('after a clock was set back jobs wait until it is where it was, but for those with @every', () => {
  expect(waitingJobs({jobs: known}, all, at('12:30:10'))).toBeUndefined()
  expect(waitingJobs({jobs: known}, all, at('11:30:10'))).toEqual({
    jobs: ['hourly', 'minutely'],
    untilMs: at('12:30:00'),
  })
  expect(waitingJobs({jobs: known}, all, at('12:10:00'))?.jobs).toEqual(['minutely'])
})

test('a clock that was set right by seconds, or was wrong by days, is not waited for', () => {
  expect(waitingJobs({jobs: known}, all, at('12:29:30'))).toBeUndefined()
  expect(waitingJobs({jobs: known}, all, at('12:30:00') - 30 * 86_400_000)).toBeUndefined()
})

test('a job that the settings have no longer, or by another schedule, waits for nothing', () => {
  expect(waitingJobs({jobs: known}, [job('hourly', '5 * * * *')], at('11:30:00'))).toBeUndefined()
})

test('health and doctor say which jobs wait, and until when', () => {
  const waiting = waitingText({jobs: ['hourly'], untilMs: at('12:00:00')}, '2 Mar at 12:00')
  expect(waiting).toBe('hourly waits until 2 Mar at 12:00, because the clock was set back and no slot is run twice')
  expect(waitingText({jobs: ['a', 'b'], untilMs: 0}, '12:00')).toMatch(/^2 jobs wait until 12:00/)
  const facts = {is: 'running', text: 'the scheduler runs, pid 1', waiting} as const
  const reason = `the scheduler runs, pid 1; ${waiting}`
  expect(judgeScheduler(facts, {open: new Map()})).toMatchObject({verdict: 'degraded', reason})
  expect(judgeSchedulerStart(facts, [], {lines: []} as never)).toMatchObject([{level: 'look', proof: reason}])
})

import {afterEach, beforeEach, expect, onTestFinished, test, vi} from 'vitest'
import type {JobExit} from '../../../src/system/process/job-command.js'
import type {JobProcess} from '../../../src/system/process/job-process.js'
import {type AttemptLimits, supervise} from '../../../src/system/process/supervise.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function job(limits: Partial<AttemptLimits>) {
  let exit: (exit: JobExit) => void = () => undefined
  const exited = new Promise<JobExit>((resolve) => {
    exit = resolve
  })
  const process: JobProcess = {
    ...{pid: 1, exited},
    signal: (name) => void signals.push(name),
    forget: () => void signals.push('forgotten'),
  }
  const signals: string[] = []
  const ends: number[] = []
  const ended = supervise(
    process,
    {timeoutMs: undefined, silenceMs: undefined, killAfterMs: 10, lastWriteMs: () => 0, ...limits},
    async (_, killAfterMs) => {
      ends.push(killAfterMs)
      exit({code: undefined, signal: 'SIGTERM'})
      return report
    },
  )
  return {exit, ended, ends, signals}
}

const report = {survivors: [], killed: false, isProven: true}
const day = 86_400_000

test('a job that ends by itself is left alone', async () => {
  const {exit, ended, ends} = job({timeoutMs: 1000, silenceMs: 1000})
  exit({code: 3, signal: undefined})
  expect(await ended).toEqual({code: 3, signal: undefined, timedOut: false, silent: false})
  await vi.advanceTimersByTimeAsync(5000)
  expect(ends).toEqual([])
})

test('a job that passes its timeout is ended', async () => {
  const {ended, ends} = job({timeoutMs: 1000})
  await vi.advanceTimersByTimeAsync(999)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(await ended).toEqual({code: undefined, signal: 'SIGTERM', timedOut: true, silent: false, stopped: report})
  expect(ends).toEqual([10])
})

test('a timeout that is longer than the longest timer is exact', async () => {
  const {ended, ends} = job({timeoutMs: 30 * day})
  await vi.advanceTimersByTimeAsync(30 * day - 1)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect((await ended).timedOut).toBe(true)
})

test('silence counts from the last output', async () => {
  const begun = Date.now()
  const {ended, ends} = job({silenceMs: 1000, lastWriteMs: () => Math.min(Date.now(), begun + 2500)})
  await vi.advanceTimersByTimeAsync(3400)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect(await ended).toMatchObject({timedOut: false, silent: true})
})

test('a log that is older than the run does not make it silent at once', async () => {
  const {ended, ends} = job({silenceMs: 1000, lastWriteMs: () => 0})
  await vi.advanceTimersByTimeAsync(900)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect((await ended).silent).toBe(true)
})

test('a limit of 0 means no limit, as with timeout(1)', async () => {
  const {exit, ended, ends} = job({timeoutMs: 0, silenceMs: 0})
  await vi.advanceTimersByTimeAsync(day)
  expect(ends).toEqual([])
  exit({code: 0, signal: undefined})
  expect((await ended).timedOut).toBe(false)
})

test('a job whose reader has gone gets PIPE, and is left to end by it', async () => {
  const {exit, ended, ends, signals} = job({readerGone: Promise.resolve()})
  await vi.advanceTimersByTimeAsync(5)
  exit({code: undefined, signal: 'SIGPIPE'})
  expect(await ended).toMatchObject({signal: 'SIGPIPE', readerGone: true, timedOut: false, silent: false})
  expect([signals, ends]).toEqual([['SIGPIPE'], []])
})

test('a job that survives PIPE is stopped after killAfter', async () => {
  const {ended, ends} = job({readerGone: Promise.resolve()})
  await vi.advanceTimersByTimeAsync(9)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(await ended).toMatchObject({signal: 'SIGTERM', readerGone: true})
  expect(ends).toEqual([10])
})

test('a job that was asked to end is stopped, by the signal that it has got', async () => {
  const {ended, ends, signals} = job({endAsked: Promise.resolve('SIGHUP' as const)})
  expect(await ended).toMatchObject({signal: 'SIGTERM', timedOut: false, silent: false, stopped: report})
  expect([ends, signals]).toEqual([[10], []])
})

test('a timer that comes late, because guard was stopped, counts its slice and a second', async () => {
  const {ended, ends} = job({timeoutMs: 10_000})
  await vi.advanceTimersByTimeAsync(2000)
  vi.setSystemTime(Date.now() + day)
  const real = process.hrtime
  process.hrtime = Object.assign(() => [real()[0] + day / 1000, real()[1]] as [number, number], {bigint: real.bigint})
  onTestFinished(() => {
    process.hrtime = real
  })
  await vi.advanceTimersByTimeAsync(6900)
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(200)
  expect((await ended).timedOut).toBe(true)
})

import {expect, test} from 'vitest'
import {durationEnvelope, gapEnvelope, gapsOf, judgeDuration, judgeGap} from '../../../src/domain/run/envelope.js'
import {withGoodRun} from '../../../src/domain/run/usual-time.js'
import {fc} from '../../support/properties.js'

const of = (goodTimes: readonly number[]) => durationEnvelope({goodTimes})
const repeat = (count: number, ms: number) => Array.from({length: count}, () => ms)

test('nothing is said before 8 good runs', () => {
  expect(of([])).toBeUndefined()
  expect(of(repeat(7, 60_000))).toBeUndefined()
  expect(of(repeat(8, 60_000))).toBeDefined()
  expect(durationEnvelope({})).toBeUndefined()
})

test.each([
  ['20 % where the runs are alike', repeat(8, 60_000), {usualMs: 60_000, fromMs: 48_000, toMs: 72_000}],
  ['a second where they are short', repeat(8, 100), {usualMs: 100, fromMs: 0, toMs: 1100}],
  [
    '3 × 1.4826 × MAD where they differ',
    [80, 85, 90, 95, 100, 105, 110, 115, 120].map((s) => s * 1000),
    {usualMs: 100_000, fromMs: 55_522, toMs: 144_478},
  ],
])('the envelope is at least %s', (_title, times, envelope) => {
  expect(of(times)).toEqual(envelope)
})

test.each([
  [47_999, 'short'],
  [48_000, 'usual'],
  [72_000, 'usual'],
  [72_001, 'long'],
])('beside 48 to 72 s, %i ms are %s', (ms, judged) => {
  expect(judgeDuration(ms, of(repeat(8, 60_000))!)).toBe(judged)
})

/** A job whose runs differ by less than a third of the floor. */
const steady = fc
  .record({
    usual: fc.integer({min: 1, max: 10_000_000}),
    noise: fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 8, maxLength: 30}),
  })
  .map(({usual, noise}) => noise.map((part) => usual + part * 0.3 * Math.max(1000, 0.2 * usual)))

test('one outlier moves the envelope of a steady job by at most one floor', () => {
  fc.assert(
    fc.property(steady, fc.integer({min: 0, max: 100_000_000}), (times, outlier) => {
      const [before, after] = [of(times)!, of(withGoodRun(times, outlier))!]
      const floor = Math.max(1000, 0.2 * before.usualMs)
      for (const key of ['usualMs', 'fromMs', 'toMs'] as const)
        expect(Math.abs(after[key] - before[key])).toBeLessThanOrEqual(floor + 1)
    }),
  )
})

test('a step change is followed within 30 runs', () => {
  const time = fc.integer({min: 1, max: 10_000_000})
  fc.assert(
    fc.property(fc.array(time, {maxLength: 30}), time, (before, now) => {
      const after = repeat(30, now).reduce<readonly number[]>(withGoodRun, before)
      expect(of(after)).toEqual(of(repeat(30, now)))
    }),
  )
  const stepped = (runs: number) =>
    of(repeat(runs, 600_000).reduce<readonly number[]>(withGoodRun, repeat(30, 60_000)))!
  expect(judgeDuration(600_000, stepped(1))).toBe('long')
  expect(judgeDuration(600_000, stepped(15))).toBe('usual')
})

test('an envelope holds its usual value, and everything in it is usual', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 0, max: 10_000_000}), {minLength: 8, maxLength: 30}), (times) => {
      const envelope = of(times)!
      expect(envelope.fromMs).toBeGreaterThanOrEqual(0)
      for (const ms of Object.values(envelope)) expect(judgeDuration(ms, envelope)).toBe('usual')
    }),
  )
})

test('a start is too often or too seldom by the gaps between the starts before', () => {
  const starts = Array.from({length: 9}, (_, index) => index * 300_000)
  expect(gapEnvelope({starts: starts.slice(1)})).toBeUndefined()
  const envelope = gapEnvelope({starts})!
  expect(envelope).toEqual({usualMs: 300_000, fromMs: 240_000, toMs: 360_000})
  expect([10_000, 300_000, 900_000].map((ms) => judgeGap(ms, envelope))).toEqual(['too-often', 'usual', 'too-seldom'])
})

test('a clock that was set back makes no gap', () => {
  expect(gapsOf([0, 10, 5, 25])).toEqual([10, 20])
})

import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {median} from '../../../src/domain/run/usual-time.js'

test.each<[number[], number | undefined]>([
  [[], undefined],
  [[7], 7],
  [[1, 9, 2], 2],
  [[1, 1, 1, 1000], 1],
])('the usual time of %j is %s', (times, usual) => {
  expect(median(times)).toBe(usual)
})

test('the last 30 good runs count, and no others', () => {
  const book = runsFold.empty()
  const record = (kind: string, run: string, more: object = {}) =>
    runsFold.apply(book, {v: 1, id: `${run}-${kind}`, at: 1, kind, job: 'a', run, ...more} as unknown as RawRecord)
  for (let n = 0; n < 40; n++) {
    record('started', `r${n}`)
    record('ended', `r${n}`, {outcome: n % 5 === 4 ? 'failed' : 'healthy', durationMs: n})
  }
  const good = Array.from({length: 40}, (_, n) => n).filter((n) => n % 5 !== 4)
  expect(book.get('a')?.goodTimes).toEqual(good.slice(-30))
})

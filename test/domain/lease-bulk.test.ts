import fc from 'fast-check'
import {expect, test} from 'vitest'
import {ByteScanner} from '../../src/domain/byte-scanner.js'
import {leaseFold} from '../../src/domain/lease.js'
import {bulkLeases} from '../../src/domain/lease-bulk.js'
import {asciiText} from '../../src/journal/lines.js'
import {claimed, foldBy, leaseLine, oneByOne, ownProcess, recordIn, stamped} from '../support/lease-lines.js'

/** What `bulkLeases` makes of some lines, with the slow fold for those that it leaves, as the journal does. */
function inBulk(before: readonly string[], lines: readonly string[]) {
  const state = oneByOne(before)
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const bulk = bulkLeases(asciiText)
  const one = (at: number) => {
    const end = bytes.indexOf(10, at)
    const record = recordIn(bytes.toString('utf8', at, end))
    if (record) bulk.apply(state, record)
    return end + 1
  }
  return {state, taken: foldBy(bulk, new ByteScanner(bytes), {state, one})}
}

test('many lines at once come to the same state as one by one, in the same order', () => {
  fc.assert(
    fc.property(fc.array(leaseLine, {maxLength: 10}), fc.array(leaseLine, {maxLength: 30}), (before, lines) => {
      const {state} = inBulk(before, lines)
      const slow = oneByOne([...before, ...lines])
      expect(leaseFold.save(state)).toEqual(leaseFold.save(slow))
    }),
    {numRuns: 500},
  )
})

test('every line that guard writes is taken', () => {
  const lines = [
    {...claimed('C26dd5Abs5Fu'), process: ownProcess},
    {...stamped('r1'), job: 'a', claim: 'C26dd5Abs5Fu', token: 1, kind: 'renewed', jobProcess: ownProcess},
    {...stamped('r2'), job: 'a', claim: 'C26dd5Abs5Fu', token: 1, kind: 'released', status: 'ok', detail: 'healthy'},
    {...claimed('second'), process: ownProcess, over: 'C26dd5Abs5Fu'},
    {...stamped('r3'), kind: 'released', status: 'error', job: 'a', token: 2, claim: 'second'},
  ].map((written) => JSON.stringify(written))
  const {state, taken} = inBulk([], lines)
  expect(taken).toBe(lines.length)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
})

test('with more jobs than a fold keeps, the same ones are forgotten', () => {
  const lines = Array.from({length: 20_010}, (_, n) =>
    JSON.stringify({...claimed(`c${n}`, `job-${n}`), mono: n * 400_000}),
  )
  const {state} = inBulk([], lines)
  expect([...state.byJob.keys()]).toEqual([...oneByOne(lines).byJob.keys()])
  expect(state.byJob.size).toBe(20_000)
})

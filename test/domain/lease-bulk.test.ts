import fc from 'fast-check'
import {expect, test} from 'vitest'
import {leaseFold} from '../../src/domain/lease.js'
import {bulkLeases} from '../../src/domain/lease-bulk.js'
import type {Rec} from '../../src/domain/record.js'

/** What `bulkLeases` makes of some lines, with the slow fold for those that it leaves, as the journal does. */
function inBulk(before: readonly string[], lines: readonly string[]) {
  const state = oneByOne(before)
  const bulk = bulkLeases()
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  let taken = 0
  for (let at = 0; at < bytes.length; ) {
    const next = bulk.take(state, bytes, at)
    if (next >= 0) {
      taken += 1
      at = next
      continue
    }
    bulk.settle(state)
    const end = bytes.indexOf(10, at)
    fold(state, bytes.toString('utf8', at, end))
    at = end + 1
  }
  bulk.settle(state)
  return {state, taken}
}

function oneByOne(lines: readonly string[]) {
  const state = leaseFold.empty()
  for (const line of lines) fold(state, line)
  return state
}

function fold(state: ReturnType<typeof leaseFold.empty>, line: string): void {
  try {
    leaseFold.apply(state, JSON.parse(line) as Rec)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
}

/** The claims are the first few, so that renewals, releases and `over` often name one that stands. */
const ids = fc.constantFrom('c0', 'c1', 'c2', 'c3', 'a-longer-id-of-a-claim')
const text = fc.constantFrom('h', 'host:123', 'ü', 'quo"te', 'tab\t', 'x'.repeat(200), '')
const process = fc.constantFrom(
  {pid: 7, start: '42'},
  {pid: 8, start: '43', namespace: 'pid:[4026531836]'},
  {pid: 0, start: '1'},
  {pid: 1.5, start: '1'},
  {start: '1'},
)
const stamp = fc.record({
  v: fc.constantFrom(1, 1, 1, 2),
  id: ids,
  at: fc.constantFrom(0, 1000, 1999, 2000, 100_000, 1.5, -1, 1_795_324_351_585),
  mono: fc.constantFrom(0, 1000, 1999, 2000, 3000, 12.25),
  boot: fc.constantFrom('boot-1', 'boot-1', 'boot-2'),
  host: fc.constantFrom('web1', 'web1', 'web2'),
})
const about = {job: fc.constantFrom('a', 'b', 'a-job-with-a-longer-name', '../no', '')}
const token = fc.constantFrom(1, 2, 3, 4, 5)
const rest = fc.oneof(
  fc.record(
    {
      kind: fc.constant('claimed'),
      ...about,
      holder: text,
      ttlMs: fc.constantFrom(1000, 1000, 0, 2.5),
      process,
      jobProcess: process,
      over: ids,
    },
    {requiredKeys: ['kind', 'job', 'ttlMs']},
  ),
  fc.record(
    {...about, claim: ids, token, kind: fc.constant('renewed'), process, jobProcess: process},
    {requiredKeys: ['job', 'claim', 'token', 'kind']},
  ),
  fc.record(
    {
      kind: fc.constant('released'),
      status: fc.constantFrom('ok', 'error', 'odd'),
      ...about,
      token,
      claim: ids,
      detail: text,
    },
    {requiredKeys: ['kind', 'job', 'claim', 'token']},
  ),
  fc.record({kind: fc.constantFrom('seal', 'other'), ...about, more: fc.jsonValue()}),
)
const record = fc.tuple(stamp, rest).map(([stamped, entry]) => JSON.stringify({...stamped, ...entry}))
const line = fc.oneof(
  {weight: 12, arbitrary: record},
  {weight: 1, arbitrary: record.map((written) => written.slice(0, -3))},
  {weight: 1, arbitrary: record.map((written) => `${written} `)},
  {weight: 1, arbitrary: record.map((written) => written.replace(':', ': '))},
  {weight: 1, arbitrary: record.map((written) => written.replace('"kind":', '"kind":"claimed","kind":'))},
  {weight: 1, arbitrary: record.map((written) => written.replace(/"at":(\d)/, '"at":0$1'))},
)

test('many lines at once come to the same state as one by one, in the same order', () => {
  fc.assert(
    fc.property(fc.array(line, {maxLength: 10}), fc.array(line, {maxLength: 30}), (before, lines) => {
      const {state} = inBulk(before, lines)
      const slow = oneByOne([...before, ...lines])
      expect(leaseFold.save(state)).toEqual(leaseFold.save(slow))
    }),
    {numRuns: 3000},
  )
})

const plain = (id: string) => ({v: 1, id, at: 1_795_324_351_585, mono: 12_497_169, boot: 'boot-1', host: 'web1'})
const claimed = (id: string, job = 'a') => ({
  ...plain(id),
  kind: 'claimed',
  job,
  holder: 'FHJ2i4h1Tbsp',
  ttlMs: 300_000,
})
const own = {pid: 11_018, start: '1249709', namespace: 'pid:[4026531836]'}

test('every line that guard writes is taken', () => {
  const lines = [
    {...claimed('C26dd5Abs5Fu'), process: own},
    {...plain('r1'), job: 'a', claim: 'C26dd5Abs5Fu', token: 1, kind: 'renewed', jobProcess: own},
    {...plain('r2'), job: 'a', claim: 'C26dd5Abs5Fu', token: 1, kind: 'released', status: 'ok', detail: 'healthy'},
    {...claimed('second'), process: own, over: 'C26dd5Abs5Fu'},
    {...plain('r3'), kind: 'released', status: 'error', job: 'a', token: 2, claim: 'second'},
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

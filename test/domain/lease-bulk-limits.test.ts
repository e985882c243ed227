import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type Leases, leaseFold, mostJobs} from '../../src/domain/lease.js'
import {bulkLeaseFold} from '../../src/domain/lease-bulk.js'
import type {Rec} from '../../src/domain/record.js'
import {bulk, bytesOf, inBulk, quickLines, takePiece} from '../support/bulk-leases.js'
import {claimed, leaseLine, oneByOne, ownProcess, stamped} from '../support/lease-lines.js'

/** Written out, for the order of the jobs counts, and nothing compares twenty thousand leases sooner. */
const written = (state: Leases) => JSON.stringify(leaseFold.save(state))

/** A line that has so many bytes with its newline. */
function lineOf(bytes: number, record: Rec, filled: string): string {
  const short = JSON.stringify({...record, [filled]: ''}).length + 1
  return JSON.stringify({...record, [filled]: 'x'.repeat(bytes - short)})
}

/** A run of which all four lines wait to be folded. */
function runOf(bytes: number, job: string, token: number) {
  const of = (id: string) => ({...stamped(id), job, claim: `c-${job}`, token})
  return [
    lineOf(bytes, {...claimed(`c-${job}`, job), process: ownProcess}, 'holder'),
    lineOf(bytes, {...of('b'), kind: 'renewed', jobProcess: ownProcess}, 'detail'),
    lineOf(bytes, {...of('n'), kind: 'renewed'}, 'detail'),
    lineOf(bytes, {...of('r'), kind: 'released', status: 'ok'}, 'detail'),
  ]
}

test.each([370, 383, 384, 385, 400])('lines of %i bytes do not reach into those of other jobs', (bytes) => {
  const runs = [runOf(bytes, 'a', 1), runOf(bytes, 'b', 2), runOf(bytes, 'c', 3)]
  const lines = [0, 1, 2, 3].flatMap((which) => runs.map((run) => run[which] as string))
  const {state, taken} = inBulk(lines)
  expect(taken).toBe(bytes > quickLines.program.lineBytes.value ? 0 : lines.length)
  expect(written(state)).toBe(written(oneByOne(lines)))
})

test('a claim is known by its id, however long', () => {
  for (let length = 150; length <= 384; length++) {
    const id = 'i'.repeat(length)
    const end = {...stamped('r'), kind: 'released', job: 'a', token: 1, status: 'ok'}
    const before = JSON.stringify({...claimed(id), holder: 'before'})
    const lines = [
      {...end, claim: `${id.slice(1)}j`},
      claimed(id),
      {...claimed('over'), over: id},
      {...end, claim: id},
      {...end, claim: 'over', token: 2},
    ].map((record) => JSON.stringify(record))
    expect(written(inBulk(lines, oneByOne([before])).state)).toBe(written(oneByOne([before, ...lines])))
  }
})

test('there is room for the longest names of the most jobs', () => {
  const name = (n: number) => `${n}-`.padEnd(128, 'n')
  const numbers = Array.from({length: mostJobs}, (_, n) => n)
  const lines = [
    ...numbers.map((n) => claimed(`c${n}`, name(n))),
    ...numbers.map((n) => ({
      ...stamped('r'),
      kind: 'released',
      job: name(n),
      claim: `c${n}`,
      token: n + 1,
      status: 'ok',
    })),
  ].map((record) => JSON.stringify(record))
  const {state, taken} = inBulk(lines)
  expect(taken).toBe(lines.length)
  expect(written(state)).toBe(written(oneByOne(lines)))
})

const does = fc.constantFrom('claim', 'claim late', 'claim over', 'bind', 'renew', 'release', 'say more', 'be fenced')

/** The line of somebody who knows the lease of the job. */
function lineAbout(state: Leases, stamp: ReturnType<typeof stamped>, {job, what}: {job: string; what: string}): string {
  const present = state.byJob.get(job)
  const of = {...stamp, job, claim: present?.claimId ?? 'none', token: present?.token ?? 1}
  const claim = {...claimed(stamp.id, job), ...stamp, ttlMs: 1000}
  const record: Rec = {
    claim,
    'claim late': {...claim, mono: stamp.mono + 1000},
    'claim over': {...claim, over: of.claim},
    bind: {...of, kind: 'renewed', jobProcess: ownProcess},
    renew: {...of, kind: 'renewed'},
    release: {...of, kind: 'released', status: 'ok'},
    'say more': {...of, kind: 'released', status: 'ok', more: 1},
    'be fenced': {...of, kind: 'renewed', token: 0},
  }[what] as Rec
  leaseFold.apply(state, record)
  return JSON.stringify(record)
}

/** So many jobs that a few more make the fold forget the first ones, of which every third has ended. */
const nearlyMost = JSON.stringify(
  bulkLeaseFold.save(
    oneByOne(
      Array.from({length: mostJobs - 10}, (_, n) => n).flatMap((n) => {
        const end = {...stamped('r'), kind: 'released', job: `job-${n}`, claim: `c${n}`, token: n + 1, status: 'ok'}
        return [claimed(`c${n}`, `job-${n}`), ...(n % 3 === 0 ? [end] : [])].map((record) => JSON.stringify(record))
      }),
    ),
  ),
)

test('where one job more makes the fold forget another, the same ones are kept', () => {
  const number = fc.oneof(fc.nat(30), fc.integer({min: mostJobs - 20, max: mostJobs + 30}))
  fc.assert(
    fc.property(fc.array(fc.tuple(number, does), {minLength: 20, maxLength: 80}), (actions) => {
      const slow = leaseFold.restore(JSON.parse(nearlyMost))
      const lines = actions.map(([n, what], k) => lineAbout(slow, stamped(`l${k}`), {job: `job-${n}`, what}))
      const {state} = inBulk(lines, bulkLeaseFold.restore(JSON.parse(nearlyMost)))
      expect([...state.byJob.keys()]).toEqual([...slow.byJob.keys()])
      for (const [n] of actions) expect(state.byJob.get(`job-${n}`)).toEqual(slow.byJob.get(`job-${n}`))
      expect(state.grants).toBe(slow.grants)
    }),
    {numRuns: 60},
  )
})

test('more places than are remembered are told apart', () => {
  const action = fc.record({
    job: fc.constantFrom('a', 'b', 'c'),
    what: does,
    host: fc.nat(99),
    boot: fc.nat(2),
    afterMs: fc.nat(300),
  })
  fc.assert(
    fc.property(
      fc.array(action, {minLength: 50, maxLength: 300}),
      fc.constantFrom(1, 33, 66, 100),
      (actions, hosts) => {
        const slow = leaseFold.empty()
        const times = {at: 1000, mono: 1000}
        const lines = actions.map(({job, what, host, boot, afterMs}, n) => {
          times.at += afterMs
          times.mono += afterMs
          const place = {boot: `boot-${boot}`, host: `web${host % hosts}`}
          return lineAbout(slow, {...stamped(`l${n}`), ...times, ...place}, {job, what})
        })
        expect(written(inBulk(lines).state)).toBe(written(slow))
      },
    ),
    {numRuns: 300},
  )
})

test('boots and hosts of all lengths are told apart', () => {
  for (let length = 0; length < 400; length++) {
    const lines = ['a', 'b', 'c'].flatMap((job, n) =>
      [
        {...claimed('c', job), boot: '', host: 'h'.repeat(length)},
        {...stamped('r'), boot: 'b'.repeat(length), host: '', kind: 'renewed', job, claim: 'c', token: n + 1},
        {...stamped('s'), boot: 'b'.repeat(length), host: '"', kind: 'renewed', job, claim: 'c', token: n + 1},
      ].map((record) => JSON.stringify(record)),
    )
    expect(written(inBulk(lines).state)).toBe(written(oneByOne(lines)))
  }
})

test('a piece may fill all the room there is, and no more', () => {
  const room = quickLines.program.inputBytes.value
  const line = lineOf(256, claimed('c'), 'holder')
  const lines = [...Array.from({length: room / 256 - 1}, () => line), lineOf(256, claimed('last', 'last'), 'holder')]
  const bytes = bytesOf(lines)
  expect(bytes.length).toBe(room)
  const state = leaseFold.empty()
  expect(takePiece(state, bytes)).toBe(lines.length)
  bulk.settle(state)
  expect(written(state)).toBe(written(oneByOne(lines)))
  expect(bulk.open(Buffer.concat([bytes, Buffer.from('\n')]))).toBe(false)
})

test('of a piece without lines nothing is taken, whatever stood there before', () => {
  const state = leaseFold.empty()
  bulk.open(bytesOf([JSON.stringify(claimed('before'))]))
  expect(takePiece(state, Buffer.alloc(0))).toBe(0)
  expect(bulk.take(state, 0, 0)).toEqual({next: 0, taken: 0})
  bulk.settle(state)
  expect(state).toEqual(leaseFold.empty())
})

test('one journal after another leaves nothing to the next', () => {
  fc.assert(
    fc.property(fc.array(fc.array(leaseLine, {maxLength: 12}), {minLength: 2, maxLength: 6}), (journals) => {
      const states = journals.map((lines) => inBulk(lines).state)
      expect(states.map(written)).toEqual(journals.map((lines) => written(oneByOne(lines))))
    }),
    {numRuns: 500},
  )
})

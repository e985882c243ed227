import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type Leases, leaseFold} from '../../src/domain/lease.js'
import {bulkLeaseFold} from '../../src/domain/lease-bulk.js'
import {bulk, bytesOf, inBulk, takePiece} from '../support/bulk-leases.js'
import {claimed, foldText, leaseLine, oneByOne, ownProcess, stamped} from '../support/lease-lines.js'

/** The state as the next process gets it from a snapshot. */
function saved(state: Leases): Leases {
  return bulkLeaseFold.restore(JSON.parse(JSON.stringify(bulkLeaseFold.save(state))))
}

test('many lines at once come to the same state as one by one, in the same order', () => {
  fc.assert(
    fc.property(fc.array(leaseLine, {maxLength: 10}), fc.array(leaseLine, {maxLength: 30}), (before, lines) => {
      const {state} = inBulk(lines, oneByOne(before))
      const slow = oneByOne([...before, ...lines])
      expect(leaseFold.save(state)).toEqual(leaseFold.save(slow))
    }),
    {numRuns: 3000},
  )
})

const action = fc.record({
  job: fc.constantFrom('a', 'b', 'c', 'a-job-with-a-longer-name'),
  does: fc.oneof(
    {weight: 4, arbitrary: fc.constantFrom('claim', 'bind', 'renew', 'release')},
    fc.constantFrom('claim over', 'claim again', 'renew as another', 'release as fenced', 'say more', 'tear'),
  ),
  /** A lease runs for 1000 ms. */
  afterMs: fc.constantFrom(0, 1, 1, 400, 999, 1000, 70_000, -5),
  place: fc.oneof(
    {weight: 8, arbitrary: fc.constant({})},
    fc.constantFrom({boot: 'boot-2'}, {host: 'web2'}, {boot: 'boot-2', host: 'web2'}),
  ),
})
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never

/** What guards write who know the leases, one line for each action. */
function written(actions: readonly Action[]): string[] {
  const state = leaseFold.empty()
  const times = {at: 1_795_324_351_585, mono: 12_497_169}
  return actions.map(({job, does, afterMs, place}, n) => {
    times.at += afterMs
    times.mono += afterMs
    const present = state.byJob.get(job)
    const stamp = {...stamped(`line-${n}`), ...times, ...place}
    const claim = {...stamp, ...claimed(`line-${n}`, job), ...times, ...place, ttlMs: 1000, process: ownProcess}
    const of = {...stamp, job, claim: present?.claimId ?? 'none', token: present?.token ?? 1}
    const line = JSON.stringify(
      {
        claim,
        'claim over': {...claim, over: present?.claimId ?? 'none'},
        'claim again': {...claim, id: present?.claimId ?? 'none'},
        bind: {...of, kind: 'renewed', jobProcess: {pid: n + 1, start: '42'}},
        renew: {...of, kind: 'renewed'},
        'renew as another': {...of, kind: 'renewed', process: {pid: n + 1, start: '43'}},
        release: {...of, kind: 'released', status: n % 3 === 0 ? 'error' : 'ok', detail: `line ${n}`},
        'release as fenced': {...of, token: of.token - 1, kind: 'released', status: 'ok'},
        'say more': {...of, kind: n % 2 === 0 ? 'renewed' : 'released', status: 'ok', more: [{}, 'ü']},
        tear: {...claim, holder: 'x'.repeat(400)},
      }[does],
    )
    const whole = does === 'tear' && n % 2 === 0 ? line.slice(0, -9) : line
    foldText(state, whole)
    return whole
  })
}

test('whatever holders and others do one after another, and wherever a snapshot stands, the state is the same', () => {
  fc.assert(
    fc.property(fc.array(action, {maxLength: 40}), fc.nat(40), (actions, count) => {
      const lines = written(actions)
      const {state} = inBulk(lines.slice(count), saved(oneByOne(lines.slice(0, count))))
      expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
    }),
    {numRuns: 3000},
  )
})

const json = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record))
const of = (token: number, claim: string) => ({job: 'a', claim, token})

test('each byte of a line counts', () => {
  const lines = json([
    {...claimed('first'), process: ownProcess, jobProcess: ownProcess, over: 'none'},
    {...stamped('r'), ...of(1, 'first'), kind: 'renewed', jobProcess: ownProcess},
    {...stamped('r'), ...of(1, 'first'), kind: 'released', status: 'ok', detail: 'said'},
    {...stamped('r'), ...of(1, 'first'), kind: 'released', status: 'error'},
  ])
  for (const line of lines) {
    for (let at = 0; at < line.length; at++) {
      const changed = [json([claimed('first')])[0] as string, `${line.slice(0, at)}~${line.slice(at + 1)}`]
      expect(leaseFold.save(inBulk(changed).state)).toEqual(leaseFold.save(oneByOne(changed)))
    }
  }
})

test('whatever byte is changed in the lines, they are taken for what JSON.parse takes them for, or left', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\\n{}:,0 ')))))
  fc.assert(
    fc.property(fc.array(action, {minLength: 1, maxLength: 8}), changes, (actions, changed) => {
      const bytes = bytesOf(written(actions))
      for (const [at, byte] of changed.slice(0, 3)) bytes[at % (bytes.length - 1)] = byte
      const state = leaseFold.empty()
      takePiece(state, bytes)
      bulk.settle(state)
      expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(bytes.toString().split('\n'))))
    }),
    {numRuns: 5000},
  )
})

test('every line that guard writes is taken', () => {
  const lines = json([
    {...claimed('C26dd5Abs5Fu'), process: ownProcess},
    {...stamped('r1'), ...of(1, 'C26dd5Abs5Fu'), kind: 'renewed', jobProcess: ownProcess},
    {...stamped('r2'), ...of(1, 'C26dd5Abs5Fu'), kind: 'renewed'},
    {...stamped('r3'), ...of(1, 'C26dd5Abs5Fu'), kind: 'renewed'},
    {...stamped('r4'), ...of(1, 'C26dd5Abs5Fu'), kind: 'released', status: 'ok', detail: 'healthy'},
    {...claimed('second'), process: ownProcess, over: 'C26dd5Abs5Fu'},
    {...stamped('r5'), kind: 'released', status: 'error', ...of(2, 'second')},
    {...stamped('r6'), kind: 'released', status: 'ok', ...of(1, 'C26dd5Abs5Fu')},
    {...claimed('crashed'), process: ownProcess},
    {...claimed('next'), process: ownProcess, over: 'crashed'},
  ])
  const {state, taken} = inBulk(lines)
  expect(taken).toBe(lines.length)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
})

test.each([
  ['a claim on a lease that has expired', {...claimed('late'), mono: 99_000_000}],
  ['a claim on a lease that is held', claimed('early')],
  ['a renewal that goes back in time', {...stamped('r'), mono: 1, ...of(1, 'first'), kind: 'renewed'}],
  ['a renewal on another host', {...stamped('r'), host: 'web2', ...of(1, 'first'), kind: 'renewed'}],
  ['a line with a field that nobody knows', {...stamped('r'), ...of(1, 'first'), kind: 'renewed', more: true}],
  ['a line with other letters', {...stamped('r'), ...of(1, 'first'), kind: 'released', status: 'ok', detail: 'ü'}],
])('%s is left to records, and no other line is', (_, odd) => {
  const renewed = {...stamped('n'), ...of(1, 'first'), kind: 'renewed'}
  const before = json([claimed('other', 'b'), claimed('first'), renewed]).map((line) =>
    line.replace('"token":1', '"token":2'),
  )
  const lines = [...before, JSON.stringify(odd).replace('"token":1', '"token":2'), JSON.stringify(claimed('c', 'c'))]
  const {state, taken} = inBulk(lines)
  expect(taken).toBe(lines.length - 1)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
})

test('a renewal does not make up for one in another boot, after which nothing is known of the processes', () => {
  const renewed = {...stamped('r'), ...of(1, 'first'), kind: 'renewed'}
  const lines = json([{...claimed('first'), process: ownProcess}, {...renewed, boot: 'boot-2'}, renewed])
  const {state} = inBulk(lines)
  expect(state.byJob.get('a')?.process).toBeUndefined()
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
})

test('behind a snapshot, the first renewal in another boot is not passed over for the second', () => {
  const renewed = {...stamped('r'), ...of(1, 'first'), kind: 'renewed', boot: 'boot-2'}
  const before = json([claimed('first')])
  const lines = json([
    {...renewed, mono: 10},
    {...renewed, id: 's', mono: 2000},
  ])
  const {state} = inBulk(lines, saved(oneByOne(before)))
  expect(state.byJob.get('a')?.claimedMono).toBe(10)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne([...before, ...lines])))
})

test('hosts that share a journal are told apart line by line', () => {
  const lines = Array.from({length: 3000}, (_, n) =>
    JSON.stringify({...claimed(`c${n}`, `job-${n}`), host: `web${n % 70}`, boot: `boot-${n % 1100}`}),
  )
  const {state, taken} = inBulk(lines)
  expect(taken).toBe(lines.length)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
})

test('lines behind a snapshot of many leases are taken, those of runs among them that it cuts in two', () => {
  const lines = Array.from({length: 200}, (_, n) => n).flatMap((n) => {
    const run = {job: `job-${n % 100}`, claim: `c${n}`, token: n + 1}
    const end = {...stamped(`r${n}`), kind: 'released', ...run, status: 'ok'}
    return json([claimed(`c${n}`, run.job), ...(n % 7 === 0 ? [] : [end]), {...end, status: 'error'}])
  })
  const {state, taken} = inBulk(lines.slice(301), saved(oneByOne(lines.slice(0, 301))))
  expect(taken).toBe(lines.length - 301)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
})

test('with more jobs than a fold keeps, the same ones are forgotten', () => {
  const lines = Array.from({length: 20_010}, (_, n) =>
    JSON.stringify({...claimed(`c${n}`, `job-${n}`), mono: n * 400_000}),
  )
  const {state} = inBulk(lines)
  expect([...state.byJob.keys()]).toEqual([...oneByOne(lines).byJob.keys()])
  expect(state.byJob.size).toBe(20_000)
})

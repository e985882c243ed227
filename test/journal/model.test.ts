import {describe, expect, test} from 'vitest'
import type {RawRecord, Stamp} from '../../src/domain/journal/record.js'
import {type Leases, leaseFold} from '../../src/domain/lease/lease.js'
import {GuardError} from '../../src/errors.js'
import {commit} from '../../src/journal/protocol/append.js'
import {compact, compactIfDue} from '../../src/journal/protocol/compact.js'
import {type Cursor, refresh} from '../../src/journal/protocol/cursor.js'
import {append, drive, open, type Step} from '../../src/journal/protocol/files.js'
import {generations, recordsOf} from '../../src/journal/protocol/history.js'
import {encodeEntry} from '../../src/journal/protocol/lines.js'
import {explore, type ModelState, type Mutant, type Process, type Setup, walk} from '../support/explore.js'
import {givenSeed, seeded} from '../support/random.js'

const journal = 'leases'
const isLong = process.env['GUARD_TORTURE'] === 'long'
/** Limit for each set-up of the long form. */
const longestMs = Number(process.env['GUARD_MODEL_MINUTES'] ?? 10) * 60_000

function cursorOf(model: ModelState, name: string, reads: 'all' | 'seals' = 'all'): Cursor<Leases> {
  let count = 0
  const newStamp = (): Stamp => {
    count += 1
    return {v: 1, id: `${name}-${count}`, at: 0, mono: model.clock.mono, boot: 'b', host: 'h'}
  }
  return {journal, newStamp, reader: {reads, fold: leaseFold}, patienceMs: 0, view: undefined}
}

/** A process may end with an error of the disk, but not with another one. */
function* enduring(steps: Step<void>): Step<void> {
  try {
    yield* steps
  } catch (error) {
    if (!(error instanceof GuardError && error.kind === 'io')) throw error
  }
}

const contender: Process = (model, index) =>
  enduring(
    (function* () {
      const cursor = cursorOf(model, `p${index}`)
      const stamp = cursor.newStamp()
      const line = encodeEntry({kind: 'claimed', job: 'scan', holder: `p${index}`, ttlMs: 100}, stamp)
      const {verdict, view} = yield* commit(cursor, line, 'durable')
      const token = verdict === 'ok' ? view.state.byJob.get('scan')?.token : undefined
      model.acks.push({id: stamp.id, process: index, mono: stamp.mono, verdict, token})
    })(),
  )

const noter: Process = (model, index) =>
  enduring(
    (function* () {
      const cursor = cursorOf(model, `p${index}`, 'seals')
      const stamp = cursor.newStamp()
      yield* commit(cursor, encodeEntry({kind: 'noted'}, stamp), 'buffered')
      model.acks.push({id: stamp.id, process: index, mono: stamp.mono, verdict: 'ok'})
    })(),
  )

const compactor: Process = (model, index) =>
  enduring(
    (function* () {
      yield* compact(cursorOf(model, `p${index}`))
    })(),
  )

const maintainer: Process = (model, index) =>
  enduring(
    (function* () {
      yield* compactIfDue(cursorOf(model, `p${index}`), {bytes: 1, records: 0, timesSnapshot: 0})
    })(),
  )

/** A shell's `echo >>`: opens the stable name and appends, without the rules of the protocol. */
const foreigner: Process = (model, index) =>
  (function* () {
    const file = yield* open('leases.jsonl')
    if (!file) return
    const line = Buffer.from(`{"foreign":${index}}\n`)
    if ((yield* append(file, line)) < line.length) return
    model.acks.push({id: `foreign-${index}`, process: index, mono: model.clock.mono, verdict: 'foreign'})
  })()

/** What every later reader must find; the numbers are those of the invariants. */
function check(model: ModelState): void {
  const run = <T>(steps: Step<T>) => drive(steps, model.files.perform)
  const later = cursorOf(model, 'later')
  const before = run(refresh(cursorOf(model, 'reader')))?.state
  // 7: any process can go on.
  run(compactIfDue(later, {bytes: 1e9, records: 1e9, timesSnapshot: 0}))
  const state = run(refresh(later))?.state ?? leaseFold.empty()
  const history = run(generations()).flatMap((generation) => run(recordsOf(journal, generation)))

  // 8: neither reading nor carrying nor compacting changes the state.
  if (before) expect(leaseFold.save(before)).toEqual(leaseFold.save(state))
  // 5 and 8: the snapshots agree with a fold of all lines from the beginning.
  const straight = leaseFold.empty()
  const effective = new Map<string, number>()
  for (const record of history) {
    const verdict = leaseFold.apply(straight, record)
    const id = String(record['id'])
    if (verdict === 'ok' || record['kind'] === 'noted') effective.set(id, (effective.get(id) ?? 0) + 1)
  }
  expect(leaseFold.save(state)).toEqual(leaseFold.save(straight))

  for (const {id, verdict} of model.acks) {
    // 3: an acknowledged record is there once. 4: a refused record has no effect.
    if (verdict === 'ok') expect(effective.get(id), `${id} was acknowledged`).toBe(1)
    if (verdict === 'void') expect(effective.get(id), `${id} was refused`).toBeUndefined()
  }
  const tokens = model.acks.map(({token}) => token).filter((token) => token !== undefined)
  // 2: no token twice.
  expect(new Set(tokens).size, 'tokens').toBe(tokens.length)
  expectOneHolder(model)
  expectForeignOnce(model, history)
}

/** 1: a process that was granted the lease is the only holder until the lease expires. */
function expectOneHolder(model: ModelState): void {
  const granted = model.acks.filter(({token}) => token !== undefined).sort((a, b) => Number(a.token) - Number(b.token))
  for (const [index, {mono}] of granted.entries()) {
    const previous = granted[index - 1]
    if (previous) expect(mono - previous.mono, 'two holders at once').toBeGreaterThanOrEqual(100)
  }
}

/** 9: a foreign line that was written whole is counted exactly once. */
function expectForeignOnce(model: ModelState, history: readonly RawRecord[]): void {
  for (const {id, verdict, process: index} of model.acks) {
    if (verdict !== 'foreign') continue
    expect(
      history.filter(({foreign}) => foreign === index),
      id,
    ).toHaveLength(1)
  }
}

const base = {journal, crashes: 0, shortWrites: 0, ticks: 0, tickMs: 100, check}
const small: readonly (readonly [string, Omit<Setup, 'mostStates'>])[] = [
  ['two contenders, of which one may die', {...base, processes: [contender, contender], crashes: 1}],
  ['two contenders while time passes', {...base, processes: [contender, contender], ticks: 2}],
  ['two contenders on a disk that fills up', {...base, processes: [contender, contender], shortWrites: 1}],
  ['a contender, and a compactor that may die', {...base, processes: [contender, compactor], crashes: 1}],
  ['two compactors', {...base, before: noter, processes: [compactor, compactor]}],
  ['a noter, and a compactor that may die', {...base, processes: [noter, compactor], crashes: 1}],
  ['a shell and a compactor', {...base, before: noter, processes: [foreigner, compactor]}],
  [
    'a shell, a compactor, and a process that compacts if due',
    {...base, before: noter, processes: [foreigner, compactor, maintainer]},
  ],
  ['two contenders and a compactor', {...base, processes: [contender, contender, compactor]}],
]

describe('in every order of file operations the invariants 1 to 9 hold for', () => {
  test.each(small)(
    '%s',
    (title, setup) => {
      const {states, ends, complete} = explore({...setup, mostStates: isLong ? 3_000_000 : 2000, longestMs})
      expect(states).toBeGreaterThan(50)
      expect(ends).toBeGreaterThan(0)
      if (isLong) console.log({title, states, ends, complete})
    },
    3_600_000,
  )
})

test('in random orders they hold for many processes at once', () => {
  const setup: Setup = {
    ...base,
    processes: [contender, contender, noter, compactor, compactor, maintainer, foreigner],
    crashes: 2,
    shortWrites: 1,
    ticks: 2,
    mostStates: 0,
  }
  const draw = seeded(givenSeed).next
  for (let round = 0; round < (isLong ? 200_000 : 700); round++) walk(setup, draw)
}, 3_600_000)

/** Mutants of the protocol, each without one of its rules. */
const mutants: readonly (readonly [string, Mutant, readonly Process[]])[] = [
  [
    'reading back ignores the seal',
    (op, perform, previous) => {
      const answer = perform(op)
      if (op.op !== 'read' || previous?.op !== 'append') return answer
      return Buffer.from((answer as Buffer).toString('latin1').replaceAll('"seal"', '"SEAL"'), 'latin1')
    },
    [contender, contender, compactor],
  ],
  [
    'a generation is published by rename',
    (op, perform) => {
      if (op.op !== 'link' || !/\.gen\/leases\.0000(0[2-9])/.test(op.to)) return perform(op)
      return perform({op: 'rename', name: op.name, to: op.to})
    },
    [contender, compactor, compactor],
  ],
  [
    'a newline alone completes a torn line',
    (op, perform) => {
      if (op.op !== 'append' || op.bytes[0] !== 32) return perform(op)
      return Number(perform({...op, bytes: op.bytes.subarray(1)})) + 1
    },
    [contender, noter],
  ],
]

/** Besides the invariants: a process that got a disk error does not hold the lease. */
function strictCheck(model: ModelState): void {
  check(model)
  const state = drive(refresh(cursorOf(model, 'reader')), model.files.perform)?.state
  const holder = state?.byJob.get('scan')?.holder
  const told = model.acks.some(({process: index, verdict}) => `p${index}` === holder && verdict === 'ok')
  if (holder !== undefined) expect(told, `${holder} holds the lease without knowing`).toBe(true)
}

test('a claim that failed on a full disk never grants the lease (invariant 4)', () => {
  const setup = {...base, processes: [contender, noter], shortWrites: 1, check: strictCheck}
  expect(explore({...setup, mostStates: 2000}).ends).toBeGreaterThan(0)
})

describe('the checks notice when', () => {
  test.each(mutants)('%s', (_, mutant, processes) => {
    const setup: Setup = {...base, processes, mutant, shortWrites: 1, check: strictCheck, mostStates: 0}
    const draw = seeded(7).next
    expect(() => {
      // The rarest failure occurs about once in 4000 walks.
      for (let round = 0; round < 40_000; round++) walk(setup, draw)
    }).toThrow(/after /)
  })
})

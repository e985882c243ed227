import {describe, expect, test} from 'vitest'
import {defaultSettings} from '../../../src/config/defaults.js'
import {
  type Breaker,
  type Breakers,
  breakerFold,
  breakerState,
  openForMs,
  openingReason,
  rememberedCalls,
} from '../../../src/domain/breaker/breaker.js'
import type {ClockReading} from '../../../src/domain/clock/reading.js'
import type {FoldVerdict} from '../../../src/domain/journal/fold.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {fc} from '../../support/properties.js'

const policy = defaultSettings.breakers.defaults
const at = (ms: number, boot = 'b'): ClockReading => ({at: ms, mono: ms, boot, host: 'h'})

interface Line {
  readonly ms: number
  readonly kind: string
  readonly [field: string]: unknown
}

/** Folds lines of target `api`, each stamped at its `ms`, and returns the verdicts beside the breaker. */
function fold(lines: readonly Line[]): {breaker: Breaker | undefined; verdicts: FoldVerdict[]; breakers: Breakers} {
  const breakers = breakerFold.empty()
  const verdicts = lines.map(({ms, ...entry}, index) =>
    breakerFold.apply(breakers, {id: `r${index}`, target: 'api', ...at(ms), ...entry}),
  )
  return {breaker: breakers.get('api'), verdicts, breakers}
}

const calls = (pattern: string, everyMs: number) =>
  [...pattern].map((sign, index): Line => ({ms: index * everyMs, kind: sign === '+' ? 'succeeded' : 'failed'}))
const opened: Line = {ms: 0, kind: 'opened', by: 'counts', reason: 'x', openForMs: 30_000}
const probing: Line = {ms: 30_000, kind: 'probing', limitMs: 60_000}

describe('a closed breaker opens', () => {
  test.each([
    ['after five failures within 60 seconds', '-+-+-+-+-', 5000, /5 failures within 60 s/],
    ['after three failures in a row, a job every five minutes', '+---', 300_000, /3 failures in a row/],
    ['after three of the last five calls failed', '-+-+-', 300_000, /3 of the last 5 calls failed/],
  ])('%s', (_title, pattern, everyMs, reason) => {
    const lines = calls(pattern, everyMs)
    const {breaker} = fold(lines)
    const only = {...policy, ...(everyMs === 5000 && {consecutive: 0, recentFailures: 0})}
    expect(openingReason(breaker!, only, at((lines.length - 1) * everyMs))).toMatch(reason)
    const before = fold(lines.slice(0, -1))
    expect(openingReason(before.breaker!, only, at((lines.length - 2) * everyMs))).toBeUndefined()
  })

  test('not by failures that are older than the window', () => {
    const only = {...policy, consecutive: 0, recentFailures: 0}
    expect(openingReason(fold(calls('-----', 1000)).breaker!, only, at(60_000 + 1000))).toBeUndefined()
  })

  test('not by failures in a row or among the last calls that are older than forgetAfter', () => {
    const day = 86_400_000
    const weekly = fold(calls('---', 7 * day)).breaker!
    expect(openingReason(weekly, policy, at(14 * day))).toBeUndefined()
    expect(openingReason(weekly, {...policy, forgetAfterMs: 15 * day}, at(14 * day))).toBe('3 failures in a row')
    const mixed = fold(calls('-+-+-', 2 * day)).breaker!
    expect(openingReason(mixed, policy, at(8 * day))).toBeUndefined()
    expect(openingReason(mixed, policy, at(6.9 * day))).toBe('3 of the last 5 calls failed')
  })

  test('by no count that is switched off', () => {
    const off = {...policy, failures: 0, consecutive: 0, recentFailures: 0}
    expect(openingReason(fold(calls('-'.repeat(20), 10)).breaker!, off, at(200))).toBeUndefined()
  })
})

test('an open breaker is half-open after its time, by the clock that cannot jump', () => {
  const {breaker} = fold([opened])
  expect(breakerState(breaker, at(29_999))).toBe('open')
  expect(breakerState(breaker, at(30_000))).toBe('half-open')
  expect(breakerState(breaker, {...at(29_999), at: 9e12})).toBe('open')
  expect(breakerState(breaker, {...at(5, 'next-boot'), at: 30_000})).toBe('half-open')
})

test('of several probes the first line is elected', () => {
  expect(fold([opened, probing, probing, {...probing, ms: 30_001}]).verdicts).toEqual(['ok', 'ok', 'void', 'void'])
})

test('a probe is void while the breaker is closed, open or isolated', () => {
  expect(fold([probing]).verdicts).toEqual(['void'])
  expect(fold([opened, {...probing, ms: 29_999}]).verdicts).toEqual(['ok', 'void'])
  expect(fold([opened, {ms: 1, kind: 'isolated', reason: 'x'}, probing]).verdicts).toEqual(['ok', 'ok', 'void'])
})

test('a probe that says nothing gives way after its limit, or at once when its process is gone', () => {
  expect(fold([opened, probing, {...probing, ms: 89_999}]).verdicts.at(-1)).toBe('void')
  expect(fold([opened, probing, {...probing, ms: 90_000}]).verdicts.at(-1)).toBe('ok')
  expect(fold([opened, probing, {...probing, ms: 30_001, over: 'r1'}]).verdicts.at(-1)).toBe('ok')
  expect(fold([opened, probing, {...probing, ms: 30_001, over: 'r0'}]).verdicts.at(-1)).toBe('void')
})

test('only the probe that stands settles the breaker', () => {
  const closed = {ms: 31_000, kind: 'closed', by: 'probe'}
  expect(fold([opened, probing, {...closed, probe: 'r1'}])).toMatchObject({verdicts: ['ok', 'ok', 'ok']})
  expect(breakerState(fold([opened, probing, {...closed, probe: 'r1'}]).breaker, at(31_000))).toBe('closed')
  expect(fold([opened, probing, {...closed, probe: 'r9'}]).verdicts.at(-1)).toBe('void')
  const late = [opened, probing, {...probing, ms: 90_000}, {...closed, ms: 90_001, probe: 'r1'}]
  expect(fold(late).verdicts.at(-1)).toBe('void')
})

test('each failed probe opens for twice as long, at most 15 minutes, until the breaker has closed', () => {
  const reopened = {ms: 31_000, kind: 'opened', by: 'probe', probe: 'r1', reason: 'x', openForMs: 60_000}
  expect(fold([opened, probing, reopened]).breaker?.opening).toMatchObject({count: 2, openForMs: 60_000})
  expect([0, 1, 2, 3, 4, 5, 6].map((openings) => openForMs(policy, openings) / 1000)).toEqual([
    30, 60, 120, 240, 480, 900, 900,
  ])
})

test('two processes that count the same failures open it once', () => {
  expect(fold([opened, {...opened, ms: 1}]).verdicts).toEqual(['ok', 'void'])
})

test('an isolated breaker stays so for its time, or until it is closed by hand', () => {
  const isolated = {ms: 0, kind: 'isolated', reason: 'maintenance'}
  expect(breakerState(fold([isolated]).breaker, at(9e9))).toBe('isolated')
  const limited = fold([{...isolated, forMs: 1000}]).breaker
  expect(breakerState(limited, at(999))).toBe('isolated')
  expect(breakerState(limited, at(1000))).toBe('closed')
  expect(breakerState(fold([isolated, {ms: 1, kind: 'closed', by: 'hand'}]).breaker, at(2))).toBe('closed')
})

test('a probe that was under way does not end an isolation', () => {
  const lines = [
    opened,
    probing,
    {ms: 30_001, kind: 'isolated', reason: 'x'},
    {ms: 30_002, kind: 'closed', by: 'probe', probe: 'r1'},
  ]
  expect(breakerState(fold(lines).breaker, at(30_003))).toBe('isolated')
})

test('closing by hand forgets the failures, a reset forgets all', () => {
  const byHand = {ms: 50, kind: 'closed', by: 'hand'}
  const spent = {ms: 49, kind: 'retried', reserve: 10}
  const closed = fold([...calls('---', 10), spent, byHand]).breaker
  expect(closed).toMatchObject({calls: [], failuresInRow: 0, budget: {spent: 1}})
  expect(fold([...calls('---', 10), spent, {...byHand, reset: true}]).breaker).toBeUndefined()
})

test('a retry is void once the budget of the target is used up, until calls give it back', () => {
  const retried = {ms: 0, kind: 'retried', reserve: 2}
  expect(fold([retried, retried, retried]).verdicts).toEqual(['ok', 'ok', 'void'])
  expect(fold([retried, retried, {ms: 0, kind: 'succeeded', credit: 1}, retried]).verdicts.at(-1)).toBe('ok')
})

test.each<RawRecord>([
  {},
  {kind: 'failed'},
  {kind: 'failed', id: 'a', target: '../x', ...at(1)},
  {kind: 'opened', id: 'a', target: 'api', by: 'hand', openForMs: -1, ...at(1)},
  {kind: 'opened', id: 'a', target: 'api', by: 'hand', openForMs: '9', ...at(1)},
  {kind: 'nonsense', id: 'a', target: 'api', ...at(1)},
])('a line that says nothing useful is void: %j', (record) => {
  const breakers = breakerFold.empty()
  expect(breakerFold.apply(breakers, record)).toBe('void')
  expect(breakers.size).toBe(0)
})

describe('in 1,000 random histories', () => {
  const line = fc.record({
    waitMs: fc.constantFrom(0, 1, 500, 20_000, 30_000, 60_000, 900_000),
    kind: fc.constantFrom(
      'succeeded',
      'failed',
      'failed',
      'opened',
      'probing',
      'probing',
      'closed',
      'isolated',
      'retried',
    ),
    by: fc.constantFrom('counts', 'probe', 'hand'),
    probe: fc.nat(40).map((number) => `r${number}`),
    over: fc.option(
      fc.nat(40).map((number) => `r${number}`),
      {nil: undefined},
    ),
    openForMs: fc.constantFrom(30_000, 60_000),
    limitMs: fc.constantFrom(10_000, 300_000),
    forMs: fc.option(fc.constantFrom(1000, 600_000), {nil: undefined}),
    reserve: fc.constant(3),
    credit: fc.constantFrom(0, 0.1),
    boot: fc.constantFrom('b', 'b', 'b', 'b2'),
  })
  const history = fc.array(line, {maxLength: 40}).map((lines) => {
    let ms = 0
    return lines.map(({waitMs, boot, ...rest}, index): RawRecord => {
      ms += waitMs
      return {id: `r${index}`, target: 'api', reason: 'x', ...rest, ...at(ms, boot)}
    })
  })

  /** Calls `check` with the breaker before and after each record. */
  const forEachStep = (
    check: (step: {
      before: Breaker | undefined
      after: Breaker | undefined
      record: RawRecord & ClockReading
      verdict: FoldVerdict
    }) => void,
  ) =>
    fc.assert(
      fc.property(history, (records) => {
        const breakers = breakerFold.empty()
        for (const record of records) {
          const before = breakers.get('api')
          const verdict = breakerFold.apply(breakers, record)
          check({before, after: breakers.get('api'), record: record as RawRecord & ClockReading, verdict})
        }
      }),
      {numRuns: 1000},
    )

  test('at most one probe is under way, and none begins but at a half-open breaker', () => {
    forEachStep(({before, after, record}) => {
      if (!after?.probe || after.probe === before?.probe) return
      expect(record['kind']).toBe('probing')
      expect(breakerState(before, record)).toBe('half-open')
      if (before?.probe && record['over'] !== before.probe.id)
        expect(before.probe.boot !== record.boot || record.mono - before.probe.mono >= before.probe.limitMs).toBe(true)
    })
  })

  test('a void record has no effect', () => {
    forEachStep(({before, after, verdict}) => {
      if (verdict === 'void') expect(after).toBe(before)
    })
  })

  test('an open breaker closes by its probe or by hand alone', () => {
    forEachStep(({before, after, record}) => {
      if (!before?.opening || after?.opening) return
      expect(record['kind']).toBe('closed')
      if (record['by'] !== 'hand') expect(record['probe']).toBe(before.probe?.id)
    })
  })

  test('what is remembered is bounded, and the budget never lends more than it has', () => {
    forEachStep(({after}) => {
      expect(after?.calls.length ?? 0).toBeLessThanOrEqual(rememberedCalls)
      expect(after?.budget?.spent ?? 0).toBeLessThanOrEqual(3)
    })
  })

  test('a snapshot anywhere changes nothing that follows', () => {
    fc.assert(
      fc.property(history, fc.nat(40), (records, cut) => {
        const whole = breakerFold.empty()
        const verdicts = records.map((record) => breakerFold.apply(whole, record))
        const first = breakerFold.empty()
        for (const record of records.slice(0, cut)) breakerFold.apply(first, record)
        const second = breakerFold.restore(JSON.parse(JSON.stringify(breakerFold.save(first))))
        expect(records.slice(cut).map((record) => breakerFold.apply(second, record))).toEqual(verdicts.slice(cut))
        expect(breakerFold.save(second)).toEqual(JSON.parse(JSON.stringify(breakerFold.save(whole))))
      }),
      {numRuns: 1000},
    )
  })
})

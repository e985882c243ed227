import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {
  askJobBudget,
  askServiceBudget,
  budgetLeft,
  countedSteps,
  noticeInWindow,
  spentClasses,
} from '../../../src/domain/recovery/budget.js'
import {fc} from '../../support/properties.js'

const minute = 60_000
const now = Date.UTC(2026, 0, 5, 12)
const budget = {recoveries: 2, perMs: 30 * minute}
const question = {budget, now}

let runs = 0

interface Told {
  readonly job?: string
  readonly class?: string
  readonly service?: string
  /** What the recovery did; a restart names its service. */
  readonly steps?: readonly string[]
}

/** Records of one run, oldest first. */
function run(
  kind: 'recovered' | 'failed' | 'healthy',
  minutesAgo: number,
  {
    job = 'check',
    class: failureClass = 'uw-socket',
    service = 'bot',
    steps = ['clear-locks', 'restart', 'exec'],
  }: Told = {},
): RawRecord[] {
  const base = {job, run: `r${++runs}`, at: now - minutesAgo * minute}
  const taken = kind === 'healthy' ? [] : steps
  const ended = taken.map((step) => ({
    ...{...base, kind: 'step-ended', do: step, class: failureClass, ok: kind === 'recovered'},
    ...(step === 'restart' && {service}),
  }))
  const outcome = kind === 'failed' ? 'unhealthy' : 'healthy'
  const recovered = kind === 'recovered'
  return [{...base, kind: 'started'}, ...ended, {...base, kind: 'ended', outcome, recovered}]
}

const reset = (minutesAgo: number, job = 'check'): RawRecord[] => [
  {kind: 'budget-reset', job, at: now - minutesAgo * minute},
]

const end = (kind: string, minutesAgo: number, facts = {}): RawRecord[] => [
  {kind, job: 'check', run: `r${++runs}`, at: now - minutesAgo * minute, ...facts},
]

const of = {job: 'check', class: 'uw-socket'}
const past = (...history: RawRecord[][]) => countedSteps(history.flat().reverse(), now - budget.perMs)
const job = (...history: RawRecord[][]) => askJobBudget(past(...history), of, question)
const service = (...history: RawRecord[][]) => askServiceBudget(past(...history), 'bot', question)

test.each<[string, RawRecord[][], boolean]>([
  ['nothing was spent', [], true],
  ['one recovery leaves one', [run('recovered', 20)], true],
  ['a run with many steps is one recovery', [run('failed', 20)], true],
  ['two are the budget', [run('recovered', 20), run('recovered', 10)], false],
  ['recoveries that failed count too', [run('failed', 20), run('failed', 10)], false],
  ['a command alone counts', [run('failed', 20, {steps: ['exec']}), run('failed', 10, {steps: ['exec']})], false],
  [
    'clearing locks, waiting, alerts and verification cost nothing',
    Array.from({length: 9}, (_, n) => run('failed', 20 - n, {steps: ['clear-locks', 'wait', 'alert', 'verify']})),
    true,
  ],
  ['those before the window count no more', [run('recovered', 31), run('recovered', 10)], true],
  ['those of another job do not count', [run('failed', 20, {job: 'other'}), run('failed', 10)], true],
  ['those of another class do not count', [run('failed', 20, {class: 'server'}), run('failed', 10)], true],
  ['one healthy run proves nothing', [run('failed', 20), run('failed', 10), run('healthy', 5)], false],
  [
    'a recovered run is no proof of health',
    [run('failed', 20), run('failed', 15), run('recovered', 9), run('recovered', 6), run('recovered', 3)],
    false,
  ],
  [
    'three healthy runs in a row give it back',
    [run('failed', 20), run('failed', 15), run('healthy', 9), run('healthy', 6), run('healthy', 3)],
    true,
  ],
  [
    'what was proved stays proved when the next run fails',
    [run('failed', 20), run('failed', 15), run('healthy', 9), run('healthy', 8), run('healthy', 7), run('failed', 3)],
    true,
  ],
  [
    'three healthy runs with trouble between them are no proof',
    [run('failed', 20), run('healthy', 15), run('healthy', 12), run('failed', 9), run('healthy', 3)],
    false,
  ],
  [
    'an interrupted run between them is trouble',
    [
      run('failed', 20),
      run('failed', 17),
      run('healthy', 15),
      run('healthy', 12),
      end('interrupted', 9),
      run('healthy', 3),
    ],
    false,
  ],
  ...(
    [
      ['whose job skipped its work', {outcome: 'skipped'}],
      ['whose reader has gone', {outcome: 'killed', class: 'reader-gone'}],
      ['that was cancelled', {outcome: 'killed', class: 'cancelled'}],
    ] as const
  ).map(([title, facts]): [string, RawRecord[][], boolean] => [
    `a run ${title} says nothing between them`,
    [
      run('failed', 20),
      run('failed', 17),
      run('healthy', 15),
      run('healthy', 12),
      end('ended', 9, facts),
      run('healthy', 3),
    ],
    true,
  ]),
  ['a reset by hand gives it back', [run('failed', 20), run('failed', 15), reset(10)], true],
  ['a reset of another job does not', [run('failed', 20), run('failed', 15), reset(10, 'other')], false],
  ['what is spent after a reset counts', [reset(22), run('failed', 20), run('failed', 15)], false],
])('the budget of a job: %s', (_title, history, granted) => {
  expect(job(...history).granted).toBe(granted)
})

test('a restart that was left to another run costs nothing', () => {
  const left = run('recovered', 20)
    .map(({service: _, ...record}) => record)
    .filter((record) => record['do'] !== 'exec')
  expect(past(left)).toEqual([])
})

test('what could not be started costs nothing', () => {
  const failed = run('failed', 20, {steps: ['exec', 'restart']}).map((record) => ({...record, notStarted: true}))
  expect(past(failed)).toEqual([])
})

test('a service has one budget for all jobs together', () => {
  const history = [run('failed', 20, {job: 'one'}), run('failed', 10, {job: 'two'})]
  expect(service(...history)).toMatchObject({granted: false})
  expect(service(run('failed', 20, {job: 'one', service: 'other'}), run('failed', 10))).toEqual({granted: true})
})

test('a refusal says what is spent, when the next is allowed, and what else would help', () => {
  expect(job(run('failed', 25), run('failed', 10), run('failed', 20))).toMatchObject({
    reason:
      'the budget for recoveries of check from uw-socket, 2 in 30m, is spent; the next is allowed at 2026-01-05T12:10:00.000Z, or after 3 runs that are healthy without a recovery',
  })
})

test('what is left comes with the time when the next recovery comes back', () => {
  const left = (...history: RawRecord[][]) => budgetLeft(past(...history), of, question)
  expect(left()).toEqual({left: 2, until: undefined})
  expect(left(run('failed', 20))).toEqual({left: 1, until: now + 10 * minute})
  expect(left(run('failed', 20), run('failed', 5))).toEqual({left: 0, until: now + 10 * minute})
  expect(left(run('failed', 25), run('failed', 20), run('failed', 5))).toEqual({left: 0, until: now + 10 * minute})
})

test('the classes that something was spent for are known by name', () => {
  const history = [
    run('failed', 9),
    run('failed', 8, {class: 'server'}),
    run('failed', 7, {job: 'other', class: 'auth'}),
  ]
  expect(spentClasses(past(...history), 'check', question)).toEqual(['server', 'uw-socket'])
  expect(spentClasses(past(run('failed', 9, {steps: ['alert']})), 'check', question)).toEqual([])
})

describe('an alert of a recovery is found again within the window of the budget', () => {
  const raised = (more: object = {}): RawRecord[] => [
    {...of, kind: 'step-ended', do: 'alert', level: 'CRITICAL', run: 'r-old', at: now - 20 * minute, ...more},
  ]
  const notice = {...of, do: 'alert', level: 'CRITICAL', run: 'r-new'} as const
  const found = (...history: RawRecord[][]) => noticeInWindow(past(...history), notice, question) !== undefined

  test.each<[string, RawRecord[][], boolean]>([
    ['of an earlier run', [raised()], true],
    ['but not of the same run', [raised({run: 'r-new'})], false],
    ['of the same class', [raised({class: 'server'})], false],
    ['of the same job', [raised({job: 'other'})], false],
    ['of the same level', [raised({level: 'WARNING'})], false],
    ['but not one that was itself suppressed', [raised({suppressed: true})], false],
    ['but not one before the window', [raised({at: now - 31 * minute})], false],
    [
      'but not one before the job was proved healthy',
      [raised(), run('healthy', 9), run('healthy', 8), run('healthy', 7)],
      false,
    ],
    ['but not one before a reset by hand', [raised(), reset(5)], false],
  ])('%s', (_title, history, expected) => {
    expect(found(...history)).toBe(expected)
  })
})

test('a budget of none allows none', () => {
  const answer = askJobBudget([], of, {now, budget: {recoveries: 0, perMs: minute}})
  expect(answer).toMatchObject({granted: false, reason: 'the budget allows no recoveries of check from uw-socket'})
})

test('lines of others and of unknown kinds change nothing', () => {
  const odd: RawRecord[] = [{}, {kind: 'ended'}, {job: 'check', run: 'x', kind: 'later', at: now}]
  const known = run('failed', 20)
  expect(past(odd, known, odd)).toEqual(past(known))
})

test('no history of failures grants more recoveries within a window than the budget has', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({gap: fc.integer({min: 0, max: 20}), healthy: fc.boolean()}), {maxLength: 60}),
      (plan) => {
        const records: RawRecord[] = []
        const granted: number[] = []
        let at = now
        let streak = 0
        for (const [index, {gap, healthy}] of plan.entries()) {
          at += gap * minute
          const base = {job: 'check', run: `p${index}`, at}
          const ask = () => askJobBudget(countedSteps([...records].reverse(), at - budget.perMs), of, {budget, now: at})
          const heal = !healthy && ask().granted
          streak = healthy ? streak + 1 : 0
          // Health that was proved starts the count anew.
          if (streak >= 3) granted.length = 0
          if (heal) {
            granted.push(at)
            records.push({...base, kind: 'step-ended', do: 'restart', class: of.class, service: 'bot'})
          }
          records.push({...base, kind: 'ended', outcome: healthy ? 'healthy' : 'unhealthy', recovered: false})
          expect(granted.filter((time) => time > at - budget.perMs).length).toBeLessThanOrEqual(budget.recoveries)
        }
      },
    ),
    {numRuns: 1000},
  )
})

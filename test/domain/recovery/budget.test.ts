import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {askJobBudget, askServiceBudget, countedRecoveries} from '../../../src/domain/recovery/budget.js'

const minute = 60_000
const now = Date.UTC(2026, 0, 5, 12)
const budget = {recoveries: 2, perMs: 30 * minute}
const question = {budget, now}

let runs = 0

/** Records of one run, oldest first. */
function run(
  kind: 'recovered' | 'failed' | 'healthy',
  minutesAgo: number,
  {job = 'check', service = 'bot'} = {},
): RawRecord[] {
  const base = {job, run: `r${++runs}`, at: now - minutesAgo * minute}
  const steps = kind === 'healthy' ? [] : [{...base, kind: 'step-ended', do: 'clear-locks', ok: true}]
  const restart =
    kind === 'healthy' ? [] : [{...base, kind: 'step-ended', do: 'restart', ok: kind === 'recovered', service}]
  const outcome = kind === 'failed' ? 'unhealthy' : 'healthy'
  const recovered = kind === 'recovered'
  return [{...base, kind: 'started'}, ...steps, ...restart, {...base, kind: 'ended', outcome, recovered}]
}

const past = (...history: RawRecord[][]) => countedRecoveries(history.flat().reverse(), now - budget.perMs)
const job = (...history: RawRecord[][]) => askJobBudget(past(...history), 'check', question)
const service = (...history: RawRecord[][]) => askServiceBudget(past(...history), 'bot', question)

test.each<[string, RawRecord[][], boolean]>([
  ['nothing was spent', [], true],
  ['one recovery leaves one', [run('recovered', 20)], true],
  ['a run with many steps is one recovery', [run('failed', 20)], true],
  ['two are the budget', [run('recovered', 20), run('recovered', 10)], false],
  ['recoveries that failed count too', [run('failed', 20), run('failed', 10)], false],
  ['those before the window count no more', [run('recovered', 31), run('recovered', 10)], true],
  ['those of another job do not count', [run('failed', 20, {job: 'other'}), run('failed', 10)], true],
  ['one healthy run proves nothing', [run('failed', 20), run('failed', 10), run('healthy', 5)], false],
  [
    'a recovered run is no proof of health',
    [run('failed', 20), run('failed', 15), run('recovered', 9), run('recovered', 6), run('recovered', 3)],
    false,
  ],
  [
    'three healthy runs in a row arm it again',
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
])('the budget of a job: %s', (_title, history, granted) => {
  expect(job(...history).granted).toBe(granted)
})

test('a service has one budget for all jobs together', () => {
  const history = [run('failed', 20, {job: 'one'}), run('failed', 10, {job: 'two'})]
  expect(service(...history)).toMatchObject({granted: false})
  expect(service(run('failed', 20, {job: 'one', service: 'other'}), run('failed', 10))).toEqual({granted: true})
})

test('a refusal says what is spent, when the next is allowed, and what else would help', () => {
  expect(job(run('failed', 25), run('failed', 10), run('failed', 20))).toMatchObject({
    reason:
      'the budget for recoveries of check, 2 in 30m, is spent; the next is allowed at 2026-01-05T12:10:00.000Z, or after 3 healthy runs',
  })
})

test('one exhaustion has one key, the next has another', () => {
  const [first, second, third] = [run('failed', 25), run('failed', 20), run('failed', 2)]
  const keyOf = (...history: RawRecord[][]) => {
    const answer = job(...history)
    return answer.granted ? undefined : answer.key
  }
  expect(keyOf(first, second)).toBe(keyOf(first, second, run('healthy', 1)))
  expect(keyOf(first, second)).not.toBe(keyOf(second, third))
})

test('a budget of none allows none', () => {
  const answer = askJobBudget([], 'check', {now, budget: {recoveries: 0, perMs: minute}})
  expect(answer).toMatchObject({granted: false, reason: 'the budget allows no recoveries of check'})
})

test('lines of others and of unknown kinds change nothing', () => {
  const odd: RawRecord[] = [{}, {kind: 'ended'}, {job: 'check', run: 'x', kind: 'later', at: now}]
  expect(past(odd, run('failed', 20), odd)).toEqual(
    past(run('failed', 20)).map((each) => ({...each, run: `r${runs - 1}`})),
  )
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
          const ask = () =>
            askJobBudget(countedRecoveries([...records].reverse(), at - budget.perMs), 'check', {budget, now: at})
          const heal = !healthy && ask().granted
          streak = healthy ? streak + 1 : 0
          // Health that was proved starts the count anew.
          if (streak >= 3) granted.length = 0
          if (heal) {
            granted.push(at)
            records.push({...base, kind: 'step-ended', do: 'restart', service: 'bot'})
          }
          records.push({...base, kind: 'ended', outcome: healthy ? 'healthy' : 'unhealthy', recovered: false})
          expect(granted.filter((time) => time > at - budget.perMs).length).toBeLessThanOrEqual(budget.recoveries)
        }
      },
    ),
    {numRuns: 1000},
  )
})

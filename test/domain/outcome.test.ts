import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {defaultExitMap, type Exit, judgeRun, type Outcome, parseResult, resultLimit} from '../../src/domain/outcome.js'

const ended: Exit = {code: 0, signal: undefined, timedOut: false, silent: false, spawnError: undefined}
const judge = (exit: Partial<Exit>, more: Partial<Parameters<typeof judgeRun>[0]> = {}) =>
  judgeRun({exit: {...ended, ...exit}, exitMap: defaultExitMap, result: undefined, crashed: undefined, ...more})

test.each<[string, Partial<Exit>, Parameters<typeof judge>[1], Outcome]>([
  ['0 is healthy', {code: 0}, {}, 'healthy'],
  ['1 is degraded', {code: 1}, {}, 'degraded'],
  ['2 is unhealthy', {code: 2}, {}, 'unhealthy'],
  ['any other code is failed', {code: 3}, {}, 'failed'],
  ['a crash that exits 1 is failed', {code: 1}, {crashed: 'Python traceback: KeyError'}, 'failed'],
  ['a crash mark beside exit 0 is no crash', {code: 0}, {crashed: 'Perl: odd at x line 1.'}, 'healthy'],
  ['the result file outranks the exit code', {code: 0}, {result: {outcome: 'unhealthy'}}, 'unhealthy'],
  ['a result without outcome leaves the exit code', {code: 1}, {result: {detail: 'x'}}, 'degraded'],
  ['a crash outranks the result file', {code: 1}, {crashed: 'x', result: {outcome: 'healthy'}}, 'failed'],
  ['a time limit outranks the result file', {timedOut: true}, {result: {outcome: 'healthy'}}, 'timed-out'],
  ['silence is a time limit', {code: undefined, signal: 'SIGTERM', silent: true}, {}, 'timed-out'],
  ['a signal is killed', {code: undefined, signal: 'SIGKILL'}, {result: {outcome: 'healthy'}}, 'killed'],
  ['what could not start is not-started', {code: undefined, spawnError: 'ENOENT'}, {}, 'not-started'],
  ['a map of the job replaces the default', {code: 1}, {exitMap: {3: 'degraded'}}, 'failed'],
  ['0 stays healthy in a map that does not name it', {code: 0}, {exitMap: {3: 'degraded'}}, 'healthy'],
  ['a map may give 0 another meaning', {code: 0}, {exitMap: {0: 'degraded'}}, 'degraded'],
])('%s', (_title, exit, more, expected) => {
  expect(judge(exit, more).outcome).toBe(expected)
})

test('the judgement says what it rests on', () => {
  expect(judge({code: 1}, {crashed: 'Python traceback: KeyError'}).detail).toBe('Python traceback: KeyError')
  expect(judge({code: 1}, {result: {detail: 'feed is late'}})).toEqual({outcome: 'degraded', detail: 'feed is late'})
  expect(judge({code: undefined, signal: 'SIGKILL'}).detail).toBe('SIGKILL')
  expect(judge({code: 0})).toEqual({outcome: 'healthy'})
})

describe('a result file', () => {
  test('gives outcome, class, detail, retry delay and metrics, and its unknown fields are ignored', () => {
    const text =
      '{"outcome":"degraded","class":"uw-socket","detail":"late","retryAfter":1.5,"metrics":{"rows":120},"x":1}'
    expect(parseResult(text)).toEqual({
      result: {outcome: 'degraded', class: 'uw-socket', detail: 'late', retryAfterMs: 1500, metrics: {rows: 120}},
      problems: [],
    })
  })

  test('that is empty says nothing', () => {
    expect(parseResult('\n')).toEqual({result: undefined, problems: []})
  })

  test.each([
    ['{"outcome":', /no JSON/],
    ['[1]', /no JSON object/],
    [`"${'x'.repeat(resultLimit)}"`, /larger than/],
  ])('that is broken is reported and not used: %.12s', (text, why) => {
    const {result, problems} = parseResult(text)
    expect(result).toBeUndefined()
    expect(problems.join()).toMatch(why)
  })

  test.each([
    ['an outcome that only guard may say', {outcome: 'timed-out'}],
    ['a class that is no word', {class: '../x'}],
    ['a negative delay', {retryAfter: -1}],
    ['a metric that is no number', {metrics: {rows: '1'}}],
    ['a detail that is no text', {detail: {a: 1}}],
  ])('keeps its good fields beside %s, which is reported', (_title, wrong) => {
    const {result, problems} = parseResult(JSON.stringify({outcome: 'degraded', detail: 'x', class: 'y', ...wrong}))
    const [field = ''] = Object.keys(wrong)
    expect(result).not.toHaveProperty(field === 'retryAfter' ? 'retryAfterMs' : field)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(field)
  })

  test('of any content never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseResult(text).problems.every((problem) => problem.length < 400)).toBe(true)
      }),
    )
  })
})

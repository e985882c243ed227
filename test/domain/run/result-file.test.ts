import {describe, expect, test} from 'vitest'
import {parseResult, resultLimit} from '../../../src/domain/run/result-file.js'
import {fc} from '../../support/properties.js'

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
    ['{"outcome":', /not JSON/],
    ['[1]', /not a JSON object/],
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

import fc from 'fast-check'
import {expect, test} from 'vitest'
import {cellOf} from '../../src/domain/column.js'
import {toColumn} from '../../src/domain/to-column.js'

/** Values as a snapshot keeps them: what JSON gives back unchanged. */
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({noNaN: true, noDefaultInfinity: true}).map((value) => (Object.is(value, -0) ? 0 : value)),
)
const leaf = fc.oneof(number, fc.string(), fc.constantFrom('ok', 'error', 1, 2))
const fields = fc.record(
  {a: leaf, b: fc.constantFrom('x', 'y'), of: number, at: fc.record({else: fc.integer()}), few: fc.constant('z')},
  {requiredKeys: ['b']},
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq: number) => fc.option(arbitrary, {nil: undefined, freq})

test.each<[string, fc.Arbitrary<unknown>]>([
  ['objects', fields],
  ['objects, a few rows', maybe(fields, 1)],
  ['numbers and absent ones', maybe(number, 8)],
  ['texts and absent ones', maybe(fc.string(), 8)],
  ['repeated values', fc.constantFrom('a', 'b', 0.5, undefined)],
  ['the same value', fc.constant(7)],
  ['mostly the same value', fc.integer({min: 0, max: 9}).map((n) => (n > 0 ? 'vm' : undefined))],
  ['texts that differ', fc.uuid()],
  [
    'texts that differ, with blanks',
    fc.constantFrom('a b', ' ', '', 'c').chain((end) => fc.uuid().map((id) => id + end)),
  ],
])('%s come back from their column as they were', (_, value) => {
  const property = fc.property(fc.array(value, {maxLength: 40}), (values) => {
    const column = JSON.parse(JSON.stringify(toColumn(values)))
    expect(values.map((_, row) => cellOf(column, row))).toEqual(values)
  })
  fc.assert(property)
})

test('times take the place of what lies between them, and what is the same everywhere stands once', () => {
  const rows = Array.from({length: 8}, (_, row) => ({at: 1_795_335_274_272 + row, host: 'vm', boot: `b${row % 2}`}))
  expect(toColumn(rows)).toEqual({
    is: {
      at: {from: 1_795_335_274_272, plus: [0, 1, 2, 3, 4, 5, 6, 7]},
      host: {few: {}, else: 'vm'},
      boot: {of: ['b0', 'b1'], at: [0, 1, 0, 1, 0, 1, 0, 1]},
    },
  })
})

import {describe, expect, test} from 'vitest'
import {findById} from '../../../src/domain/journal/id-prefix.js'

const items = [{id: 'abcd1'}, {id: 'abcd2'}, {id: 'xyz'}, {id: 'abcd'}, {id: 'wxyz99'}]

describe('an item is found', () => {
  test.each([
    ['by its whole id, whatever its length', 'xyz', 'xyz'],
    ['by its whole id, though others begin so', 'abcd', 'abcd'],
    ['by the first four characters', 'wxyz', 'wxyz99'],
    ['by more of them', 'abcd2', 'abcd2'],
  ])('%s', (_, wanted, id) => {
    expect(findById(items, wanted)).toEqual({id})
  })
})

test('three characters are not enough', () => {
  expect(findById(items, 'wxy')).toBeUndefined()
})

test('a beginning that two ids have is ambiguous', () => {
  expect(findById(items.slice(0, 2), 'abcd')).toBe('ambiguous')
})

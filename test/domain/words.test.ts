import fc from 'fast-check'
import {expect, test} from 'vitest'
import {isWord, joinWords, partWords} from '../../src/domain/words.js'

test('words come back from their text as they were', () => {
  const property = fc.property(fc.array(fc.string().filter(isWord)), (words) => {
    expect(partWords(joinWords(words))).toEqual(words)
  })
  fc.assert(property)
})

test.each(['', ' ', 'a b', 7, undefined])('%j is no word', (value) => {
  expect(isWord(value)).toBe(false)
})

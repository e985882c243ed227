import {expect, test} from 'vitest'
import {closestName} from '../../../src/domain/settings/suggest.js'

const keys = ['timeout', 'timezone', 'retry', 'recovery', 'jobs']

test.each([
  ['a swapped pair is meant', 'tiemout', 'timeout'],
  ['a missing letter is meant', 'retr', 'retry'],
  ['an added letter is meant', 'jobss', 'jobs'],
  ['capital letters are no difference', 'TimeOut', 'timeout'],
  ['a word like none of them suggests nothing', 'banana', undefined],
  ['a very long word suggests nothing', 'x'.repeat(10_000), undefined],
])('%s', (_title, wrong, meant) => {
  expect(closestName(wrong, keys)).toBe(meant)
})

import {expect, test} from 'vitest'
import {repeatedKey} from '../../../src/domain/alert/repeated-key.js'

const raised = (...entries: [string, number][]) => ({
  raised: new Map(entries),
  numbers: new Map(),
  count: entries.length,
})
const repeatMs = 100

test.each<[string, ReturnType<typeof raised>, number, string | undefined]>([
  ['the first time it is the key of the thing itself', raised(), 1000, 'a'],
  ['within the interval there is none', raised(['a', 1000]), 1099, undefined],
  ['after it there is another one', raised(['a', 1000]), 1100, 'a:1000'],
  ['each repetition begins the interval anew', raised(['a', 1000], ['a:1000', 1100]), 1199, undefined],
  ['the third has a key of its own', raised(['a', 1000], ['a:1000', 1100]), 1200, 'a:1100'],
  ['what was raised in the future counts for nothing', raised(['a', 5000]), 1000, 'a:5000'],
])('%s', (_title, state, nowMs, key) => {
  expect(repeatedKey(state, 'a', {nowMs, repeatMs})).toBe(key)
})

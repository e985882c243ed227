import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {classifyText} from '../../../src/domain/failure/failure-class.js'

/** Messages of real tools: each begins with `### CLASS TOOL`, where the class `none` means that nothing failed. */
function messagesIn(file: string) {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/tool-messages', file), 'utf8')
  return text
    .split(/^### /m)
    .slice(1)
    .map((block) => {
      const head = block.slice(0, block.indexOf('\n'))
      const [expected = '', ...tool] = head.split(' ')
      return {expected, tool: tool.join(' '), text: block.slice(head.length + 1)}
    })
}

const classOf = (text: string) => classifyText(text).failure?.class ?? 'none'

describe('the messages that guide the patterns', () => {
  test.each([...messagesIn('guide.txt'), ...messagesIn('guide-2.txt')])(
    '$expected: $tool $text',
    ({expected, text}) => {
      expect(classOf(text)).toBe(expected)
    },
  )
})

/** Share of the messages that get their class, with the others as text. */
function score(file: string) {
  const messages = messagesIn(file)
  const wrong = messages
    .filter(({expected, text}) => classOf(text) !== expected)
    .map(({expected, tool, text}) => `${expected}, not ${classOf(text)}: ${tool}: ${text}`)
  return {share: 1 - wrong.length / messages.length, wrong: wrong.join('\n')}
}

test('of the messages written down before the patterns at least 95 % have their class', () => {
  const {share, wrong} = score('held-out.txt')
  expect(share, wrong).toBeGreaterThanOrEqual(0.95)
})

test('of the messages of other tools, for which nothing is tuned, at least three of four have their class', () => {
  const {share, wrong} = score('other-tools.txt')
  expect(share, wrong).toBeGreaterThanOrEqual(0.75)
})

test.each(['new-tools-1.txt', 'new-tools-2.txt', 'new-tools-3.txt'])(
  'of the messages in %s, which guided the patterns once they were measured, at least 95 %% have their class',
  (file) => {
    const {share, wrong} = score(file)
    expect(share, wrong).toBeGreaterThanOrEqual(0.95)
  },
)

test('of the messages measured last no fewer have their class than before any of them was used', () => {
  const {share, wrong} = score('new-tools-4.txt')
  expect(share, wrong).toBeGreaterThanOrEqual(0.86)
})

/** Share of the messages of a failure alone that get their class, with the others as text. */
function failureScore(file: string) {
  const failures = messagesIn(file).filter(({expected}) => expected !== 'none')
  const wrong = failures.filter(({expected, text}) => classOf(text) !== expected)
  return {share: 1 - wrong.length / failures.length, wrong: wrong.map(({text}) => `${classOf(text)}: ${text}`).join('')}
}

test.each([
  ['real-1.txt', 0.95],
  ['real-2.txt', 0.95],
  ['real-3.txt', 0.95],
  ['matrix-1.txt', 0.95],
  ['matrix-2.txt', 0.87],
  ['matrix-3.txt', 0.95],
  ['matrix-4.txt', 0.95],
])('of the failures in %s at least a share of %d has its class', (file, least) => {
  const {share, wrong} = failureScore(file)
  expect(share, wrong).toBeGreaterThanOrEqual(least)
})

const sets = [
  'held-out.txt',
  'other-tools.txt',
  ...[1, 2, 3, 4].map((number) => `new-tools-${number}.txt`),
  ...[1, 2, 3].map((number) => `real-${number}.txt`),
  ...[1, 2, 3, 4].map((number) => `matrix-${number}.txt`),
  'harmless.txt',
]

test.each(sets)('no text without a failure in %s has a class', (file) => {
  const calm = messagesIn(file).filter(({expected}) => expected === 'none')
  expect(calm.length).toBeGreaterThan(3)
  expect(calm.filter(({text}) => classOf(text) !== 'none')).toEqual([])
})

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
  test.each(messagesIn('guide.txt'))('$expected: $tool $text', ({expected, text}) => {
    expect(classOf(text)).toBe(expected)
  })
})

test('of the messages that no pattern was written against at least 95 % have their class', () => {
  const messages = messagesIn('held-out.txt')
  const wrong = messages
    .filter(({expected, text}) => classOf(text) !== expected)
    .map(({expected, tool, text}) => `${expected}, not ${classOf(text)}: ${tool}: ${text}`)
  expect(messages.length).toBeGreaterThan(80)
  expect(1 - wrong.length / messages.length, wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
})

test('texts that report no failure have no class, without exception', () => {
  const calm = messagesIn('held-out.txt').filter(({expected}) => expected === 'none')
  expect(calm.filter(({text}) => classOf(text) !== 'none')).toEqual([])
})

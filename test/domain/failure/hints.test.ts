import {describe, expect, test} from 'vitest'
import {classifyText} from '../../../src/domain/failure/failure-class.js'
import {hintPatterns, noHint, troubleName, troubleWords} from '../../../src/domain/failure/hint-patterns.js'
import {compilePatterns} from '../../../src/line-patterns.js'

const classOf = (text: string) => classifyText(text).failure?.class ?? 'unknown'

describe('a line that reports trouble and names its subject', () => {
  test.each([
    ['connection', 'SSL SYSCALL error: EOF detected'],
    ['auth', 'NT_STATUS_ACCESS_DENIED listing x'],
    ['validation', 'An error occurred (ConditionalCheckFailedException) when calling the PutItem operation: x'],
    ['not-found', 'error: the server does not have a resource type "pod2"'],
  ])('has the class %s: %s', (expected, line) => {
    expect(classOf(line)).toBe(expected)
  })

  test('decides only if no other line shows a class, wherever that stands', () => {
    const weak = 'SSL SYSCALL error: EOF detected'
    expect(classOf(`HTTP 503\n${weak}`)).toBe('server')
    expect(classOf(`${weak}\nHTTP 503`)).toBe('server')
  })

  test('decides as the last of several, and is the evidence', () => {
    const text = 'SSL SYSCALL error: EOF detected\nERROR:  numeric field overflow\nbye'
    expect(classifyText(text).failure).toEqual({class: 'validation', evidence: 'ERROR:  numeric field overflow'})
  })

  test('does not decide from far before the end', () => {
    const later = 'error: job 12 did not do its part\n'.repeat(500)
    expect(classOf(`SSL SYSCALL error: EOF detected\n${later}`)).toBe('unknown')
  })

  test('has no class that the settings define in another way', () => {
    const own = {patterns: {connection: ['my feed']}, compile: compilePatterns}
    expect(classifyText('SSL SYSCALL error: EOF detected', own).failure?.class).not.toBe('connection')
  })
})

test.each([
  'processed 429 records in 503 ms',
  'created table connection_errors',
  "    raise ConnectionError('x')",
  'INFO SSL SYSCALL error: EOF detected',
  "error: can't open /srv/timeouts/login.csv",
  `error: login ${'x'.repeat(5000)}`,
])('a text that only has the words shows nothing: %.60s', (line) => {
  expect(classOf(line)).toBe('unknown')
})

test('the signs take a bounded number of steps at each place of a line', () => {
  for (const {source} of [troubleWords, troubleName, noHint, ...hintPatterns.map(([, pattern]) => pattern)]) {
    const plain = source
      .replace(/\\./g, 'x')
      .replace(/\[[^\]]*\]/g, 'x')
      .replaceAll('(?', '(')
    expect(plain).not.toMatch(/[*+]|,\}|\)\{/)
  }
})

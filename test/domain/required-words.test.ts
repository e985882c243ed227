import fc from 'fast-check'
import {expect, test} from 'vitest'
import {builtInClasses} from '../../src/domain/failure/builtin-patterns.js'
import {builtInWords} from '../../src/domain/failure-words.js'
import {patternsFound} from '../../src/domain/pattern-set.js'
import {requiredWords} from '../../src/domain/required-words.js'

test.each<[string, readonly string[]]>([
  ['UW.*fail', ['fail']],
  ['(?i)Timed Out', ['timed out']],
  ['\\bSIP\\b', ['sip']],
  ['socket|connection', ['socket', 'connection']],
  ['socket|\\d+', []],
  ['a(?:bc|de)?fgh', ['fgh']],
  ['x(?<name>abc|de)y', ['abc', 'de']],
  ['abcd?e', ['abc']],
  ['abc+d', ['abc']],
  ['ab{2}cde', ['cde']],
  ['ab{0,2}cd', ['cd']],
  ['a{x}', ['a{x}']],
  ['[abc\\]]d\\.e', ['d.e']],
  ['\\x41bc', ['bc']],
  ['caf.', ['caf']],
  ['café', ['caf']],
  ['x*', []],
])('%s requires %j', (source, words) => {
  expect(requiredWords(source)).toEqual(words)
})

const piece = fc.constantFrom('a', 'B', 'ab', '.', '[ab]', '[^a\\]]', '\\b', '^', '$', '\\w', '\\.', '\\x61', '{', 'é')
const pattern = fc.letrec<{whole: string}>((tie) => ({
  whole: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    piece,
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => a + b),
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie('whole'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,}', '+?')).map(([a, q]) => `(${a})${q}`),
    fc
      .tuple(fc.constantFrom('a', 'B', '\\.', '[ab]'), fc.constantFrom('*', '+', '?', '{2}', '{0}'))
      .map((two) => two.join('')),
  ),
})).whole
const line = fc.string({unit: fc.constantFrom('a', 'b', 'A', 'B', '.', '{', 'é'), maxLength: 10})

test('no line matches a pattern without one of the words that it requires', () => {
  fc.assert(
    fc.property(pattern, fc.boolean(), line, (source, ignoreCase, text) => {
      const whole = ignoreCase ? `(?i)${source}` : source
      fc.pre(patternsFound([whole], new TextEncoder().encode(text)).size > 0)
      const words = requiredWords(whole)
      expect(words.length === 0 || words.some((word) => text.toLowerCase().includes(word))).toBe(true)
    }),
    {numRuns: 3000},
  )
})

test('the words of the built-in patterns are those that were worked out beforehand', () => {
  const words = Object.entries(builtInClasses).map(([name, sources]) => [
    name,
    sources.map((source) => requiredWords(source).join('|')),
  ])
  expect(builtInWords).toEqual(Object.fromEntries(words))
})

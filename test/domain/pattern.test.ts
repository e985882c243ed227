import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {type PatternNode, parsePattern} from '../../src/domain/pattern.js'
import {keptLineBytes, patternsFound, searchLines} from '../../src/domain/pattern-set.js'

const node = (source: string): PatternNode => {
  const parsed = parsePattern(source)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.node
}

/** Lines of `text` that match, each with the patterns that did; the text comes in pieces of `pieceBytes`. */
function search(sources: readonly string[], text: string, pieceBytes = 7): [string, number[]][] {
  const hits: [string, number[]][] = []
  const lines = searchLines(sources.map(node), (found, line) =>
    hits.push([new TextDecoder().decode(line), [...found].sort()]),
  )
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += pieceBytes) lines.push(bytes.subarray(at, at + pieceBytes))
  lines.end()
  return hits
}

const matches = (source: string, line: string) => search([source], line).length > 0

test.each([
  ['UW.*fail', 'UW socket: connect fail', true],
  ['UW.*fail', 'UW ok\nfail', false],
  ['^a$', 'a', true],
  ['^a$', 'x\r\na\r\nx', true],
  ['\\bSIP\\b', 'the SIP feed', true],
  ['\\bSIP\\b', 'GOSSIP', false],
  ['\\BSIP', 'GOSSIP', true],
  ['HTTP [45]\\d{2}', 'HTTP 503', true],
  ['HTTP [45]\\d{2}', 'HTTP 203', false],
  ['(?:sip|uw)_(error|no_data)', 'uw_no_data', true],
  ['[^a-z]x', '1x', true],
  ['[^a-z]x', 'ax', false],
  ['(?i)Timed Out', 'TIMED out', true],
  ['timed out', 'TIMED out', false],
  ['a{2,3}b', 'ab', false],
  ['^a{2,3}b', 'aaaab', false],
  ['^(ab?){2,}$', 'aaab', true],
  ['caf. ', 'café au lait', true],
  ['^caf.$', 'café', true],
  ['^[^x]$', '€', true],
  ['ü{2}', 'aüüb', true],
  ['[äö]x', 'öx', true],
  ['\\u20ac5', '€5', true],
  ['a\\.b', 'axb', false],
  ['{x}', '{x}', true],
  ['(?<name>a)b', 'ab', true],
  ['x*', 'anything', true],
])('%s on %j: %s', (source, line, expected) => {
  expect(matches(source, line)).toBe(expected)
})

test.each([
  ['(', 'a ( that nothing closes'],
  ['a)', 'a ) that nothing opens'],
  ['[a', 'a [ that nothing closes'],
  ['*a', 'nothing before *'],
  ['a**', 'two quantifiers'],
  ['(?=a)', 'lookaround'],
  ['(?<!a)b', 'lookaround'],
  ['(a)\\1', 'back-reference'],
  ['\\q', 'unknown escape'],
  ['a{3,2}', 'wrong order'],
  ['a{9999}', 'repeats more than'],
  ['((a{200}){200}){200}', 'too large'],
  ['\\x1', 'hexadecimal'],
  ['[z-a]', 'range'],
  ['^*', 'repeats nothing'],
  ['a\\', 'ends in the middle'],
  ['('.repeat(60) + ')'.repeat(60), 'nested deeper'],
  ['a'.repeat(1001), 'longer than'],
])('a pattern that cannot be used says why: %.20s', (source, problem) => {
  const parsed = parsePattern(source)
  expect(parsed.ok ? '' : parsed.problem).toContain(problem)
})

const piece = fc.constantFrom('a', 'b', 'ab', '.', '[ab]', '[^a]', '\\b', '\\B', '^', '$', '\\w', ' ', '\\s', '\\W')
const pattern = fc.letrec<{whole: string}>((tie) => ({
  whole: fc.oneof(
    {maxDepth: 4, withCrossShrink: true},
    piece,
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => a + b),
    fc.tuple(tie('whole'), tie('whole')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('whole'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,}', '*?'))
      .map(([a, q]) => `(?:${a})${q}`),
  ),
})).whole
const lines = fc.string({unit: fc.constantFrom('a', 'b', 'c', ' ', '\n', '_', '-'), maxLength: 12})

test('every pattern finds the lines that RegExp finds', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, {minLength: 1, maxLength: 3}),
      lines,
      fc.integer({min: 1, max: 5}),
      (sources, text, size) => {
        const all = text.split('\n')
        if (all.at(-1) === '') all.pop()
        const expected = all.flatMap((line): [string, number[]][] => {
          const found = sources.flatMap((source, place) => (new RegExp(source).test(line) ? [place] : []))
          return found.length > 0 ? [[line, found]] : []
        })
        expect(search(sources, text, size)).toEqual(expected)
      },
    ),
    {numRuns: 2000},
  )
})

describe('hostile patterns and texts', () => {
  test.each(['(a+)+$', '^(a|a)*$', '(a*)*b', 'a.*a.*a.*a.*a.*b', '(?:a?){30}a{30}$'])(
    'take one step a byte at most: %s',
    (source) => {
      // RegExp would need more than 10^9 steps for a line of a few dozen characters; this is 100,000 of them.
      expect(matches(source, `${'a'.repeat(100_000)}!`)).toBe(false)
    },
  )

  test('a set that would need endless states goes on in bounded memory and stays right', () => {
    // The classic: whether the 14th letter from the end is an a needs 2^14 states at once.
    const source = `a[ab]{13}$`
    let seed = 1
    const bit = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed > 1073741824
    }
    const line = Array.from({length: 50_000}, () => (bit() ? 'a' : 'b')).join('')
    expect(matches(source, line)).toBe(new RegExp(source).test(line))
    expect(matches(source, `${line.slice(0, -14)}a${line.slice(-13)}`)).toBe(true)
    expect(matches(source, `${line.slice(0, -14)}b${line.slice(-13)}`)).toBe(false)
  })

  test('of a line without end only the first bytes are kept, and its end is searched all the same', () => {
    const [hit] = search(['needle'], `${'x'.repeat(1_000_000)}needle\n`, 65_536)
    expect(hit?.[0]).toHaveLength(keptLineBytes)
  })
})

test('of several patterns those are told that any line matches', () => {
  const text = new TextEncoder().encode('rows: 120\nSIP feed late')
  expect([...patternsFound(['^rows', 'sip', '(?i)sip', '('], text)]).toEqual(['^rows', '(?i)sip'])
})

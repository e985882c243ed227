import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {readLines} from '../src/domain/failure/output-lines.js'
import {compilePatterns, patternProblem} from '../src/line-patterns.js'

const matches = (source: string, line: string) => compilePatterns([source])(line).length > 0

test.each([
  ['UW.*fail', 'UW socket: connect fail', true],
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
  ['\\x{20ac}5', '€5', true],
  ['a\\.b', 'axb', false],
  ['{x}', '{x}', true],
  ['(?<name>a)b', 'ab', true],
  ['x*', 'anything', true],
])('%s on %j: %s', (source, line, expected) => {
  expect(patternProblem(source)).toBeUndefined()
  expect(matches(source, line)).toBe(expected)
})

test.each([
  ['', 'matches everything'],
  ['(', 'missing closing )'],
  ['a)', 'unexpected )'],
  ['[a', 'missing closing ]'],
  ['*a', 'missing argument'],
  ['a**', 'nested repetition'],
  ['(?=a)', 'lookaround'],
  ['(?!a)', 'lookaround'],
  ['(?<=a)b', 'lookaround'],
  ['(?<!a)b', 'lookaround'],
  ['(a)\\1', 'the back-reference \\1'],
  ['(?<n>a)\\k<n>', 'the back-reference \\k'],
  ['\\q', 'escape'],
  ['a{3,2}', 'repeat count'],
  ['a{9999}', 'repeat count'],
  ['((a{200}){200}){200}', 'repeat count'],
  ['(?:abcdef){900}', 'too large'],
  ['[z-a]', 'range'],
  ['a\\', 'trailing backslash'],
  ['a'.repeat(1001), 'longer than'],
])('a pattern that cannot be used says why: %.20s', (source, problem) => {
  expect(patternProblem(source)).toContain(problem)
})

test('of several patterns those are told that a line matches, by their place; one that cannot be read is none', () => {
  const match = compilePatterns(['^rows', 'sip', '(', '(?i)sip', '(?P<name>S)IP', '(?P<name>r)ows'])
  expect(match('rows: 120')).toEqual([0, 5])
  expect(match('SIP feed late')).toEqual([3, 4])
  expect(match('all good')).toEqual([])
})

test('every pattern of the examples can be used', () => {
  const root = join(import.meta.dirname, '..')
  const pages = ['README.md', '.guardianrc.example', 'examples/stock-bot/.guardianrc.yaml']
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n')
  const marks = Array.from(text.matchAll(/(?:contains|lacks): *'?(.*?)'?$/gm), ([, source = '']) => source)
  const lists = Array.from(text.matchAll(/failures:\n.*?\[(.+)\]/g), ([, list = '']) => list)
  const found = [...marks, ...lists.flatMap((list) => list.split(', ').map((item) => item.replaceAll('"', '')))]
  expect(found).toEqual(expect.arrayContaining(['UW.*fail', '"ok": *true']))
  expect(found.filter((source) => patternProblem(source) !== undefined)).toEqual([])
})

describe('hostile patterns and texts', () => {
  test.each(['(a+)+$', '^(a|a)*$', '(a*)*b', 'a.*a.*a.*a.*a.*b', '(?:a?){30}a{30}$'])(
    'take one step a character at most: %s',
    (source) => {
      // RegExp would need more than 10^9 steps for a line of a few dozen characters; this is 100,000 of them.
      expect(matches(source, `${'a'.repeat(100_000)}!`)).toBe(false)
    },
  )

  test('one line of 10 MB comes to its end, and what stands there is found', () => {
    const match = compilePatterns(['(a+)+$', 'needle$'])
    const found: (readonly number[])[] = []
    const lines = readLines((line) => found.push(match(line)))
    const piece = new TextEncoder().encode('a'.repeat(65_536))
    for (let bytes = 0; bytes < 10_000_000; bytes += piece.length) lines.push(piece)
    lines.push(new TextEncoder().encode('needle'))
    lines.end()
    expect(found.at(-1)).toEqual([1])
  })

  test('a pattern that would need endless states stays right', () => {
    // The classic: whether the 14th letter from the end is an a needs 2^14 states at once.
    const source = 'a[ab]{13}$'
    let seed = 1
    const bit = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed > 1073741824
    }
    const line = Array.from({length: 50_000}, () => (bit() ? 'a' : 'b')).join('')
    expect(matches(source, `${line.slice(0, -14)}a${line.slice(-13)}`)).toBe(true)
    expect(matches(source, `${line.slice(0, -14)}b${line.slice(-13)}`)).toBe(false)
  })
})

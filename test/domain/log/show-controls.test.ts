import {expect, test} from 'vitest'
import {
  showControls,
  showControlsButColors,
  showControlsInJson,
  showControlsInLines,
  showControlsOf,
  withoutColors,
} from '../../../src/domain/log/show-controls.js'

test.each([
  ['escape sequences', 'a\u001b]0;t\u0007b', 'a\\x1b]0;t\\x07b'],
  ['the control characters of C1 and DEL', '\u009b2J\u0085\u007f', '\\x9b2J\\x85\\x7f'],
  ['line feeds, returns and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
  ['direction marks', 'a\u202eb\u2066\u200f', 'a\\u202eb\\u2066\\u200f'],
  ['characters without width', 'a\u200bb\ufeff\u2060\u{e0041}', 'a\\u200bb\\ufeff\\u2060\\u{e0041}'],
  ['separators of lines', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ['nothing of letters, marks and pictures', 'é e\u0301 日本 \u{1f600} \\ "', 'é e\u0301 日本 \u{1f600} \\ "'],
])('%s are shown', (_, text, shown) => {
  expect(showControls(text)).toBe(shown)
})

test('lines and tabs stay where a text has lines', () => {
  expect(showControlsInLines('a\n\tb\u001b[1m\r')).toBe('a\n\tb\\x1b[1m\\r')
})

test.each([
  ['colours', '\u001b[1;38:5:12mx\u001b[m', '\u001b[1;38:5:12mx\u001b[m'],
  ['no other sequence', '\u001b[2J\u001b[?25l\u001b[1;', '\\x1b[2J\\x1b[?25l\\x1b[1;'],
  ['no colour by C1', '\u009b31m', '\\x9b31m'],
])('a log passes %s', (_, text, shown) => {
  expect(showControlsButColors(text)).toBe(shown)
})

test('colours are taken out of a text of another library', () => {
  expect(withoutColors('a\u001b[2mb\u001b[22m\u001b[2J')).toBe('ab\u001b[2J')
})

test('all texts of a value are shown, at any depth, those in keys too', () => {
  const value = {['\u001b']: ['\n', 1, undefined, null, true], map: new Map([['\t', new Set(['\u0007'])]])}
  expect(showControlsOf(value)).toEqual({
    '\\x1b': ['\\n', 1, undefined, null, true],
    map: new Map([['\\t', new Set(['\\x07'])]]),
  })
})

test('a value without control characters is shown as it is, without a copy', () => {
  const value = {texts: ['a é', 1], map: new Map([['b', new Set(['c'])]])}
  expect(showControlsOf(value)).toBe(value)
})

test('JSON says the same with control characters as numbers', () => {
  const value = {['\u009b']: '\u007f\u202e\u{e0041}\u0000\n é'}
  const json = showControlsInJson(JSON.stringify(value, undefined, 2))
  expect(json).toBe('{\n  "\\u009b": "\\u007f\\u202e\\udb40\\udc41\\u0000\\n é"\n}')
  expect(JSON.parse(json)).toEqual(value)
})

import {expect, test} from 'vitest'
import {longestLine, readLines} from '../../../src/domain/failure/output-lines.js'
import {fc} from '../../support/properties.js'

function linesOf(text: string | Uint8Array, pieceBytes = 65_536): string[] {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  const lines: string[] = []
  const reader = readLines((line) => lines.push(line))
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes))
  reader.end()
  return lines
}

test.each([
  ['a\nb\n', ['a', 'b']],
  ['a\nb', ['a', 'b']],
  ['a\r\n\r\nb\r', ['a', '', 'b']],
  ['10 %\r20 %\r30 %\n', ['10 %', '20 %', '30 %']],
  ['', []],
])('%j has the lines %j', (text, lines) => {
  expect(linesOf(text)).toEqual(lines)
})

test('wherever the bytes are cut, the lines are the same', () => {
  const text = fc.string({unit: fc.constantFrom('a', 'é', '€', '😀', '\r', '\n'), maxLength: 20})
  fc.assert(
    fc.property(text, fc.integer({min: 1, max: 4}), (whole, pieceBytes) => {
      expect(linesOf(whole, pieceBytes)).toEqual(linesOf(whole))
    }),
  )
})

test('bytes that are not UTF-8 leave the rest of the line readable', () => {
  expect(linesOf(Uint8Array.of(0xff, 0x48, 0x54, 0x54, 0x50, 0xc3, 0x0a, 0x61))).toEqual(['\ufffdHTTP\ufffd', 'a'])
})

test('a line without end comes in parts, and what is cut apart in one is whole in the next', () => {
  const text = `${'x'.repeat(longestLine - 3)}needle${'y'.repeat(longestLine)}end`
  const parts = linesOf(text)
  expect(Math.max(...parts.map(({length}) => length))).toBe(longestLine)
  expect(parts.filter((part) => part.includes('needle'))).toHaveLength(1)
  expect(parts.at(-1)?.endsWith('yend')).toBe(true)
})

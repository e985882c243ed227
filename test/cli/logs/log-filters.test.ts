import {describe, expect, test} from 'vitest'
import {type LogSink, maskingSink, terminalSink} from '../../../src/cli/logs/log-filters.js'

/** What comes out if the bytes are cut at each place in turn. */
function cutEverywhere(bytes: Buffer, open: (out: Buffer[]) => LogSink): string[] {
  return Array.from({length: bytes.length + 1}, (_, cut) => {
    const out: Buffer[] = []
    const sink = open(out)
    sink.push(bytes.subarray(0, cut))
    sink.push(bytes.subarray(cut))
    sink.end()
    return Buffer.concat(out).toString('latin1')
  })
}

const collect = (out: Buffer[]): LogSink => ({push: (piece) => void out.push(piece), end: () => undefined})

describe('secrets in a log', () => {
  test('are masked wherever its pieces are cut, and all other bytes pass', () => {
    const bytes = Buffer.from('\u00ff\u0000 öde plum-ö-plum plum-ö-plu\n', 'utf8')
    const masked = cutEverywhere(bytes, (out) => maskingSink(['plum-ö-plum'], collect(out)))
    const expected = Buffer.from('\u00ff\u0000 öde *** plum-ö-plu\n', 'utf8').toString('latin1')
    expect(new Set(masked)).toEqual(new Set([expected]))
  })

  test('hold back nothing that cannot begin one', () => {
    const out: Buffer[] = []
    const sink = maskingSink(['plum-orchard'], collect(out))
    sink.push(Buffer.from('a line\n'))
    expect(Buffer.concat(out).toString()).toBe('a line\n')
    sink.push(Buffer.from('plum'))
    sink.push(Buffer.from(' tree'))
    expect(Buffer.concat(out).toString()).toBe('a line\nplum tree')
  })
})

test('a terminal gets the same wherever the pieces of a log are cut', () => {
  const bytes = Buffer.from('a\u001b[1;31mé\u001b[0m\r\n\u001b]0;t\u0007\u009b\r\u001b[2Jz\u001b', 'utf8')
  const shown = cutEverywhere(bytes, (out) => terminalSink((text) => void out.push(Buffer.from(text, 'utf8'))))
  const expected = 'a\u001b[1;31mé\u001b[0m\n\\x1b]0;t\\x07\\x9b\\r\\x1b[2Jz\\x1b\u001b[0m'
  expect(new Set(shown)).toEqual(new Set([Buffer.from(expected, 'utf8').toString('latin1')]))
})

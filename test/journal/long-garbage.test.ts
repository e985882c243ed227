import {appendFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {tempDir} from '../support/temp-dir.js'
import {add, journalIn, namesOf, stable} from './names-journal.js'

/** What a program may leave behind in one line: nothing like JSON, the beginning of many records, one long text. */
const kinds = [
  ['nothing like JSON', (bytes) => 'x'.repeat(bytes)],
  ['beginnings of records', (bytes) => '{"'.repeat(bytes / 2)],
  ['64 beginnings and one long text', (bytes) => `z${'{"a":"'.repeat(64)}${'y'.repeat(bytes)}`],
  ['a text that never ends', (bytes) => `{"a":"${'y'.repeat(bytes)}`],
] as const satisfies readonly (readonly [string, (bytes: number) => string])[]

const bytes = 8 * 1024 * 1024

test.each(kinds)('reading a journal costs work in proportion to a garbage line: %s', (_, garbage) => {
  const dir = tempDir()
  const journal = journalIn(dir)
  journal.append(add('a'), 'buffered')
  appendFileSync(stable(dir), `${garbage(bytes)}\n`)
  journal.append(add('b'), 'buffered')
  const backwards = workOf(() => expect(namesOf(journalIn(dir).newestFirst())).toEqual(['b', 'a']))
  expect(backwards, 'newest first').toBeLessThan(5 * bytes)
  const forwards = workOf(() => expect(journalIn(dir).read()).toEqual(['a', 'b']))
  expect(forwards, 'from the beginning').toBeLessThan(5 * bytes)
})

test('the records around a garbage line of many pieces are read in both directions', () => {
  const dir = tempDir()
  const journal = journalIn(dir)
  journal.append(add('a'), 'buffered')
  appendFileSync(stable(dir), `${'x'.repeat(200_000)}\n`)
  journal.append(add('b'), 'buffered')
  expect(journalIn(dir).read()).toEqual(['a', 'b'])
  expect(namesOf(journalIn(dir).newestFirst())).toEqual(['b', 'a'])
})

/** Bytes that were copied or parsed meanwhile, which unlike time does not depend on what else the machine does. */
function workOf(work: () => void): number {
  let total = 0
  const {concat} = Buffer
  const {parse} = JSON
  Buffer.concat = (pieces, length) => {
    const whole = concat(pieces, length)
    total += whole.length
    return whole
  }
  JSON.parse = (text, reviver) => {
    total += text.length
    return parse(text, reviver)
  }
  try {
    work()
    return total
  } finally {
    Buffer.concat = concat
    JSON.parse = parse
  }
}

import {appendFileSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {tempDir} from '../support/temp-dir.js'
import {add, journalIn, namesOf, stable} from './names-journal.js'

describe('appending', () => {
  test('a record is in the state of every later reader (invariant 3)', () => {
    const dir = tempDir()
    expect(journalIn(dir).append(add('a'), 'durable')).toMatchObject({
      verdict: 'ok',
      state: ['a'],
      record: {v: 1, kind: 'added'},
    })
    expect(journalIn(dir).read()).toEqual(['a'])
  })

  test('two processes see each other at once, and the later line is void', () => {
    const dir = tempDir()
    const [one, two] = [journalIn(dir), journalIn(dir)]
    one.append(add('a'), 'buffered')
    expect(two.append(add('a'), 'buffered').verdict).toBe('void')
    expect(two.append(add('b'), 'buffered').state).toEqual(['a', 'b'])
    expect(one.read()).toEqual(['a', 'b'])
  })

  test('a note is written without reading the state', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    journal.note(add('b'), 'durable')
    expect(journal.read()).toEqual(['a', 'b'])
  })

  test('reading writes nothing', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    expect(journal.read()).toEqual([])
    expect([...journal.records()]).toEqual([])
    expect(readdirSync(dir)).toEqual([])
  })

  test('files are accessible to their owner only', () => {
    const dir = tempDir()
    journalIn(dir).note(add('a'), 'buffered')
    expect(statSync(stable(dir)).mode & 0o777).toBe(0o600)
    expect(statSync(join(dir, '.gen')).mode & 0o777).toBe(0o700)
  })

  test('a record that is too long for a line is refused, and nothing is written', () => {
    const journal = journalIn(tempDir())
    expect(() => journal.note(add('x'.repeat(70_000)), 'buffered')).toThrow(/65536 are allowed/)
    expect(journal.read()).toEqual([])
  })

  test('no control character of a value stands as it is in a journal, and each reader gets it as it was', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    const name = 'a\u001b[2J\u007f\u009b2J\u202e\u2028\u{e0041}é😀'
    journal.note(add(name), 'buffered')
    expect(readFileSync(stable(dir), 'utf8').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(readFileSync(stable(dir), 'utf8')).toContain('é😀')
    expect(journal.read()).toEqual([name])
  })

  test('a caller may not write the kinds that the journal reserves', () => {
    expect(() => journalIn(tempDir()).note({kind: 'seal'}, 'buffered')).toThrow(/written by the journal alone/)
  })
})

describe('other writers', () => {
  test('lines that were written before the first record of guard are part of the journal', () => {
    const dir = tempDir()
    appendFileSync(stable(dir), '{"name":"old"}\n')
    expect(journalIn(dir).read()).toEqual(['old'])
    expect(journalIn(dir).append(add('new'), 'buffered').state).toEqual(['old', 'new'])
    expect(namesOf(journalIn(dir).records())).toEqual(['old', 'new'])
  })

  test('a torn line damages no other line, and is counted (invariant 6)', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    appendFileSync(stable(dir), '{"name":"torn","deta')
    journal.note(add('b'), 'buffered')
    expect(journal.read()).toEqual(['a', 'b'])
    expect(journal.inspect()).toMatchObject({records: 2, garbage: 1})
  })

  test('a line without its newline does not count until the newline is written', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    appendFileSync(stable(dir), '{"name":"b"}')
    expect(journal.read()).toEqual(['a'])
    appendFileSync(stable(dir), '\n')
    expect(journal.read()).toEqual(['a', 'b'])
  })

  test('a record after the garbage of a dead writer is recovered', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    appendFileSync(stable(dir), '{"name":"torn","x":{"y{"name":"b","more":{"deep":[{"z":1}]}}\n')
    expect(journal.read()).toEqual(['a', 'b'])
  })

  test('lines of any bytes and any length do no harm', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    appendFileSync(
      stable(dir),
      Buffer.concat([Buffer.alloc(3_000_000, 0x7b), Buffer.from([10, 0xff, 0xfe, 0, 10, 10])]),
    )
    appendFileSync(stable(dir), '[1]\n"text"\nnull\n7\n')
    journal.note(add('b'), 'buffered')
    expect(journal.read()).toEqual(['a', 'b'])
    expect(journal.inspect().garbage).toBe(6)
  })

  test('a line of another program that claims to be a seal is a record like any other', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    appendFileSync(stable(dir), '{"kind":"seal","name":"b"}\n')
    journal.note(add('c'), 'buffered')
    expect(journal.read()).toEqual(['a', 'b', 'c'])
  })
})

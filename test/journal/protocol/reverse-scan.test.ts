import {appendFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {openJournal} from '../../../src/journal/open.js'
import {onDisk} from '../../../src/journal/protocol/disk.js'
import {drive, type FileOp} from '../../../src/journal/protocol/files.js'
import {recordsNewestFirst} from '../../../src/journal/protocol/reverse-scan.js'
import {systemClock} from '../../../src/system/host/clock.js'
import {createStamper} from '../../../src/system/host/host.js'
import {newId} from '../../../src/system/host/ids.js'
import {tempDir} from '../../support/temp-dir.js'
import {wordsSpec} from '../words.js'

function journalIn(dir: string, bytes: number) {
  const limit = {bytes, records: 1e9, timesSnapshot: 0}
  return openJournal(dir, {...wordsSpec, limit}, createStamper(systemClock, newId))
}

/** Fills several generations with lines of all lengths, torn lines, foreign lines, and late lines that are carried. */
function fill(dir: string): void {
  const journal = journalIn(dir, 200_000)
  const stable = join(dir, 'words.jsonl')
  const late = join(dir, '.gen/words.000001.jsonl')
  for (let index = 0; index < 120; index++) {
    journal.note({kind: 'added', word: `${index}-${'ü'.repeat((index * 911) % 9000)}`}, 'buffered')
    if (index % 7 === 0) appendFileSync(stable, `{"word":"foreign-${index}"}\n`)
    if (index % 11 === 0) appendFileSync(stable, '{"word":"torn')
    if (index % 13 === 0 && journal.inspect().generation > 1) appendFileSync(late, `{"word":"late-${index}"}\n`)
    if (index % 10 === 0) journal.compactIfDue()
  }
  appendFileSync(stable, `{"word":"${'long'.repeat(60_000)}"}\n{"word":"unfinished`)
}

test('newest first is the reverse of oldest first, for lines of every kind', () => {
  const dir = tempDir()
  fill(dir)
  const journal = journalIn(dir, 1e9)
  expect(journal.inspect().generation).toBeGreaterThan(3)
  const forwards = [...journal.records()]
  expect(forwards.filter(({word}) => String(word).startsWith('late-')).length).toBeGreaterThan(2)
  expect([...journal.newestFirst()]).toEqual(forwards.reverse())
})

test('a record that is appended during the scan is left out, and no record is returned twice', () => {
  const dir = tempDir()
  fill(dir)
  const journal = journalIn(dir, 1e9)
  const before = [...journal.records()].reverse()
  const given: unknown[] = []
  for (const record of journal.newestFirst()) {
    if (given.length < 5) journal.note({kind: 'added', word: 'meanwhile'}, 'buffered')
    given.push(record)
  }
  expect(given).toEqual(before)
})

test('lines that were written before the first record of guard are scanned too', () => {
  const dir = tempDir()
  appendFileSync(join(dir, 'words.jsonl'), '{"word":"a"}\n{"word":"b"}\n')
  expect([...journalIn(dir, 1).newestFirst()]).toEqual([{word: 'b'}, {word: 'a'}])
})

test('where an earlier generation ends is known from the snapshot after it, without a search for the seal', () => {
  const dir = tempDir()
  const journal = journalIn(dir, 1e9)
  for (let index = 0; index < 300; index++)
    journal.note({kind: 'added', word: `${index}-${'x'.repeat(900)}`}, 'buffered')
  journalIn(dir, 0).compactIfDue()
  const old = '.gen/words.000001.jsonl'
  appendFileSync(join(dir, old), '{"word":"after the seal"}\n')
  let opened: unknown
  let bytes = 0
  const perform = onDisk(dir, 'words')
  const counted = (op: FileOp) => {
    const answer = perform(op)
    if (op.op === 'open' && op.name === old) opened = answer
    if (op.op === 'read' && op.file === opened) bytes += (answer as Buffer).length
    return answer
  }
  const [first] = recordsNewestFirst('words', (steps) => drive(steps, counted))
  expect(first?.['word']).toMatch(/^299-/)
  expect(bytes).toBeLessThan(100_000)
})

test('a sealed generation that was edited is searched for its seal', () => {
  const dir = tempDir()
  fill(dir)
  const forwards = () => [...journalIn(dir, 1e9).records()]
  const edited = join(dir, '.gen/words.000002.jsonl')
  const lines = readFileSync(edited, 'utf8').split('\n')
  writeFileSync(edited, [...lines.slice(0, 2), ...lines.slice(3)].join('\n'))
  expect([...journalIn(dir, 1e9).newestFirst()]).toEqual(forwards().reverse())
})

test('a generation is opened only when the caller reaches it, is read in small pieces, and is closed', () => {
  const dir = tempDir()
  const journal = journalIn(dir, 1e9)
  journal.note({kind: 'added', word: 'old'}, 'buffered')
  journalIn(dir, 0).compactIfDue()
  for (let index = 0; index < 3000; index++)
    journal.note({kind: 'added', word: `${index}-${'x'.repeat(900)}`}, 'buffered')
  const ops: FileOp[] = []
  const perform = onDisk(dir, 'words')
  const counted = (op: FileOp) => {
    ops.push(op)
    return perform(op)
  }
  for (const {word} of recordsNewestFirst('words', (steps) => drive(steps, counted))) {
    if (String(word).startsWith('2500-')) break
  }
  expect(ops.filter(({op}) => op === 'open').map((op) => 'name' in op && op.name)).toEqual(['.gen/words.000002.jsonl'])
  expect(ops.filter(({op}) => op === 'close')).toHaveLength(1)
  const pieces = ops.flatMap((op) => (op.op === 'read' && op.atMost <= 65_536 ? [op.atMost] : []))
  expect(pieces.length).toBeGreaterThan(5)
  expect(pieces.length).toBeLessThan(15)
  expect(Math.max(...ops.map((op) => (op.op === 'read' ? op.atMost : 0)))).toBeLessThanOrEqual(1024 * 1024)
})

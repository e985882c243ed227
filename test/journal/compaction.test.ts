import {appendFileSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {tempDir} from '../support/temp-dir.js'
import {add, fillGenerations, generation, journalIn, namesOf, stable} from './names-journal.js'

test('compaction changes neither state nor history (invariant 8)', () => {
  const dir = tempDir()
  const added = fillGenerations(dir, 5)
  const journal = journalIn(dir)
  expect(journal.read()).toEqual(added)
  expect(namesOf(journal.records())).toEqual(added)
  expect(namesOf(journal.newestFirst())).toEqual([...added].reverse())
  expect(journal.inspect()).toMatchObject({generation: 5, garbage: 0, problems: []})
})

test('the stable name is the newest generation', () => {
  const dir = tempDir()
  fillGenerations(dir, 3)
  expect(statSync(stable(dir)).ino).toBe(statSync(generation(dir, 3)).ino)
  expect(readdirSync(join(dir, '.gen')).sort()).toEqual([1, 2, 3].map((number) => `names.00000${number}.jsonl`))
})

test.each(['append', 'note'] as const)('the writer whose %s crosses the limit compacts', (write) => {
  const dir = tempDir()
  const writer = journalIn(dir)
  expect(writer.hasGrown()).toBe(false)
  writer[write](add('short'), 'buffered')
  expect(writer.hasGrown()).toBe(false)
  writer[write](add('x'.repeat(1000)), 'buffered')
  expect(writer.hasGrown()).toBe(true)
  writer.compactIfDue()
  expect(writer.hasGrown()).toBe(false)
})

test('other writers compact only from twice the limit on, for a writer that died before it compacted', () => {
  const dir = tempDir()
  journalIn(dir).note(add('x'.repeat(1000)), 'buffered')
  const next = journalIn(dir)
  next.append(add('short'), 'buffered')
  expect(next.hasGrown()).toBe(false)
  journalIn(dir).note(add('x'.repeat(1000)), 'buffered')
  next.append(add('another'), 'buffered')
  expect(next.hasGrown()).toBe(true)
})

test('a process that was idle during compactions goes on in the newest generation', () => {
  const dir = tempDir()
  const [reader, writer, noter] = [journalIn(dir), journalIn(dir), journalIn(dir)]
  writer.append(add('first'), 'buffered')
  noter.note(add('noted'), 'buffered')
  reader.read()
  const added = fillGenerations(dir, 3)
  expect(writer.append(add('late'), 'buffered').verdict).toBe('ok')
  noter.note(add('later'), 'buffered')
  expect(reader.read()).toEqual(['first', 'noted', ...added, 'late', 'later'])
})

test('a line that a shell appends to a generation after its seal is counted once (invariant 9)', () => {
  const dir = tempDir()
  fillGenerations(dir, 2)
  appendFileSync(generation(dir, 1), '{"name":"late"}\n{"name":"half')
  const [one, two] = [journalIn(dir), journalIn(dir)]
  for (const journal of [one, two, one]) journal.compactIfDue()
  appendFileSync(generation(dir, 1), '-way"}\n')
  for (const journal of [two, one, two]) journal.compactIfDue()

  expect(namesOf(one.records()).filter((name) => !String(name).startsWith('name-'))).toEqual(
    [undefined, 'late', undefined, 'half-way'].filter(Boolean),
  )
  expect(journalIn(dir).read().slice(-2)).toEqual(['late', 'half-way'])
  fillGenerations(dir, 4)
  expect(
    journalIn(dir)
      .read()
      .filter((name) => name === 'late'),
  ).toHaveLength(1)
})

test('a snapshot is not replaced before the tail is as long as it, so that a large state is not rewritten too often', () => {
  const dir = tempDir()
  const limit = {bytes: 1000, records: 1e9, timesSnapshot: 1}
  const journal = journalIn(dir, {limit})
  let appended = 0
  let snapshots = 0
  for (let count = 0, seen = 1; count < 400; count++) {
    appended += JSON.stringify(journal.append(add(`name-${count}`), 'buffered').record).length
    journal.compactIfDue()
    const {generation: now} = journal.inspect()
    if (now === seen) continue
    seen = now
    snapshots += readFileSync(generation(dir, now), 'utf8').length
  }
  expect(journal.inspect().generation).toBeGreaterThan(3)
  expect(snapshots).toBeLessThan(2 * appended)
  expect(journalIn(dir).read()).toHaveLength(400)
})

test('many late lines are carried in records of bounded length', () => {
  const dir = tempDir()
  fillGenerations(dir, 2)
  const late = Array.from({length: 300}, (_, index) => `late-${index}-${'x'.repeat(500)}`)
  appendFileSync(generation(dir, 1), late.map((name) => `${JSON.stringify({name})}\n`).join(''))
  journalIn(dir, {limit: {bytes: 1e9, records: 1e9, timesSnapshot: 0}}).compactIfDue()

  expect(journalIn(dir).read().slice(-300)).toEqual(late)
  const longest = Math.max(
    ...readFileSync(stable(dir), 'utf8')
      .split('\n')
      .map((line) => line.length),
  )
  expect(longest).toBeLessThan(65_536)
})

test('a seal without a successor gets one from the next writer (invariant 7)', () => {
  const dir = tempDir()
  const added = fillGenerations(dir, 2)
  rmSync(generation(dir, 2))
  rmSync(stable(dir))
  const before = journalIn(dir).read()
  expect(added.slice(0, before.length)).toEqual(before)

  expect(journalIn(dir).append(add('next'), 'buffered').state).toEqual([...before, 'next'])
  expect(journalIn(dir).inspect()).toMatchObject({generation: 2, problems: []})
})

test('retention removes the oldest generations first, and never those that are still needed', () => {
  const dir = tempDir()
  const added = fillGenerations(dir, 40)
  expect(namesOf(journalIn(dir).records())).toEqual(added)

  const journal = journalIn(dir, {retention: {maxAgeMs: 1e12, maxBytes: 1}})
  for (let index = 0; index < 300; index++) {
    journal.append(add(`more-${index}`), 'buffered')
    journal.compactIfDue()
  }
  const left = readdirSync(join(dir, '.gen'))
  expect(left).toHaveLength(17)
  expect(journal.read()).toHaveLength(added.length + 300)
})

import {randomUUID} from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import type {Fold} from '../../src/domain/journal/fold.js'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {openJournal} from '../../src/journal/open.js'
import {createStamper} from '../../src/system/host/host.js'
import {fakeClock} from '../support/fake-clock.js'
import {tempDir} from '../support/temp-dir.js'

/** Keeps the names in the order of their lines; a repeated name is void. */
const names: Fold<string[]> = {
  empty: () => [],
  apply: (state, {name}: RawRecord) => {
    if (typeof name !== 'string' || state.includes(name)) return 'void'
    state.push(name)
    return 'ok'
  },
  save: (state) => state,
  restore: (saved) => [...(saved as string[])],
}

const spec = {
  name: 'names',
  fold: names,
  limit: {bytes: 1000, records: 1000, timesSnapshot: 0},
  retention: {maxAgeMs: 86_400_000, maxBytes: 1e9},
}

function journalIn(dir: string, more: Partial<typeof spec> = {}) {
  const stamp = createStamper(fakeClock(Date.now()), randomUUID)
  return openJournal(dir, {...spec, ...more}, stamp)
}

const add = (name: string) => ({kind: 'added', name})
const stable = (dir: string) => join(dir, 'names.jsonl')
const generation = (dir: string, number: number) => join(dir, `.gen/names.${String(number).padStart(6, '0')}.jsonl`)
const namesOf = (records: Iterable<RawRecord>) => [...records].map(({name}) => name)

/** Fills the journal until it has `count` generations; returns the names in order. */
function fillGenerations(dir: string, count: number): string[] {
  const journal = journalIn(dir)
  const added: string[] = []
  while (journal.inspect().generation < count) {
    added.push(`name-${added.length}`)
    journal.append(add(added.at(-1)!), 'buffered')
    journal.compactIfDue()
  }
  return added
}

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

describe('compaction', () => {
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
})

describe('manual changes of the files', () => {
  test('an edited file is kept aside and reported, and does not change the state', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    writeFileSync(join(dir, 'edit'), '{"name":"forged"}\n')
    renameSync(join(dir, 'edit'), stable(dir))
    journal.compactIfDue()

    expect(journalIn(dir).read()).toEqual(['a'])
    expect(statSync(stable(dir)).ino).toBe(statSync(generation(dir, 1)).ino)
    const {problems} = journal.inspect()
    expect(problems).toEqual([expect.stringMatching(/kept as names\.edited-/)])
  })

  test('a file that only other programs have written is not a problem', () => {
    const dir = tempDir()
    writeFileSync(stable(dir), '{"name":"foreign"}\n', {mode: 0o600})
    expect(journalIn(dir).inspect()).toMatchObject({records: 1, problems: []})
  })

  test('a copied state directory works like the original', () => {
    const [dir, copy] = [tempDir(), tempDir()]
    const added = fillGenerations(dir, 3)
    cpSync(dir, copy, {recursive: true})
    const journal = journalIn(copy)
    journal.append(add('copied'), 'buffered')
    journal.compactIfDue()
    expect(journal.read()).toEqual([...added, 'copied'])
    expect(journal.inspect().problems).toEqual([])
    expect(journalIn(dir).read()).toEqual(added)
  })

  test('a state directory that is deleted while a process runs is made again by its next record', () => {
    const dir = join(tempDir(), 'state')
    const journal = journalIn(dir)
    const noter = journalIn(dir)
    journal.append(add('a'), 'buffered')
    noter.note(add('b'), 'buffered')
    rmSync(dir, {recursive: true})

    expect(journal.append(add('c'), 'buffered')).toMatchObject({verdict: 'ok', state: ['c']})
    noter.note(add('d'), 'buffered')
    expect(journalIn(dir).read()).toEqual(['c', 'd'])
  })

  test('a deleted folder of generations is made again from the stable name', () => {
    const dir = tempDir()
    const added = fillGenerations(dir, 3)
    rmSync(join(dir, '.gen'), {recursive: true})
    const journal = journalIn(dir)
    expect(journal.append(add('next'), 'buffered').state).toEqual([...added, 'next'])
    expect(journal.inspect()).toMatchObject({generation: 3, problems: []})
  })

  test('a deleted stable name is linked again', () => {
    const dir = tempDir()
    const journal = journalIn(dir)
    journal.note(add('a'), 'buffered')
    rmSync(stable(dir))
    journal.compactIfDue()
    expect(statSync(stable(dir)).ino).toBe(statSync(generation(dir, 1)).ino)
  })

  test('an emptied file loses its own lines, but nothing that was compacted before', () => {
    const dir = tempDir()
    const added = fillGenerations(dir, 3)
    const [reader, noter] = [journalIn(dir), journalIn(dir)]
    reader.append(add('lost'), 'buffered')
    noter.note(add('lost too'), 'buffered')
    truncateSync(stable(dir))

    expect(reader.read()).toEqual(added)
    noter.note(add('next'), 'buffered')
    expect(reader.append(add('last'), 'buffered')).toMatchObject({verdict: 'ok', state: [...added, 'next', 'last']})
    expect(journalIn(dir).read()).toEqual([...added, 'next', 'last'])
    expect(reader.inspect().problems).toEqual([expect.stringMatching(/lacks its snapshot/)])

    fillGenerations(dir, 4)
    expect(
      journalIn(dir)
        .read()
        .slice(0, added.length + 2),
    ).toEqual([...added, 'next', 'last'])
    expect(journalIn(dir).inspect().problems).toEqual([])
  })

  test('a symbolic link is refused as a journal', () => {
    const dir = tempDir()
    writeFileSync(join(dir, 'precious'), '')
    symlinkSync(join(dir, 'precious'), stable(dir))
    expect(() => journalIn(dir).note(add('a'), 'buffered')).toThrow(/ELOOP/)
    expect(readFileSync(join(dir, 'precious'), 'utf8')).toBe('')
  })
})

import {existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {openJournal} from '../../../src/journal/open.js'
import {commit} from '../../../src/journal/protocol/append.js'
import {archiveOld} from '../../../src/journal/protocol/archive.js'
import {compact} from '../../../src/journal/protocol/compact.js'
import {type Cursor, refresh} from '../../../src/journal/protocol/cursor.js'
import {drive, type Step} from '../../../src/journal/protocol/files.js'
import {generations, recordsOf} from '../../../src/journal/protocol/history.js'
import {encodeEntry} from '../../../src/journal/protocol/lines.js'
import {createStamper} from '../../../src/system/host/host.js'
import {type ModelState, type Process, type Setup, walk} from '../../support/explore.js'
import {fakeClock} from '../../support/fake-clock.js'
import {modelFiles} from '../../support/model-files.js'
import {tempDir} from '../../support/temp-dir.js'
import {wordsSpec} from '../words.js'

const journal = 'words'

/** How many generations are watched for late lines of other programs and never compressed. */
const watched = 16

const wordsOf = (records: Iterable<RawRecord>) =>
  [...records].map(({word}) => word).filter((word) => word !== undefined)

describe('on the disk', () => {
  const spec = {...wordsSpec, limit: {bytes: 1, records: 1e9, timesSnapshot: 0}}
  const folder = (dir: string) => join(dir, '.gen')
  const raw = (dir: string, generation: number) =>
    join(folder(dir), `words.${String(generation).padStart(6, '0')}.jsonl`)
  const archive = (dir: string, generation: number) => `${raw(dir, generation)}.gz`

  let ids = 0
  function journalIn(dir: string, retention = spec.retention) {
    const stamp = createStamper(fakeClock(Date.now()), () => `id-${ids++}`)
    return openJournal(dir, {...spec, retention}, stamp)
  }

  /** Makes one generation for each word. */
  function fill(dir: string, count: number): string[] {
    const opened = journalIn(dir)
    const words = Array.from({length: count}, (_, index) => `word-${index}-ü`)
    for (const word of words) {
      opened.append({kind: 'added', word}, 'buffered')
      opened.compactIfDue()
    }
    return words
  }

  test('history is the same whether generations are compressed or not, in both directions (invariant 8)', () => {
    const dir = tempDir()
    const words = fill(dir, 25)
    const compressed = readdirSync(folder(dir)).filter((file) => file.endsWith('.gz'))
    expect(compressed).toHaveLength(26 - watched - 1)
    expect(wordsOf(journalIn(dir).records())).toEqual(words)
    expect(wordsOf(journalIn(dir).newestFirst())).toEqual([...words].reverse())
    expect(journalIn(dir).read()).toEqual(words)
  })

  test('an archive holds every byte of its generation, with its date, and is accessible to the owner only', () => {
    const dir = tempDir()
    fill(dir, watched)
    const bytes = readFileSync(raw(dir, 1))
    const longAgo = new Date('2026-01-02T03:04:05Z')
    utimesSync(raw(dir, 1), longAgo, longAgo)
    fill(dir, 1)
    expect(existsSync(raw(dir, 1))).toBe(false)
    expect(gunzipSync(readFileSync(archive(dir, 1)))).toEqual(bytes)
    expect(statSync(archive(dir, 1)).mtime).toEqual(longAgo)
    expect(statSync(archive(dir, 1)).mode & 0o777).toBe(0o600)
  })

  test('generations that are watched for late lines stay as they are', () => {
    const dir = tempDir()
    fill(dir, 40)
    for (let generation = 41 - watched; generation <= 41; generation++)
      expect(existsSync(raw(dir, generation))).toBe(true)
  })

  test('a backlog of old generations is archived, a few at each compaction', () => {
    const dir = tempDir()
    const words = fill(dir, 30)
    for (let generation = 1; generation <= 14; generation++) {
      writeFileSync(raw(dir, generation), gunzipSync(readFileSync(archive(dir, generation))))
      rmSync(archive(dir, generation))
    }
    expect(wordsOf(journalIn(dir).records())).toEqual(words)
    fill(dir, 14)
    expect(readdirSync(folder(dir)).filter((file) => !file.endsWith('.gz'))).toHaveLength(watched + 1)
    expect(wordsOf(journalIn(dir).records()).slice(0, 30)).toEqual(words)
  })

  test('retention counts archives, and removes the oldest first', () => {
    const dir = tempDir()
    const words = fill(dir, 25)
    const opened = journalIn(dir, {maxAgeMs: 1e12, maxBytes: 1})
    const sizes = readdirSync(folder(dir)).map((file) => statSync(join(folder(dir), file)).size)
    expect(opened.inspect().bytes).toBe(sizes.reduce((sum, size) => sum + size))
    opened.append({kind: 'added', word: 'more'}, 'buffered')
    opened.compactIfDue()
    expect([1, 2, 3].map((generation) => existsSync(archive(dir, generation)))).toEqual([false, false, true])
    expect(wordsOf(opened.records())).toEqual([...words.slice(2), 'more'])
  })

  test('an error names a damaged archive, and newer history can still be read', () => {
    const dir = tempDir()
    const words = fill(dir, 25)
    writeFileSync(archive(dir, 1), 'no archive')
    expect(() => [...journalIn(dir).records()]).toThrow(/words\.000001\.jsonl\.gz is damaged/)
    const newest: unknown[] = []
    for (const {word} of journalIn(dir).newestFirst()) {
      newest.push(word)
      if (newest.length === 24) break
    }
    expect(newest).toEqual(words.slice(1).reverse())
  })
})

/** The same steps, one by one, on files in memory. */
describe('killed between two steps', () => {
  function cursorOf(name: string): Cursor<string[]> {
    let count = 0
    const newStamp = () => ({v: 1 as const, id: `${name}-${count++}`, at: 0, mono: 0, boot: 'b', host: 'h'})
    return {journal, newStamp, reader: {reads: 'all', fold: wordsSpec.fold}, patienceMs: 0, view: undefined}
  }

  const settled = 2
  const words = Array.from({length: watched + settled}, (_, index) => `word-${index}`)

  function* prepare(): Step<void> {
    const cursor = cursorOf('before')
    for (const word of words) {
      yield* commit(cursor, encodeEntry({kind: 'added', word}, cursor.newStamp()), 'buffered')
      yield* compact(cursor)
    }
  }

  function* archiveAll(name: string): Step<void> {
    const cursor = cursorOf(name)
    const view = yield* refresh(cursor)
    if (view) yield* archiveOld(cursor, view)
  }

  function* wordsFrom(all: readonly number[]): Step<unknown[]> {
    const found: unknown[] = []
    for (const generation of all) found.push(...wordsOf(yield* recordsOf(journal, generation)))
    return found
  }

  test('nothing is lost or read twice, and the next process goes on (invariants 7 and 8)', () => {
    let steps = Number.POSITIVE_INFINITY
    for (let kill = 0; kill < steps; kill++) {
      const {perform} = modelFiles(journal)
      drive(prepare(), perform)
      const killed = archiveAll('killed')
      let turn = killed.next()
      for (steps = 0; !turn.done && steps < kill; steps++) turn = killed.next(perform(turn.value))
      steps = turn.done ? steps : Number.POSITIVE_INFINITY
      const history = () => drive(wordsFrom(drive(generations(), perform)), perform)

      expect(history(), `after ${kill} steps`).toEqual(words)
      drive(archiveAll('next'), perform)
      expect(history(), `after ${kill} steps and the next`).toEqual(words)
      expect(perform({op: 'list'})).toHaveLength(watched + 1)
      expect(perform({op: 'list-archives'})).toHaveLength(settled)
    }
    expect(steps).toBeGreaterThan(10)
  })

  test('concurrent archivers, of which one may die, hide nothing from a reader', () => {
    const archiver: Process = (_world, index) => archiveAll(`p${index}`)
    const reader: Process = (model, index) =>
      (function* () {
        const oldest = (yield* generations()).slice(0, settled)
        const found = yield* wordsFrom(oldest)
        model.acks.push({id: `reader-${index}`, process: index, mono: 0, verdict: JSON.stringify(found)})
      })()
    const check = ({acks, files}: ModelState) => {
      for (const {verdict} of acks) expect(JSON.parse(verdict)).toEqual(words.slice(0, settled))
      const all = drive(generations(), files.perform)
      expect(drive(wordsFrom(all), files.perform)).toEqual(words)
    }
    const setup: Setup = {
      journal,
      before: prepare,
      processes: [archiver, archiver, reader, reader],
      crashes: 1,
      shortWrites: 0,
      ticks: 0,
      tickMs: 0,
      mostStates: 0,
      check,
    }
    let random = 1
    // Park and Miller's minimal standard generator.
    const draw = () => {
      random = (random * 48_271) % 2_147_483_647
      return random / 2_147_483_647
    }
    for (let round = 0; round < 80; round++) walk(setup, draw)
  })
})

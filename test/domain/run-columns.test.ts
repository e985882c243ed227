import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {Rec} from '../../src/domain/record.js'
import {openRuns, type RunBook, runBookFold} from '../../src/domain/run.js'
import {columnRunFold} from '../../src/domain/run-columns.js'
import {RunRows} from '../../src/domain/run-rows.js'

const jobs = Array.from({length: 90}, (_, n) => `job-${n}`)
const log = {file: '/state/logs/guardian_job_output.log', inode: 290_900, from: 0}

const record = fc.record(
  {
    kind: fc.constantFrom('started', 'attempt-ended', 'step-ended', 'ended', 'interrupted', 'skipped'),
    job: fc.constantFrom(...jobs),
    run: fc.constantFrom('r1', 'r2', 'r3', 'with a blank'),
    at: fc.nat(100_000),
    outcome: fc.constantFrom('healthy', 'healthy', 'failed', 'timeout'),
    durationMs: fc.nat(1000),
    exitCode: fc.constantFrom(0, 1),
    recovered: fc.boolean(),
    log: fc.constantFrom(log, {...log, to: 120}, {...log, file: '/with a blank/ü.log'}),
    detail: fc.constantFrom('said', ''),
    reason: fc.constant('it runs'),
    do: fc.constant('restart'),
    process: fc.constantFrom({pid: 7, start: '42'}, undefined),
    host: fc.constant('web1'),
    boot: fc.constant('boot-1'),
  },
  {requiredKeys: ['kind', 'job', 'run', 'at']},
)

/** A good run of each job, which may be the last that is known of it. */
const goodRuns = jobs.flatMap((job, n): Rec[] => [
  {kind: 'started', job, run: `r-${job}`, at: 1000 + n, log},
  {kind: 'ended', job, run: `r-${job}`, at: 1500 + 2 * n, outcome: 'healthy', exitCode: 0, attempts: 1, log},
])

function bookAfter(records: readonly Rec[], book: RunBook = runBookFold.empty()): RunBook {
  for (const one of records) runBookFold.apply(book, one)
  return book
}

const inRows = (book: RunBook): RunBook => columnRunFold.restore(JSON.parse(JSON.stringify(columnRunFold.save(book))))
const told = (book: RunBook) => jobs.map((job) => JSON.parse(JSON.stringify(book.get(job)?.runs ?? [])))
const open = (book: RunBook) => openRuns(book).map(({job, id}) => `${job} ${id}`)

test('runs come back from a snapshot in columns as they were, and go on from there as from one run after another', () => {
  const property = fc.property(fc.array(record), fc.array(record), (before, after) => {
    const known = [...goodRuns, ...before] as Rec[]
    const plain = bookAfter(known)
    const rows = inRows(plain)
    expect(told(rows)).toEqual(told(plain))
    expect(open(rows).sort()).toEqual(open(plain).sort())
    bookAfter(after as Rec[], rows)
    bookAfter(after as Rec[], plain)
    expect(told(rows)).toEqual(told(plain))
    expect(open(rows).sort()).toEqual(open(plain).sort())
    expect(told(inRows(rows))).toEqual(told(plain))
    expect([rows.size, [...rows.keys()].sort()]).toEqual([plain.size, [...plain.keys()].sort()])
  })
  fc.assert(property, {numRuns: 150})
})

test('a snapshot of many jobs whose last runs were good has them in columns, and one of a few is for people', () => {
  const saved = columnRunFold.save(bookAfter(goodRuns))
  expect(saved).toMatchObject({rows: {is: expect.anything()}, runs: []})
  expect(columnRunFold.restore(saved)).toBeInstanceOf(RunRows)
  expect(JSON.stringify(saved).length * 4).toBeLessThan(JSON.stringify(runBookFold.save(bookAfter(goodRuns))).length)
  const few = bookAfter(goodRuns.slice(0, 20))
  expect(columnRunFold.save(few)).toEqual(runBookFold.save(few))
})

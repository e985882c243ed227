import {appendFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {endedRuns} from '../../src/domain/ended-runs.js'
import {leaseFold} from '../../src/domain/lease.js'
import {bulkLeases} from '../../src/domain/lease-bulk.js'
import type {LeaseLines} from '../../src/domain/lease-lines.js'
import {chunkFolder} from '../../src/journal/chunk-folder.js'
import type {JournalSpec} from '../../src/journal/journal-spec.js'
import {startLeaseLines} from '../../src/journal/lease-program.js'
import {openJournal} from '../../src/journal/open-journal.js'
import {recordFolder} from '../../src/journal/record-folder.js'
import {leaseStream} from '../../src/journal/streams.js'
import {createStamper} from '../../src/system/host.js'
import {newId} from '../../src/system/ids.js'
import {fakeClock} from '../support/fake-clock.js'
import {tempDir} from '../support/temp-dir.js'

const limit = {bytes: 20_000, records: 1e9, timesSnapshot: 0}
const {chunks: _, ...lineByLine} = leaseStream
const slowSpec = {...lineByLine, limit}
const quickSpec = {...slowSpec, chunks: chunkFolder(leaseFold, () => bulkLeases(startLeaseLines() as LeaseLines), 0)}
const withoutSpec = {...slowSpec, chunks: chunkFolder(leaseFold, () => undefined, 0)}
const runsSpec = {...slowSpec, chunks: recordFolder(leaseFold, endedRuns())}

function journalIn(dir: string, spec: JournalSpec<ReturnType<typeof leaseFold.empty>>) {
  return openJournal(dir, spec, createStamper(fakeClock(Date.now()), newId))
}

/** The state, and how much of the journal it was made of. */
function seen(dir: string, spec: typeof quickSpec | typeof slowSpec) {
  const journal = journalIn(dir, spec)
  const {records, garbage, generation, problems} = journal.inspect()
  return {state: leaseFold.save(journal.read()), records, garbage, generation, problems}
}

/** Runs of some jobs, lines of other programs among them, torn ones, and late ones behind a seal. */
function fill(dir: string, spec: typeof quickSpec | typeof slowSpec): void {
  const journal = journalIn(dir, spec)
  const stable = join(dir, 'leases.jsonl')
  for (let run = 0; run < 400; run++) {
    const job = `job-${run % 30}`
    const holder = run % 50 === 0 ? 'bücher' : `run-${run}`
    const {record, state} = journal.append({kind: 'claimed', job, holder, ttlMs: 60_000}, 'buffered')
    const token = state.byJob.get(job)?.token
    const of = {job, claim: record.id, token}
    if (run % 5 > 0) journal.append({...of, kind: 'renewed', jobProcess: {pid: 7, start: '42'}}, 'buffered')
    if (run % 3 > 0) journal.append({...of, kind: 'released', status: 'ok'}, 'buffered')
    if (run % 40 === 0) appendFileSync(stable, '{"kind":"claimed","job":"torn')
    if (run % 45 === 0) appendFileSync(stable, `{"kind":"claimed","job":"foreign"}\nno JSON\n`)
    if (run % 60 === 0 && journal.inspect().generation > 1)
      appendFileSync(join(dir, '.gen/leases.000001.jsonl'), '{"kind":"claimed","job":"late"}\n')
    if (run % 20 === 0) journal.compactIfDue()
  }
}

test.each([
  ['written the slow way', slowSpec],
  ['written the quick way', quickSpec],
  ['written by who reads runs as a whole', runsSpec],
])('a journal %s is the same however it is read', (_, spec) => {
  const dir = tempDir()
  fill(dir, spec)
  const slow = seen(dir, slowSpec)
  expect(slow.generation).toBeGreaterThan(2)
  expect(seen(dir, quickSpec)).toEqual(slow)
  expect(seen(dir, runsSpec)).toEqual(slow)
  // Where there is no WebAssembly.
  expect(seen(dir, withoutSpec)).toEqual(slow)
})

test('a journal of others is read once to adopt and compact it, and keeps every lease', () => {
  const source = tempDir()
  fill(source, {...slowSpec, limit: {...limit, bytes: 1e9}})
  const dir = tempDir()
  writeFileSync(join(dir, 'leases.jsonl'), readFileSync(join(source, 'leases.jsonl')), {mode: 0o600})
  const before = seen(dir, slowSpec).state
  const journal = journalIn(dir, quickSpec)
  expect(leaseFold.save(journal.read())).toEqual(before)
  journal.append({kind: 'other'}, 'buffered')
  journal.compactIfDue()
  expect(journal.inspect().generation).toBe(2)
  expect(seen(dir, slowSpec).state).toEqual(before)
  expect(seen(dir, quickSpec).state).toEqual(before)
  expect(seen(dir, runsSpec).state).toEqual(before)
})

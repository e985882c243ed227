import {randomUUID} from 'node:crypto'
import {join} from 'node:path'
import type {Fold} from '../../src/domain/journal/fold.js'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {openJournal} from '../../src/journal/open.js'
import type {JournalSpec} from '../../src/journal/spec.js'
import {createStamper} from '../../src/system/host/host.js'
import {fakeClock} from '../support/fake-clock.js'

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

export function journalIn(dir: string, more: Partial<JournalSpec<string[]>> = {}) {
  const stamp = createStamper(fakeClock(Date.now()), randomUUID)
  return openJournal(dir, {...spec, ...more}, stamp)
}

export const add = (name: string) => ({kind: 'added', name})
export const stable = (dir: string) => join(dir, 'names.jsonl')
export const generation = (dir: string, number: number) =>
  join(dir, `.gen/names.${String(number).padStart(6, '0')}.jsonl`)
export const namesOf = (records: Iterable<RawRecord>) => [...records].map(({name}) => name)

/** Fills the journal until it has `count` generations; returns the names in order. */
export function fillGenerations(dir: string, count: number): string[] {
  const journal = journalIn(dir)
  const added: string[] = []
  while (journal.inspect().generation < count) {
    added.push(`name-${added.length}`)
    journal.append(add(added.at(-1)!), 'buffered')
    journal.compactIfDue()
  }
  return added
}

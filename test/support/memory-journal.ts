import type {Fold} from '../../src/domain/journal/fold.js'
import type {RawRecord, StampedEntry} from '../../src/domain/journal/record.js'
import type {Journal} from '../../src/journal/journal.js'
import type {Clock} from '../../src/system/host/clock.js'

/** A journal in memory, for rules that do not depend on how lines are stored. Ids are `r1`, `r2`, … */
export function memoryJournal<S>(
  fold: Fold<S>,
  clock: Clock,
  lines: RawRecord[] = [],
): Journal<S> & {readonly lines: RawRecord[]} {
  const stamp = () => ({
    v: 1 as const,
    id: `r${lines.length + 1}`,
    at: clock.now(),
    mono: clock.mono(),
    boot: 'boot-1',
    host: 'host-1',
  })
  const read = () => {
    const state = fold.empty()
    for (const line of lines) fold.apply(state, line)
    return state
  }
  const write = (entry: object) => {
    const record = {...stamp(), ...entry} as StampedEntry
    lines.push(record)
    return record
  }
  return {
    lines,
    read,
    append: (entry) => {
      const state = read()
      const record = write(entry)
      return {record, verdict: fold.apply(state, record), state}
    },
    note: write,
    records: () => lines,
    newestFirst: () => [...lines].reverse(),
    hasGrown: () => false,
    compactIfDue: () => undefined,
    inspect: () => ({generation: 1, bytes: 0, records: lines.length, garbage: 0, problems: []}),
  }
}

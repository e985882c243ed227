import type {Journal} from './journal.js'

/**
 * A journal for a process that stays and asks often: between two looks at the disk, `maxAgeMs` apart, `read` gives what
 * it knows, without any system call. What this process appends itself is known at once. `monoMs` is a clock that never
 * jumps. Why not watch the files: a look costs some 20 µs and works on every file system, watches are few and get lost.
 */
export function cachedJournal<S>(journal: Journal<S>, maxAgeMs: number, monoMs: () => number): Journal<S> {
  let known: {readonly state: S; readonly readAt: number} | undefined
  const keep = (state: S): S => {
    known = {state, readAt: monoMs()}
    return state
  }
  return {
    ...journal,
    read: () => (known && monoMs() - known.readAt < maxAgeMs ? known.state : keep(journal.read())),
    append: (entry, durability) => {
      const appended = journal.append(entry, durability)
      keep(appended.state)
      return appended
    },
    note: (entry, durability) => {
      // Not folded yet: the next reading looks.
      known = undefined
      return journal.note(entry, durability)
    },
  }
}

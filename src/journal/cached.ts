import type {Journal} from './journal.js'

/**
 * A journal for a long-lived process that reads often. For `maxAgeMs` after a read, `read` returns the known state
 * without any system call; a record that this process appends is part of it at once. Polling is preferred to inotify:
 * it works on every file system, and inotify watches are limited in number and can miss events.
 *
 * @param monoMs monotonic clock, in milliseconds
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
      // The note is not folded yet, so the next read has to ask the disk.
      known = undefined
      return journal.note(entry, durability)
    },
  }
}

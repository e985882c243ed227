import type {AlertsState} from './alert.js'

interface Repetition {
  /** Wall clock. */
  readonly nowMs: number
  readonly repeatMs: number
}

/**
 * The key of the next alert about one thing. Each repetition has a key of its own that begins with the thing's, because
 * a second alert with the same key is void.
 *
 * @returns undefined while the last one is younger than `repeatMs`
 */
export function repeatedKey({raised}: AlertsState, about: string, {nowMs, repeatMs}: Repetition): string | undefined {
  let key = about
  for (let raisedAt = raised.get(key); raisedAt !== undefined; raisedAt = raised.get(key)) {
    // A time in the future is of a clock that was set back since.
    if (nowMs - raisedAt < repeatMs && raisedAt <= nowMs) return undefined
    key = `${about}:${raisedAt}`
  }
  return key
}

import {ChangeWaiter} from '../../system/log/change-waiter.js'
import {onSignals} from '../../system/process/own-signals.js'
import {onReaderGone} from '../output/stdout.js'

/** What is known of something that was raised, or not sent. */
interface Followed {
  readonly id: string
  readonly timestamp: string
  readonly message: string
}

interface FollowRequest<T> {
  /** The last ones, newest first. */
  readonly read: (limit: number) => readonly T[]
  readonly print: (one: T) => void
  /** As many as are shown at first. */
  readonly limit: number
  /** The journal's file with the stable name. */
  readonly file: string
}

/** More than are raised between two looks. */
const mostAtOnce = 1000

/** Prints the last ones, then each that is new, until a signal or the reader's end. */
export async function follow<T extends Followed>({read, print, limit, file}: FollowRequest<T>): Promise<void> {
  let known: readonly T[] = []
  const look = async (most: number) => {
    const now = read(Math.max(mostAtOnce, most))
    const fresh = newSince(known, now).slice(0, most).reverse()
    known = now
    fresh.forEach(print)
    return fresh.length
  }
  await look(limit)
  const waiter = new ChangeWaiter(() => look(mostAtOnce), [file])
  waiter.start()
  await ended()
  await waiter.stop()
}

/**
 * What stands before the known ones, newest first. Lines of other programs may be equal in all that they say, so that their
 * places alone tell a new one.
 */
export function newSince<T extends Followed>(known: readonly T[], now: readonly T[]): readonly T[] {
  const isBehind = (count: number) => now.slice(count).every((one, index) => isEqual(one, known[index]))
  let count = 0
  while (!isBehind(count)) count += 1
  return now.slice(0, count)
}

function isEqual({id, timestamp, message}: Followed, other: Followed | undefined): boolean {
  return other?.id === id && other.timestamp === timestamp && other.message === message
}

function ended(): Promise<void> {
  return new Promise((resolve) => {
    onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => resolve())
    onReaderGone(resolve)
  })
}

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
  const isNew = ({id, timestamp, message}: T) =>
    !known.some((one) => one.id === id && one.timestamp === timestamp && one.message === message)
  const look = async (most: number) => {
    const now = read(Math.max(mostAtOnce, most))
    const fresh = now.filter(isNew).slice(0, most).reverse()
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

function ended(): Promise<void> {
  return new Promise((resolve) => {
    onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => resolve())
    onReaderGone(resolve)
  })
}

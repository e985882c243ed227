import {fstatSync} from 'node:fs'
import {ChangeWaiter} from './change-waiter.js'
import type {LogRotation, RotatingLog} from './rotation.js'

/** Between two looks at the size of a log that grows: the fast ones are looked at often, but no more than is of use. */
const leastWaitMs = 50
const mostWaitMs = 5000

/** When nothing may be cut yet. */
const idleMs = 1000

/**
 * Keeps a log near its greatest size while a job writes to it. A job that is silent wakes nobody; what cutting takes
 * is loaded when there is something to cut.
 */
export function limitLog(log: RotatingLog): ChangeWaiter {
  let rotation: LogRotation | undefined
  let seen = {size: 0, atMs: 0}
  let waitMs = 0
  // A head that is gone does not make the job slower than it is.
  const onCut = (bytes: number) => {
    seen = {...seen, size: seen.size - bytes}
    log.onCut(bytes)
  }
  const look = async () => {
    const {maxSizeBytes} = log.policy
    if (fstatSync(log.fd).size >= maxSizeBytes) {
      rotation ??= new (await import('./rotation.js')).LogRotation({...log, onCut})
      await rotation.cutAll()
    }
    const now = {size: fstatSync(log.fd).size, atMs: performance.now()}
    const [grown, tookMs] = [now.size - seen.size, now.atMs - seen.atMs]
    seen = now
    // Half of the time that is left at this speed, for it may become faster.
    const halfMs = ((maxSizeBytes - now.size) * tookMs) / grown / 2
    waitMs = now.size >= maxSizeBytes ? idleMs : Math.min(Math.max(halfMs, leastWaitMs), mostWaitMs)
    return grown
  }
  const next = (grown: number) => (grown === 0 || rotation?.isPossible === false ? undefined : waitMs)
  const follower = new ChangeWaiter(look, [log.file], {shortestMs: 0, next})
  follower.start()
  return follower
}

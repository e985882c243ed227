import {fstatSync} from 'node:fs'
import {monotonicMs} from '../host/clock.js'
import {ChangeWaiter} from './change-waiter.js'
import type {LogRotation, RotatingLog} from './rotation.js'

/** Bounds of the interval between two checks of a growing log: a fast one is checked more often. */
const leastWaitMs = 50
const mostWaitMs = 5000

/** A log that would be full in this time grows fast. */
const fastMs = 1000

/** Interval while the log is too large but may not be truncated yet. */
const idleMs = 1000

/**
 * Keeps a log near its maximum size while a job writes to it. A silent job causes no wake-ups, and the code of the
 * truncation is loaded only when it is needed.
 */
export function limitLog(log: RotatingLog): ChangeWaiter {
  let rotation: LogRotation | undefined
  let seen = {size: fstatSync(log.fd).size, atMs: monotonicMs()}
  let waitMs = 0
  let isBehind = false
  // The truncated bytes must not count against the speed of the job.
  const onTruncated = (bytes: number) => {
    seen = {...seen, size: seen.size - bytes}
    log.onTruncated(bytes)
  }
  const check = async () => {
    const {maxSizeBytes} = log.policy
    const {size} = fstatSync(log.fd)
    const isFast = (size - seen.size) * fastMs >= maxSizeBytes * (monotonicMs() - seen.atMs)
    if (size >= maxSizeBytes) {
      rotation ??= new (await import('./rotation.js')).LogRotation({...log, onTruncated})
      await rotation.truncateAll(isFast)
    }
    const now = {size: fstatSync(log.fd).size, atMs: monotonicMs()}
    const [grown, tookMs] = [now.size - seen.size, now.atMs - seen.atMs]
    seen = now
    // Half of the remaining time at this speed, because the job may become faster.
    const halfMs = ((maxSizeBytes - now.size) * tookMs) / grown / 2
    isBehind = isFast && now.size >= maxSizeBytes
    const tooLargeMs = isBehind ? leastWaitMs : idleMs
    waitMs = now.size >= maxSizeBytes ? tooLargeMs : Math.min(Math.max(halfMs, leastWaitMs), mostWaitMs)
    return grown
  }
  // What was put off while the log grew fast is done when it has stopped growing.
  const next = (grown: number) => ((grown === 0 && !isBehind) || rotation?.isPossible === false ? undefined : waitMs)
  const waiter = new ChangeWaiter(check, [log.file], {shortestMs: 0, next})
  waiter.start()
  return waiter
}

import type {Alert} from '../alert/alert.js'
import type {ClockReading} from '../clock/reading.js'
import type {Lease} from '../lease/lease.js'
import {heartbeatState} from './daemon-heartbeat.js'

/** Milliseconds. */
export interface LateWatchdogPolicy {
  readonly lateAfterMs: number
  /** While it stays late, humans hear of it so often and no oftener. */
  readonly repeatAlertAfterMs: number
}

/** What is to be said of a watchdog that is late; undefined while it is not. The key lets many runs say it once. */
export function lateWatchdogAlert(
  lease: Lease,
  now: ClockReading,
  {lateAfterMs, repeatAlertAfterMs}: LateWatchdogPolicy,
): Alert | undefined {
  const state = heartbeatState(lease, now, lateAfterMs)
  if (state.is !== 'late') return undefined
  const time = Math.floor((state.ageMs - lateAfterMs) / Math.max(lateAfterMs, repeatAlertAfterMs))
  return {
    level: 'WARNING',
    component: lease.job,
    message: `the watchdog is late: ${state.reason}; nobody looks after the jobs`,
    details: {holder: lease.holder, ageMs: state.ageMs, lateAfterMs},
    key: `late-watchdog:${lease.claimId}:${now.boot}:${time}`,
  }
}

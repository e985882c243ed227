import type {Alert} from '../alert/alert.js'
import type {ClockReading} from '../clock/reading.js'
import type {Lease} from '../lease/lease.js'
import {heartbeatState} from './daemon-heartbeat.js'

/** Milliseconds. */
export interface LateWatchdogPolicy {
  readonly lateAfterMs: number
  /** Time between two alerts while it stays late. */
  readonly repeatAlertAfterMs: number
}

/** The alert about a late watchdog. Its key makes the alerts of many runs one. @returns undefined while it is on time */
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
    message: `the watchdog is late: ${state.reason}; the jobs are not watched`,
    details: {holder: lease.holder, ageMs: state.ageMs, lateAfterMs},
    key: `late-watchdog:${lease.claimId}:${now.boot}:${time}`,
  }
}

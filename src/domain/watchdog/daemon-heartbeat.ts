import type {ClockReading} from '../clock/reading.js'
import {span} from '../clock/span.js'
import {type Lease, leaseState} from '../lease/lease.js'
import type {SettingsRound} from '../lease/settings-round.js'
import type {WatchedJob} from './watched-job.js'

/** The leases that guard's own programs hold while they work; other processes see by them whether they work. */
export const watchdogLease = 'guard-watchdog'
export const resetDaemonLease = 'guard-reset-daemon'
export const schedulerLease = 'guard-scheduler'

/**
 * Whether a daemon still makes its rounds.
 * - never-used: it was never started here, so nothing is expected of it
 * - late: its last round is too long ago
 */
export type HeartbeatState =
  | {readonly is: 'never-used'}
  | {readonly is: 'on-time' | 'late'; readonly ageMs: number; readonly reason: string}

/** `lease` is the daemon's own, or what another lease keeps of it. After a boot it has the whole time again. */
export function heartbeatState(
  lease: Lease | SettingsRound | undefined,
  now: ClockReading,
  lateAfterMs: number,
): HeartbeatState {
  if (!lease) return {is: 'never-used'}
  const ageMs = Math.round(ageOf(lease, now))
  const isHeld = 'job' in lease && leaseState(lease, now) === 'held'
  const isLate = !isHeld && ageMs > lateAfterMs
  const reason = `its last round was ${span(ageMs)} ago${isLate ? `, more than ${span(lateAfterMs)}` : ''}`
  return {is: isLate ? 'late' : 'on-time', ageMs, reason}
}

/** Rounds are short, so the last renewal is as good as the end. */
function ageOf({boot, host, seenAt, expiresMono, ttlMs}: Lease | SettingsRound, now: ClockReading): number {
  if (boot === now.boot) return Math.max(0, now.mono - (expiresMono - ttlMs))
  return host === now.host ? now.mono : Math.max(0, now.at - seenAt)
}

/** The reset daemon as one more watched job: late while a request waits and it makes no round. */
export function watchedDaemon(
  hasPending: boolean,
  limits: {readonly lateAfterMs: number; readonly bootGraceMs: number; readonly wellForMs: number},
): WatchedJob {
  return {
    name: resetDaemonLease,
    schedule: undefined,
    timezone: undefined,
    outputs: [],
    dir: undefined,
    limits: {
      freshForMs: hasPending ? limits.lateAfterMs : undefined,
      graceMs: 0,
      vetoForMs: 0,
      bootGraceMs: limits.bootGraceMs,
      wellForMs: limits.wellForMs,
    },
    openclawId: undefined,
  }
}

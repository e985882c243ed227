import {type Clocks, type Timestamp, uptimeAt} from './uptime.js'

/**
 * When something happened, wall clock, ms, for texts. People count the time in which the machine was off, which the uptime
 * clock leaves out. For what happened in this boot the uptime clock is asked, because the wall clock may have jumped since.
 */
export function eventTime(timestamp: Timestamp, {now, nowUptimeMs, uptime}: Clocks): number {
  const upAgoMs = nowUptimeMs - uptimeAt(uptime, timestamp, nowUptimeMs)
  const isInThisBoot = timestamp.boot === undefined ? upAgoMs < now.mono : timestamp.boot === now.boot
  return isInThisBoot ? now.at - upAgoMs : Math.min(timestamp.at, now.at - upAgoMs)
}

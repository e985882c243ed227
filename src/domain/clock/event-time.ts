import type {ClockReading} from './reading.js'
import {type Uptime, uptimeAt} from './uptime.js'

interface Clocks {
  readonly now: ClockReading
  readonly nowUptimeMs: number
  readonly uptime: Uptime
}

/**
 * When something happened, wall clock, ms, for texts. People count the time in which the machine was off, which the uptime
 * clock leaves out. For what happened in this boot the uptime clock is asked, because the wall clock may have jumped since.
 */
export function eventTime(
  sign: {readonly at: number; readonly mono?: number; readonly boot?: string},
  {now, nowUptimeMs, uptime}: Clocks,
): number {
  const awakeAgoMs = nowUptimeMs - uptimeAt(uptime, sign, nowUptimeMs)
  const isInThisBoot = sign.boot === undefined ? awakeAgoMs < now.mono : sign.boot === now.boot
  return isInThisBoot ? now.at - awakeAgoMs : Math.min(sign.at, now.at - awakeAgoMs)
}

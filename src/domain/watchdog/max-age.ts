import {graceEnd} from '../clock/disturbance.js'
import {type Clocks, wallAt} from '../clock/uptime.js'
import type {SlotFacts} from './job-facts.js'
import {earlyMs} from './slot.js'
import type {WatchedJob} from './watched-job.js'

interface MaxAgeFacts {
  readonly slot: SlotFacts | undefined
  /** Since when the job has been watched as it is now. */
  readonly watchedSinceMs: number
  readonly clocks: Clocks
}

/**
 * How old the last run may be that another scheduler reports, by the wall clock, ms. A disturbance begins the time anew,
 * since that scheduler may count from it, but disturbances in a row do so only once: they hide no trouble for ever.
 *
 * @returns undefined if there is no rule, or if the job was not watched for all of that time
 */
export function maxAgeMs({limits}: WatchedJob, {slot, watchedSinceMs, clocks}: MaxAgeFacts): number | undefined {
  const {freshForMs, graceMs} = limits
  const {now, nowUptimeMs, uptime} = clocks
  if (freshForMs !== undefined) {
    const allowedMs = freshForMs + graceMs
    const sinceMs = nowUptimeMs - allowedMs
    if (watchedSinceMs > sinceMs || graceEnd(uptime, allowedMs) > nowUptimeMs) return undefined
    // The machine may have slept meanwhile, or its clock may have been set on.
    return Math.max(allowedMs, now.at - wallAt(uptime, sinceMs))
  }
  if (slot?.due.is !== 'up' || slot.due.uptimeMs < watchedSinceMs) return undefined
  return now.at - slot.at + earlyMs
}

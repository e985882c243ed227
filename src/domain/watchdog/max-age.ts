import {lastDisturbance} from '../clock/disturbance.js'
import type {SlotFacts} from './job-facts.js'
import type {Clocks} from './liveness.js'
import {earlyMs} from './slot.js'
import type {WatchedJob} from './watched-job.js'

interface MaxAgeFacts {
  readonly slot: SlotFacts | undefined
  /** Since when the job has been watched as it is now. */
  readonly watchedSinceMs: number
  readonly clocks: Clocks
}

/**
 * How old the last run may be that another scheduler reports, by the wall clock, ms.
 *
 * @returns undefined if there is no rule, or if the machine was not up or the job not watched for all of that time
 */
export function maxAgeMs({limits}: WatchedJob, {slot, watchedSinceMs, clocks}: MaxAgeFacts): number | undefined {
  const {freshForMs, graceMs} = limits
  if (freshForMs !== undefined) {
    const allowedMs = freshForMs + graceMs
    const observedMs = clocks.nowUptimeMs - Math.max(watchedSinceMs, lastDisturbance(clocks.uptime).uptimeMs)
    return observedMs >= allowedMs ? allowedMs : undefined
  }
  if (slot?.due.is !== 'up' || slot.due.uptimeMs < watchedSinceMs) return undefined
  return clocks.now.at - slot.at + earlyMs
}

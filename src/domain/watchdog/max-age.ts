import {calmSince} from '../clock/uptime.js'
import type {SlotFacts} from './job-facts.js'
import type {Clocks} from './liveness.js'
import {earlyMs} from './slot.js'
import type {WatchedJob} from './watched-job.js'

export interface AgeFacts {
  readonly slot: SlotFacts | undefined
  /** Since when the job has been watched as it is now. */
  readonly watchedAwake: number
  readonly clocks: Clocks
}

/**
 * How old the last run may be that another scheduler tells of, by the wall clock, ms. Undefined where it says nothing:
 * no rule, or the job could not have run for a part of that time, or was not watched yet.
 */
export function allowedAgeMs({limits}: WatchedJob, {slot, watchedAwake, clocks}: AgeFacts): number | undefined {
  const {freshForMs, graceMs} = limits
  if (freshForMs !== undefined) {
    const allowedMs = freshForMs + graceMs
    const observedMs = clocks.nowAwake - Math.max(watchedAwake, calmSince(clocks.timeline))
    return observedMs >= allowedMs ? allowedMs : undefined
  }
  if (slot?.due.is !== 'awake' || slot.due.awake < watchedAwake) return undefined
  return clocks.now.at - slot.at + earlyMs
}

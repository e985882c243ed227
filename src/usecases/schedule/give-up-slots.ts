import type {SchedulerState} from '../../domain/scheduler/scheduler.js'
import {slotKey} from '../../domain/scheduler/slot-key.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'

interface GiveUpDeps {
  readonly journal: Pick<Journal<SchedulerState>, 'append'>
  readonly log: (text: string) => void
}

interface FiredSlots {
  readonly job: string
  readonly slots: readonly number[]
}

/** Records that fired slots are not started any more: else they would count as queued for ever. */
export function giveUpSlots({journal, log}: GiveUpDeps, {job, slots}: FiredSlots, reason: string): void {
  if (slots.length === 0) return
  log(`${slots.map((slotMs) => slotKey(job, slotMs)).join(', ')} is not started any more: ${reason}`)
  try {
    journal.append({kind: 'dropped', job, slots, reason}, 'buffered')
  } catch (error) {
    // Without the record the next scheduler takes them over, and decides again.
    if (!(error instanceof GuardError)) throw error
  }
}

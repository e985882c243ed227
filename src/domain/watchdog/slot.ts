import {span} from './freshness.js'
import type {JobFacts, Liveness, NowFacts, SlotFacts} from './job-facts.js'

/**
 * - served: a run began at the slot or after it
 * - missed: none did, and the machine was there
 * - excused: none did, for a reason that is known and that is no fault of the job
 * - early: the job has not been watched for long enough to say
 * - none: there is no schedule, or no slot is late yet
 */
export interface SlotVerdict {
  readonly is: 'served' | 'missed' | 'excused' | 'early' | 'none'
  readonly reason: string
}

/** A run may begin so much before its slot: another host's cron, a clock a little off. Milliseconds. */
export const earlyMs = 60_000

/** A wall clock that is behind the uptime clock by less was only slewed. Milliseconds. */
const setBackMs = 60_000

const served: SlotVerdict = {is: 'served', reason: 'the latest slot was served'}

export function judgeSlot(facts: JobFacts): SlotVerdict {
  const {slot} = facts
  if (!slot) return {is: 'none', reason: 'no slot is late'}
  if (hasStarted(facts.liveness, slot.due.uptimeMs)) return isProof(facts, slot) ? served : early(slot)
  if (!isExpected(facts, slot)) return early(slot)
  const at = new Date(slot.at).toISOString()
  const lateMs = facts.now.uptimeMs - slot.due.uptimeMs
  const excuse = excuseOf(facts, slot)
  if (excuse !== undefined) return {is: 'excused', reason: `no run for the slot of ${at}: ${excuse}`}
  return {is: 'missed', reason: `no run for the slot of ${at}, late by ${span(lateMs)}`}
}

function hasStarted(liveness: Liveness, dueUptimeMs: number): boolean {
  return liveness.is !== 'never-seen' && liveness.startedUptimeMs >= dueUptimeMs - earlyMs
}

/** Set back, the clock comes to a slot that was served long ago: this proves nothing of those that were due since. */
function isProof({liveness, now}: JobFacts, slot: SlotFacts): boolean {
  return !isSetBackTo(slot, now) || hasStarted(liveness, now.undisturbedSinceMs)
}

/** Whether the clock was set back since the slot was due: then more time was lived through than the clock shows. */
function isSetBackTo({at, due}: SlotFacts, now: NowFacts): boolean {
  return now.uptimeMs - due.uptimeMs > now.at - at + setBackMs
}

function early({due}: SlotFacts): SlotVerdict {
  return {
    is: 'early',
    reason: due.is === 'before' ? 'watched for less than one slot' : 'no slot was due since the clock was set back',
  }
}

/** A job that nobody has ever seen gets the grace of one whole slot: its crontab line may come after its settings. */
function isExpected({liveness, watchedSinceMs}: JobFacts, {due, former}: SlotFacts): boolean {
  if (due.is === 'before' || due.uptimeMs < watchedSinceMs) return false
  return (
    liveness.is !== 'never-seen' ||
    (former !== undefined && former.is !== 'before' && former.uptimeMs >= watchedSinceMs)
  )
}

function excuseOf({skipped, liveness, now}: JobFacts, {due}: SlotFacts): string | undefined {
  if (due.is === 'down') return `the machine was down, up again for ${span(now.uptimeMs - due.uptimeMs)}`
  if (due.is === 'skipped') return 'the machine slept or its clock was set forward past it'
  if (due.is === 'repeated') return 'the clock was set back and showed this time twice'
  if (skipped && skipped.uptimeMs >= due.uptimeMs - earlyMs) return `skipped: ${skipped.reason}`
  if (liveness.is === 'running') return 'the run before it is still going on'
  return undefined
}

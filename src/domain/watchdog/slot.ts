import {span} from '../clock/span.js'
import type {JobFacts, Liveness, NowFacts, SlotFacts} from './job-facts.js'

/**
 * - served: a run began at the slot or after it
 * - missed: none did, and the machine was up
 * - excused: none did, for a known reason that is not the job's fault
 * - early: no slot has been due that could have been missed
 * - none: there is no schedule, or no slot is late yet
 */
export interface SlotVerdict {
  readonly is: 'served' | 'missed' | 'excused' | 'early' | 'none'
  readonly reason: string
  /** `early`, because the clock was set back. */
  readonly isSetBack?: boolean
}

/** A run may begin so much before its slot: another host's cron, a clock a little off. Milliseconds. */
export const earlyMs = 60_000

/** A wall clock that is behind the uptime clock by less was only slewed. Milliseconds. */
const setBackMs = 60_000

const served: SlotVerdict = {is: 'served', reason: 'the latest slot was served'}

export function judgeSlot(facts: JobFacts): SlotVerdict {
  const {slot} = facts
  if (!slot) return {is: 'none', reason: 'no slot is late'}
  if (hasStarted(facts.liveness, slot.due.uptimeMs)) return isProof(facts, slot) ? served : early(facts, slot)
  if (!isExpected(facts, slot)) return early(facts, slot)
  const at = new Date(slot.at).toISOString()
  const lateMs = facts.now.uptimeMs - slot.due.uptimeMs
  const excuse = excuseOf(facts, slot)
  if (excuse !== undefined) return {is: 'excused', reason: `no run for the slot of ${at}: ${excuse}`}
  return {is: 'missed', reason: `no run for the slot of ${at}, late by ${span(lateMs)}`}
}

function hasStarted(liveness: Liveness, dueUptimeMs: number): boolean {
  return liveness.is !== 'never-seen' && liveness.startedUptimeMs >= dueUptimeMs - earlyMs
}

/** A clock that was set back shows a slot that was served long ago, which proves nothing about the slots since. */
function isProof({liveness, now}: JobFacts, slot: SlotFacts): boolean {
  return !isSetBackTo(slot, now) || hasStarted(liveness, now.disturbance.uptimeMs)
}

/** Whether the clock was set back since the slot was due: then more time has passed than the clock shows. */
function isSetBackTo({at, due}: SlotFacts, now: NowFacts): boolean {
  return now.uptimeMs - due.uptimeMs > now.at - at + setBackMs
}

function early({now, watchedSinceMs}: JobFacts, slot: SlotFacts): SlotVerdict {
  const watched = `no slot was due since it is watched with this schedule, for ${span(now.uptimeMs - watchedSinceMs)}`
  const isSetBack = isSetBackTo(slot, now) && (slot.due.is !== 'before' || now.disturbance.is === 'jump')
  return {is: 'early', isSetBack, reason: isSetBack ? 'no slot was due since the clock was set back' : watched}
}

/** A job without any record gets the grace of one whole slot: its crontab line may come after its settings. */
function isExpected({liveness, watchedSinceMs}: JobFacts, {due, former}: SlotFacts): boolean {
  if (due.is === 'before' || due.uptimeMs < watchedSinceMs) return false
  return (
    liveness.is !== 'never-seen' ||
    (former !== undefined && former.is !== 'before' && former.uptimeMs >= watchedSinceMs)
  )
}

function excuseOf({skipped, liveness, now}: JobFacts, {due}: SlotFacts): string | undefined {
  if (due.is === 'down') return `the machine was down, up again for ${span(now.uptimeMs - due.uptimeMs)}`
  if (due.is === 'skipped') return 'the machine was suspended or its clock was set forward past it'
  if (due.is === 'repeated') return 'the clock was set back and showed this time twice'
  if (skipped && skipped.uptimeMs >= due.uptimeMs - earlyMs) return `skipped: ${skipped.reason}`
  if (liveness.is === 'running') return 'the run before it still goes on'
  return undefined
}

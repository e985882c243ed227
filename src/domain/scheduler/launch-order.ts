import type {ScheduledJob} from './decide.js'
import {slotKey} from './slot-key.js'
import {spreadOf} from './spread.js'

/** A slot whose `fired` counts and that was not started yet. */
export interface PendingSlot {
  readonly job: string
  /** Wall clock, ms. */
  readonly slot: number
  /** `JOB#SLOT`, by which a slot is started once. */
  readonly key: string
  /** When it is to start: the slot and the spread of the job. Wall clock, ms. */
  readonly dueAt: number
  /** Whether its time has passed while nobody could start it, or it comes after such a one that was decided with it. */
  readonly isCatchUp: boolean
  /** It does not start before an earlier one of its job that is caught up, nor beside one if it is late: `catchUp: all`. */
  readonly isInOrder?: boolean
  /** With `overlap: wait`: so long its run waits for another one of its job. Milliseconds. */
  readonly patienceMs?: number
  /** At most so long its guard waits at random before the run. Milliseconds. */
  readonly jitterMs?: number
}

/** The slot as it waits for its start. */
export function pendingSlot(
  {name: job, spreadMs, catchUp, patienceMs, jitterMs}: ScheduledJob,
  {slotMs: slot, isCatchUp}: {readonly slotMs: number; readonly isCatchUp: boolean},
  host: string,
): PendingSlot {
  return {
    ...{job, slot, key: slotKey(job, slot), dueAt: slot + spreadOf(host, job, spreadMs), isCatchUp},
    ...((catchUp.mode === 'all' || patienceMs !== undefined) && {isInOrder: true}),
    ...(patienceMs !== undefined && {patienceMs}),
    ...(jitterMs !== undefined && {jitterMs}),
  }
}

/** Due slots come before those that are caught up, then earlier slots before later ones. */
export function compareSlots(one: PendingSlot, other: PendingSlot): number {
  if (one.isCatchUp !== other.isCatchUp) return one.isCatchUp ? 1 : -1
  if (one.slot !== other.slot) return one.slot - other.slot
  return one.job < other.job ? -1 : Number(one.job > other.job)
}

/** What is started later than so was held back. Milliseconds. */
const onTimeMs = 1000

interface Capacity {
  readonly nowMs: number
  /** How many runs may begin. */
  readonly free: number
  /** How many more guards may wait for the jitter of their job, which takes none of those places. */
  readonly freeForJitter: number
  /** Slots that were started and go on; those that were late are among what is caught up. */
  readonly running: readonly PendingSlot[]
  /** Jobs of which a run that an earlier scheduler has started goes on. */
  readonly earlierJobs: readonly string[]
}

/**
 * Which of the slots, in their order, are started now. What is caught up of one job goes one at a time, and so does a
 * job that would wait for its own run: a guard that only waits is of no use. Other due slots are left to `overlap`.
 */
export function launchable(
  queue: readonly PendingSlot[],
  {nowMs, free, freeForJitter, running, earlierJobs}: Capacity,
): readonly PendingSlot[] {
  const chosen: PendingSlot[] = []
  const busy = new Set([...running.map(({job}) => job), ...earlierJobs])
  const caughtUp = firstOf([
    ...running.filter(({isCatchUp}) => isCatchUp),
    ...queue.filter((one) => isLate(one, nowMs)),
  ])
  const isHeldBack = (one: PendingSlot) => {
    const {job, slot, isInOrder} = one
    if (isPatienceOver(one, nowMs)) return false
    if (busy.has(job) && goesAlone(one, nowMs)) return true
    return isInOrder === true && (caughtUp.get(job) ?? slot) < slot
  }
  let [places, placesForJitter] = [free, freeForJitter]
  for (const one of queue) {
    if (places <= 0) break
    if (one.dueAt > nowMs || isHeldBack(one)) continue
    if (one.jitterMs === undefined) places -= 1
    else if (placesForJitter > 0) placesForJitter -= 1
    else continue
    busy.add(one.job)
    chosen.push(one)
  }
  return chosen
}

/** Its run is started all the same: it is refused on record, unless it finds that the other one has just ended. */
function isPatienceOver({isCatchUp, patienceMs, dueAt}: PendingSlot, nowMs: number): boolean {
  return !isCatchUp && patienceMs !== undefined && nowMs - dueAt >= patienceMs
}

/** A slot on time is left to `overlap`. */
function goesAlone(one: PendingSlot, nowMs: number): boolean {
  return one.patienceMs !== undefined || isLate(one, nowMs)
}

/** Whether a slot that starts now is caught up: by the decision on it, or because it had no place when it was due. */
export function isLate({isCatchUp, isInOrder, patienceMs, dueAt}: PendingSlot, nowMs: number): boolean {
  return isCatchUp || (isInOrder === true && patienceMs === undefined && nowMs - dueAt > onTimeMs)
}

/** By job, the earliest of the slots. */
function firstOf(slots: readonly PendingSlot[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>()
  for (const {job, slot} of slots) first.set(job, Math.min(slot, first.get(job) ?? slot))
  return first
}

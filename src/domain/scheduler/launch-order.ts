/** A slot whose `fired` counts and that was not started yet. */
export interface PendingSlot {
  readonly job: string
  /** Wall clock, ms. */
  readonly slot: number
  /** `JOB#SLOT`, by which a slot is started once. */
  readonly key: string
  /** When it is to start: the slot and the spread of the job. Wall clock, ms. */
  readonly dueAt: number
  /** Whether its time has passed while nobody could start it. */
  readonly isCatchUp: boolean
}

/** Due slots before those that are caught up, then by slot: who waits has waited longest. */
export function compareSlots(one: PendingSlot, other: PendingSlot): number {
  if (one.isCatchUp !== other.isCatchUp) return one.isCatchUp ? 1 : -1
  if (one.slot !== other.slot) return one.slot - other.slot
  return one.job < other.job ? -1 : Number(one.job > other.job)
}

interface Capacity {
  readonly nowMs: number
  /** How many may start. */
  readonly free: number
  /** Jobs of which a slot that was started goes on. */
  readonly runningJobs: ReadonlySet<string>
}

/**
 * Which of the slots, in their order, are started now. What is caught up of one job goes one at a time; two due slots
 * of a job are left to its `overlap`.
 */
export function launchable(
  queue: readonly PendingSlot[],
  {nowMs, free, runningJobs}: Capacity,
): readonly PendingSlot[] {
  const chosen: PendingSlot[] = []
  const busy = new Set(runningJobs)
  for (const one of queue) {
    if (chosen.length >= free) break
    if (one.dueAt > nowMs || (one.isCatchUp && busy.has(one.job))) continue
    busy.add(one.job)
    chosen.push(one)
  }
  return chosen
}

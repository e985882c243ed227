import type {PendingSlot} from '../../domain/scheduler/launch-order.js'
import type {DetachedGuard} from '../../system/process/detach.js'

/** A process that the system refuses is tried again as one that has failed. */
export function started(
  {start}: {readonly start: (slot: PendingSlot) => DetachedGuard},
  slot: PendingSlot,
): DetachedGuard | undefined {
  try {
    return start(slot)
  } catch {
    return undefined
  }
}

/** @returns its exit code; undefined if it has none, or could not be started */
export async function endOf(guard: DetachedGuard | undefined): Promise<number | undefined> {
  try {
    return await guard?.ended
  } catch {
    return undefined
  }
}

import type {PendingSlot} from './launch-order.js'

interface WaitingSlot {
  readonly slot: PendingSlot
  /** Monotonic clock, ms. */
  readonly notBeforeMs: number
}

interface Look {
  readonly nowMs: number
  readonly monoMs: number
  /** Slots wait for runs whose start or end nothing announces. */
  readonly isForOthers: boolean
}

/** Nothing announces the start of a run, nor the end of a run that is not a child of this process. */
const lookAgainMs = 1000

/** @returns after how many milliseconds to look at the waiting slots again; undefined for not before a guard has ended */
export function nextLookMs(waiting: readonly WaitingSlot[], {nowMs, monoMs, isForOthers}: Look): number | undefined {
  const times = waiting.flatMap(({slot, notBeforeMs}) => [
    Math.max(slot.dueAt - nowMs, notBeforeMs - monoMs),
    slot.dueAt - nowMs + (slot.patienceMs ?? 0),
  ])
  if (isForOthers) times.push(lookAgainMs)
  return times.reduce<number | undefined>((first, ms) => (ms > 0 && ms < (first ?? ms + 1) ? ms : first), undefined)
}

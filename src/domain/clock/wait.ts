/** A clock may be corrected by so much without any effect, ms. */
const correctedMs = 60_000

/**
 * The end of a wait that began at a time of the wall clock. A beginning in the future is of a clock that was set back
 * since: the wait is then over, since nobody knows how much of it has passed. All in ms.
 */
export function endOfWait(beginMs: number, waitMs: number, nowMs: number): number {
  return beginMs > nowMs + correctedMs ? nowMs : beginMs + waitMs
}

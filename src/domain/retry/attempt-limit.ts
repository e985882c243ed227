export interface AttemptSpan {
  /** The attempt's own limit, as a multiple of the first one's. */
  readonly timeoutFactor: number
  /** What is left of the deadline over all attempts, ms; undefined if there is none. */
  readonly remainingMs: number | undefined
}

/** An attempt's own time limit, ms, but never more than the deadline leaves. @returns undefined if it has none */
export function attemptLimitMs(
  timeoutMs: number | undefined,
  {timeoutFactor, remainingMs}: AttemptSpan,
): number | undefined {
  if (timeoutMs === undefined) return remainingMs
  return Math.min(Math.round(timeoutMs * timeoutFactor), remainingMs ?? Number.POSITIVE_INFINITY)
}

/** What is usual is taken from this many good runs, or gaps between starts. */
export const usualOf = 30

/** The times of the last good runs after another one, oldest first. Milliseconds. */
export function withGoodRun(times: readonly number[], durationMs: number): readonly number[] {
  return [...times, durationMs].slice(-usualOf)
}

/**
 * What is usual: a few odd values change nothing. Of an even number it is the higher one of the two in the middle.
 *
 * @returns undefined without a value
 */
export function median(values: readonly number[]): number | undefined {
  const sorted = new Float64Array(values).sort()
  return sorted[Math.floor(sorted.length / 2)]
}

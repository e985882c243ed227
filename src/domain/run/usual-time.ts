/** The usual time is taken from this many good runs. */
const keptRuns = 30

/** The times of the last good runs after another one, oldest first. Milliseconds. */
export function withGoodRun(times: readonly number[], durationMs: number): readonly number[] {
  return [...times, durationMs].slice(-keptRuns)
}

/** How long the job usually takes: the median, so that a few odd runs change nothing. @returns undefined without a good run */
export function usualTimeMs(times: readonly number[]): number | undefined {
  const sorted = times.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)]
}

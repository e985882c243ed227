const unitsMs: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000}

/** The longest accepted span; Node's timers and file times are exact far beyond it. */
export const longestDurationMs = 3650 * 86_400_000

/** Reads `500ms`, `30s`, `10m`, `2h`, `1d`; a bare number is seconds. @returns milliseconds, or undefined if the text is not a duration */
export function parseDuration(text: string): number | undefined {
  const ms = spanMs(text)
  return ms !== undefined && ms <= longestDurationMs ? ms : undefined
}

/** Why `parseDuration` refuses a text. */
export function durationProblem(text: string): string {
  return spanMs(text) === undefined ? 'is not a duration' : `is longer than ${formatDuration(longestDurationMs)}`
}

function spanMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim())
  return match ? Math.round(Number(match[1]) * (unitsMs[match[2] ?? 's'] ?? 1000)) : undefined
}

/** The shortest text that `parseDuration` reads back: 90000 → `90s`, 5400000 → `90m`. What was measured is rounded to a millisecond. */
export function formatDuration(spanMs: number): string {
  const ms = Math.round(spanMs)
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = unitsMs[unit] ?? 1
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${ms}ms`
}

/** Recurring hours in which only what is CRITICAL is sent. Times are of the zone of the rule. */
export interface QuietHours {
  /** Minutes after midnight. If `from` is later than `to` they last over midnight. */
  readonly fromMinute: number
  readonly toMinute: number
  /** Days on which they begin: 0 is Sunday; empty for each day. */
  readonly days: readonly number[]
  readonly timezone: string | undefined
}

/** A time as a clock on the wall of a zone shows it. */
export interface LocalTime {
  readonly minute: number
  /** 0 is Sunday. */
  readonly day: number
}

export function isQuiet({fromMinute, toMinute, days}: QuietHours, {minute, day}: LocalTime): boolean {
  const isDay = (one: number) => days.length === 0 || days.includes(one)
  if (fromMinute <= toMinute) return isDay(day) && minute >= fromMinute && minute < toMinute
  return (isDay(day) && minute >= fromMinute) || (isDay((day + 6) % 7) && minute < toMinute)
}

/** The clock of the zone may be set for summer or winter before the end: it is asked again after so long. Minutes. */
const askAgain = 15

/**
 * Minutes from the beginning of the present minute to the end of the quiet hours, or until this has to be computed
 * again.
 */
export function quietMinutes({toMinute}: QuietHours, {minute}: LocalTime): number {
  return Math.min((toMinute - minute + 1440) % 1440 || 1, askAgain)
}

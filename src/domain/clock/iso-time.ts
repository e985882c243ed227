const dayMs = 86_400_000

/**
 * A wall clock time (ms since 1970, not before) as `Date.toISOString` writes it. The first Date of a process makes ICU
 * read a dozen files for the local time zone, while UTC takes a few divisions (Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
export function isoTime(atMs: number): string {
  const at = Math.floor(atMs)
  const days = Math.floor(at / dayMs) + 719_468
  const era = Math.floor(days / 146_097)
  const dayOfEra = days - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const ms = at % dayMs
  const time = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((part) => padded(Math.floor(part), 2))
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${time.join(':')}.${padded(ms % 1000, 3)}Z`
}

/** The same without milliseconds where there are none: `2026-11-29T02:00:00Z`. */
export function shortIsoTime(atMs: number): string {
  return isoTime(atMs).replace('.000Z', 'Z')
}

function padded(value: number, digits: number): string {
  return `${value}`.padStart(digits, '0')
}

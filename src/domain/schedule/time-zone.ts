import {closestName} from '../settings/suggest.js'

/** What is wrong with the IANA name of a time zone. @returns undefined if it is right */
export function timeZoneProblem(name: string): string | undefined {
  // An offset has no summer time, and not every supported Node accepts it.
  if (/^[A-Za-z]/.test(name) && isKnown(name)) return undefined
  const meant = closestName(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  return `is not a time zone; ${meant ? `did you mean ${meant}?` : 'write a name such as UTC or America/New_York'}`
}

/** Whether two zones had the same time on each day of a year, as UTC and Etc/UTC. */
export function isSameZone(one: string, other: string, year: number): boolean {
  if (one === other) return true
  const clocks = [one, other].map(
    (timeZone) => new Intl.DateTimeFormat('en', {timeZone, dateStyle: 'short', timeStyle: 'short'}),
  )
  return Array.from({length: 366}, (_, day) => Date.UTC(year, 0, 1 + day, 12)).every(
    (at) => new Set(clocks.map((clock) => clock.format(at))).size === 1,
  )
}

/** Intl is slow to ask, and many jobs name the same few zones. */
const known = new Set<string>()

function isKnown(name: string): boolean {
  if (known.has(name)) return true
  try {
    new Intl.DateTimeFormat('en', {timeZone: name})
    known.add(name)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

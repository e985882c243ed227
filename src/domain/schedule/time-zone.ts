import {closestName} from '../settings/suggest.js'

/** What is wrong with the IANA name of a time zone. @returns undefined if it is right */
export function timeZoneProblem(name: string): string | undefined {
  // An offset has no summer time, and not every supported Node accepts it.
  if (/^[A-Za-z]/.test(name) && isKnown(name)) return undefined
  const meant = closestName(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  return `is not a time zone; ${meant ? `did you mean ${meant}?` : 'write a name such as UTC or America/New_York'}`
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

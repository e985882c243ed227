import {closestName} from '../settings/suggest.js'

/** Says what is wrong with the name of a time zone; undefined: nothing. Names are IANA's, as `America/New_York`. */
export function timeZoneProblem(name: string): string | undefined {
  // An offset has no summer time and is not understood by every supported Node.
  if (/^[A-Za-z]/.test(name) && isKnown(name)) return undefined
  const meant = closestName(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
  return `is no time zone; ${meant ? `did you mean ${meant}?` : 'write a name such as UTC or America/New_York'}`
}

/** Asking Intl takes 0.2 ms, and ten thousand jobs name the same few zones. */
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

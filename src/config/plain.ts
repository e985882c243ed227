import type {Path, Problem} from './problems.js'

const deepest = 32
const mostValues = 200_000

/**
 * Converts the result of a loader to plain JSON: keys without a value (`jobs:` alone, in YAML) are left out, and dates
 * become text again. Other kinds of values, cycles and deep nesting are problems. The number of values is limited because YAML
 * references can repeat a value many million times.
 */
export function toPlain(value: unknown): {readonly value: unknown; readonly problems: readonly Problem[]} {
  const problems: Problem[] = []
  let values = 0
  const walk = (part: unknown, path: Path): unknown => {
    if (++values > mostValues || path.length > deepest) {
      if (problems.length === 0)
        problems.push({path: path.slice(0, 3), text: 'is nested too deeply or refers to itself'})
      return undefined
    }
    if (typeof part === 'string' || typeof part === 'boolean') return part
    if (typeof part === 'number' && Number.isFinite(part)) return part
    if (Array.isArray(part)) return part.map((item, index) => walk(item, [...path, index]) ?? null)
    if (part instanceof Date && !Number.isNaN(part.getTime())) return part.toISOString()
    if (isMap(part)) {
      const known = Object.entries(part).filter(
        ([, inner]) => inner !== undefined && (inner !== null || isAllJobs(path)),
      )
      return Object.fromEntries(known.map(([key, inner]) => [key, walk(inner, [...path, key])]))
    }
    // A job without a value is a mistake that the check reports, and not a job that is not there.
    if (part === null && isAllJobs(path.slice(0, -1))) return null
    if (part !== null && part !== undefined) problems.push({path, text: 'is not a value that settings can have'})
    return undefined
  }
  return {value: walk(value, []) ?? {}, problems}
}

/** Whether this is the section with all jobs. */
export function isAllJobs(path: Path): boolean {
  return path.length === 1 && path[0] === 'jobs'
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

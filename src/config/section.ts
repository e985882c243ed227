import {z} from 'zod'
import {closestName} from '../domain/settings/suggest.js'
import type {Measured} from './fields.js'

type Shape = Readonly<Record<string, z.ZodType>>
type Renamed<K extends string, V> = V extends Measured<infer Unit> ? `${K}${Unit}` : K
type Outputs<S extends Shape> = {readonly [K in keyof S & string as Renamed<K, S[K]>]: z.output<S[K]>}

/** The output of a section: only keys that the user wrote, because defaults are added later. */
type SectionOutput<O extends Shape, R extends Shape> = Partial<Outputs<O>> & Outputs<R>

/**
 * A part of the settings with fixed keys. Keys of `optional` may be left out, an unknown key is refused with a
 * suggestion, and keys of durations and sizes get their unit: `timeout: 5m` → `timeoutMs: 300000`.
 */
export function section<O extends Shape, R extends Shape = Record<never, never>>(optional: O, required?: R) {
  const shape: Record<string, z.ZodType> = {...required}
  for (const [key, field] of Object.entries(optional)) shape[key] = z.exactOptional(field)
  const units = unitsOf({...required, ...optional})
  return fixedKeys(shape).transform((value) => rename(value, units) as SectionOutput<O, R>)
}

/** An object of which an unknown key is refused with a suggestion. */
export function fixedKeys<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, {error: (issue) => unknownKeys(issue, Object.keys(shape))})
}

function unitsOf(shape: Shape): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(shape).flatMap(([key, field]) =>
      'unit' in field && typeof field.unit === 'string' ? [[key, field.unit] as const] : [],
    ),
  )
}

function rename(value: Readonly<Record<string, unknown>>, units: ReadonlyMap<string, string>) {
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [`${key}${units.get(key) ?? ''}`, part]))
}

/** One line for each unknown key, in the order of `issue.keys`. */
function unknownKeys(issue: z.core.$ZodRawIssue, known: readonly string[]): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined
  return issue.keys.map((key) => unknownKey(key, known)).join('\n')
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = closestName(key, known)
  if (known.length === 0) return 'is an unknown key; there is none to be given'
  return `is an unknown key; ${meant ? `did you mean "${meant}"?` : `known are ${known.join(', ')}`}`
}

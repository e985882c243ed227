import type {Column} from './column.js'

/** So many rows to each that has a value, or to each value that differs. */
const seldom = 4

/** Values as JSON has them, without null; undefined where there is none. */
export function toColumn(values: readonly unknown[]): Column {
  const present = values.filter((value) => value !== undefined)
  if (present.length * seldom < values.length)
    return {few: Object.fromEntries(Object.entries(values).filter(isPresent)) as Record<number, unknown>}
  if (present.every((value) => typeof value === 'object'))
    return objectColumn(values as readonly (Fields | undefined)[])
  const different = new Map<unknown, number>([...new Set(present)].map((value, index) => [value, index]))
  if (different.size === 1 && present.length === values.length) return {all: present[0]}
  if (present.every(Number.isSafeInteger)) return numberColumn(values as readonly (number | undefined)[])
  if (different.size * seldom > present.length) return values.map(orNull)
  return {of: [...different.keys()], at: values.map((value) => different.get(value) ?? null)}
}

type Fields = Readonly<Record<string, unknown>>

function isPresent([, value]: readonly [string, unknown]): boolean {
  return value !== undefined
}

function objectColumn(values: readonly (Fields | undefined)[]): Column {
  const names = new Set(values.flatMap((value) => Object.keys(value ?? {})))
  const columns = [...names].map((name) => [name, toColumn(values.map((value) => value?.[name]))])
  return {is: Object.fromEntries(columns) as Record<string, Column>}
}

function numberColumn(values: readonly (number | undefined)[]): Column {
  const from = values.reduce<number>((least, value) => Math.min(least, value ?? least), Number.MAX_SAFE_INTEGER)
  const plus = values.map((value) => (value === undefined ? null : value - from))
  // Between numbers of both signs a distance may be more than can be told exactly.
  return plus.every((value) => value === null || Number.isSafeInteger(value)) ? {from, plus} : values.map(orNull)
}

function orNull(value: unknown): unknown {
  return value ?? null
}

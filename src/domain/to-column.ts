import type {Column} from './column.js'

/** So many rows to each that has a value, or to each value that differs. */
const seldom = 4

/** Values as JSON has them, without null; undefined where there is none. Written for tens of thousands of rows. */
export function toColumn(values: readonly unknown[]): Column {
  const {present, objects, integers} = tally(values)
  if (present * seldom < values.length) return {few: fewOf(values)}
  if (objects === present) return objectColumn(values as readonly (Fields | undefined)[])
  if (integers === present) return numberColumn(values as readonly (number | undefined)[])
  return valueColumn(values, present)
}

type Fields = Readonly<Record<string, unknown>>

function tally(values: readonly unknown[]): {present: number; objects: number; integers: number} {
  const seen = {present: 0, objects: 0, integers: 0}
  for (const value of values) {
    if (value === undefined) continue
    seen.present += 1
    if (typeof value === 'object') seen.objects += 1
    else if (Number.isSafeInteger(value)) seen.integers += 1
  }
  return seen
}

function fewOf(values: readonly unknown[]): Record<number, unknown> {
  const few: Record<number, unknown> = {}
  values.forEach((value, row) => {
    if (value !== undefined) few[row] = value
  })
  return few
}

function objectColumn(values: readonly (Fields | undefined)[]): Column {
  const names = new Set<string>()
  for (const value of values) for (const name in value) names.add(name)
  const columns: Record<string, Column> = {}
  for (const name of names) columns[name] = toColumn(values.map((value) => value?.[name]))
  return {is: columns}
}

function numberColumn(values: readonly (number | undefined)[]): Column {
  let from = Number.MAX_SAFE_INTEGER
  let most = Number.MIN_SAFE_INTEGER
  let present = 0
  for (const value of values) {
    if (value === undefined) continue
    if (value < from) from = value
    if (value > most) most = value
    present += 1
  }
  if (from === most && present === values.length) return {all: from}
  // Between numbers of both signs a distance may be more than can be told exactly.
  if (!Number.isSafeInteger(most - from)) return values.map(orNull)
  return {from, plus: values.map((value) => (value === undefined ? null : value - from))}
}

/** Texts, mostly; each value that differs gets its number until there are too many of them. */
function valueColumn(values: readonly unknown[], present: number): Column {
  const numbers = new Map<unknown, number>()
  for (const value of values) {
    if (value !== undefined && !numbers.has(value)) numbers.set(value, numbers.size)
    if (numbers.size * seldom > present) return values.map(orNull)
  }
  if (numbers.size === 1 && present === values.length) return {all: values[0]}
  return {of: [...numbers.keys()], at: values.map((value) => numbers.get(value) ?? null)}
}

function orNull(value: unknown): unknown {
  return value ?? null
}

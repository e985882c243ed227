import type {Column} from './column.js'
import {isWord, joinWords} from './words.js'

/** So many rows to each that has a value of its own, or to each value that differs. */
const seldom = 4

/** Values as JSON has them, without null; undefined where there is none. Written for tens of thousands of rows. */
export function toColumn(values: readonly unknown[]): Column {
  const usual = commonest(values)
  const own = values.reduce((count: number, value) => (value === usual ? count : count + 1), 0)
  if (own * seldom < values.length || own === 0) return fewColumn(values, usual)
  const kinds = tally(values)
  if (kinds.objects === kinds.present) return objectColumn(values as readonly (Row | undefined)[])
  if (kinds.integers === kinds.present) return numberColumn(values as readonly (number | undefined)[])
  return valueColumn(values, kinds)
}

type Row = Readonly<Record<string, unknown>>

/** The value that most rows have, if there is one: majority vote of Boyer and Moore, 1981. */
function commonest(values: readonly unknown[]): unknown {
  let candidate: unknown
  let votes = 0
  for (const value of values) {
    if (votes === 0) candidate = value
    votes += value === candidate ? 1 : -1
  }
  return candidate
}

function fewColumn(values: readonly unknown[], usual: unknown): Column {
  const few: Record<number, unknown> = {}
  values.forEach((value, row) => {
    if (value !== usual) few[row] = orNull(value)
  })
  return usual === undefined ? {few} : {few, else: usual}
}

interface Kinds {
  present: number
  objects: number
  integers: number
  words: number
}

function tally(values: readonly unknown[]): Kinds {
  const seen = {present: 0, objects: 0, integers: 0, words: 0}
  for (const value of values) {
    if (value === undefined) continue
    seen.present += 1
    if (typeof value === 'object') seen.objects += 1
    else if (Number.isSafeInteger(value)) seen.integers += 1
    else if (isWord(value)) seen.words += 1
  }
  return seen
}

function objectColumn(values: readonly (Row | undefined)[]): Column {
  const names = new Set<string>()
  for (const value of values) for (const name in value) names.add(name)
  const fields: Record<string, Column> = {}
  let last: {readonly name: string; readonly numbers: readonly number[]} | undefined
  for (const name of names) {
    const field = values.map((value) => value?.[name])
    if (!field.every(Number.isSafeInteger)) {
      fields[name] = toColumn(field)
      continue
    }
    const numbers = field as readonly number[]
    fields[name] = (last && overColumn(numbers, last)) ?? toColumn(numbers)
    last = {name, numbers}
  }
  return {is: fields}
}

/** Times of a run go together: the one before is mostly nearer than the earliest of all. Undefined: it is not. */
function overColumn(numbers: readonly number[], {name, numbers: others}: {name: string; numbers: readonly number[]}) {
  const more = numbers.map((number, row) => number - (others[row] as number))
  if (!more.every(Number.isSafeInteger) || !(rangeOf(more) * 16 < rangeOf(numbers))) return undefined
  return {over: name, plus: toColumn(more)}
}

function rangeOf(numbers: readonly number[]): number {
  return (
    numbers.reduce((most, number) => Math.max(most, number), -Infinity) -
    numbers.reduce((least, number) => Math.min(least, number), Infinity)
  )
}

function numberColumn(values: readonly (number | undefined)[]): Column {
  const from = values.reduce<number>((least, value) => Math.min(least, value ?? least), Number.MAX_SAFE_INTEGER)
  const plus = values.map((value) => (value === undefined ? null : value - from))
  // Between numbers of both signs a distance may be more than can be told exactly.
  return plus.every((more) => more === null || Number.isSafeInteger(more)) ? {from, plus} : values.map(orNull)
}

/** Texts, mostly; each value that differs gets its number until there are too many of them. */
function valueColumn(values: readonly unknown[], {words, present}: Kinds): Column {
  const numbers = new Map<unknown, number>()
  for (const value of values) {
    if (value !== undefined && !numbers.has(value)) numbers.set(value, numbers.size)
    if (numbers.size * seldom > present)
      return words === values.length ? {words: joinWords(values as readonly string[])} : values.map(orNull)
  }
  return {of: [...numbers.keys()], at: values.map((value) => numbers.get(value) ?? null)}
}

function orNull(value: unknown): unknown {
  return value ?? null
}

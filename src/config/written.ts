import {closestName} from '../domain/settings/suggest.js'
import type {Path} from './problems.js'

/** Reads settings as they are written, valid or not. */

export type Named = readonly (readonly [string, unknown])[]

export function unknownName(what: string, name: string, known: readonly string[]): string {
  const meant = closestName(name, known)
  const advice = meant
    ? `did you mean "${meant}"?`
    : known.length > 0
      ? `known are ${known.join(', ')}`
      : 'there are none'
  return `is not a known ${what}; ${advice}`
}

export function map(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

export function entries(value: unknown): Named {
  return Object.entries(map(value))
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The strings of a value or a list, each with its path. */
export function texts(value: unknown, path: Path): readonly (readonly [Path, string])[] {
  const all = Array.isArray(value) ? value.map((item, index) => [[...path, index], item]) : [[path, value]]
  return all.filter((entry): entry is [Path, string] => typeof entry[1] === 'string')
}

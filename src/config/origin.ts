import {type Path, pathText, valueAt} from './problems.js'

/** Where a value comes from. */
export type Origin =
  | {readonly from: 'default'}
  | {readonly from: 'file'; readonly file: string; readonly key: string}
  | {readonly from: 'env'; readonly name: string}
  | {readonly from: 'flag'; readonly name: string}

/** One line of the effective settings. */
export interface SettingEntry {
  readonly key: string
  readonly value: unknown
  readonly origin: Origin
}

interface SettingsSource {
  /** undefined if there is no settings file. */
  readonly file: string | undefined
  /** The content of the file. */
  readonly written: unknown
}

/** Every value of the settings, in the form of the file, and where it comes from. */
export function settingEntriesOf(shown: unknown, source: SettingsSource): SettingEntry[] {
  return paths(shown, []).map((path) => ({
    key: pathText(path),
    value: valueAt(shown, path),
    origin: originOf(path, source),
  }))
}

/** A list is one value, and so is an empty map or a reference to a secret. */
function paths(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isSecret(value)) return [path]
  const keys = Object.keys(value)
  if (keys.length === 0) return path.length === 0 ? [] : [path]
  return keys.flatMap((key) => paths((value as Record<string, unknown>)[key], [...path, key]))
}

function isSecret(value: object): boolean {
  const [key, ...others] = Object.keys(value)
  return others.length === 0 && (key === 'env' || key === 'file') && typeof Object.values(value)[0] === 'string'
}

function originOf(path: Path, {file, written}: SettingsSource): Origin {
  if (file === undefined) return {from: 'default'}
  const place = [path, ...inherited(path)].find((candidate) => isWritten(written, candidate))
  return place ? {from: 'file', file, key: pathText(place)} : {from: 'default'}
}

/** Jobs and targets inherit the values of their `defaults`. */
function inherited(path: Path): Path[] {
  if (path[0] === 'jobs') return [['defaults', ...path.slice(2)]]
  if (path[0] === 'breakers' && path[1] === 'targets') return [['breakers', 'defaults', ...path.slice(3)]]
  return []
}

function isWritten(written: unknown, path: Path): boolean {
  return valueAt(written, path) !== undefined
}

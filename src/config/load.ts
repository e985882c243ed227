import {basename, extname} from 'node:path'
import {defaultLoaders} from 'cosmiconfig'
import {redactLine} from '../domain/failure/redact.js'
import {showControls} from '../domain/log/show-controls.js'
import type {Settings} from '../domain/settings/settings.js'
import {GuardError} from '../errors.js'
import {crossCheck} from './cross-check.js'
import {jobsWithoutStore} from './cross-check-fleet.js'
import type {FoundFile} from './find.js'
import {readOpen} from './open-file.js'
import {toPlain} from './plain.js'
import {type Problem, problemsOf, settingsError} from './problems.js'
import {resolveSettings} from './resolve.js'
import {settingsSchema} from './schema.js'
import {withoutWrongParts, wrongSettings} from './wrong-parts.js'

/** Reads and checks a settings file and adds the defaults. It runs only if the cache has no entry. */

interface Checked {
  /** Without the wrong parts, which `wrong` names. */
  readonly settings: Settings
  /** The content of the file as plain JSON, without the wrong parts; it shows where a value comes from. */
  readonly written: unknown
  /** All problems at once; undefined if there are none. */
  readonly error: GuardError | undefined
}

interface Loaded extends Checked {
  /** Content of the file. */
  readonly text: string
}

/** @throws GuardError `config` if nothing of the file can be used. */
export async function loadFile(found: FoundFile): Promise<Loaded> {
  refuseProgram(found.path)
  const text = textOf(found)
  const plain = toPlain(parse(found.path, text))
  if (plain.problems.length > 0) throw settingsError(found.path, plain.value, plain.problems)
  return {...(await checkSettings(plain.value, found.path)), text}
}

/**
 * Checks the content of `file`, leaves its wrong parts out, and adds the defaults.
 * @throws GuardError `config` if nothing of it can be used.
 */
export async function checkSettings(written: unknown, file: string): Promise<Checked> {
  const parsed = await settingsSchema.safeParseAsync(written)
  const found = [...(parsed.success ? [] : problemsOf(parsed.error, written)), ...crossCheck(written)]
  const problems = distinct([...found, ...jobsWithoutStore(written, found)])
  if (parsed.success && problems.length === 0) {
    return {settings: resolveSettings(parsed.data, file), written, error: undefined}
  }
  const error = settingsError(file, written, problems)
  if (problems.some(({path}) => path.length === 0)) throw error
  const rest = withoutWrongParts(written, problems)
  const usable = await settingsSchema.safeParseAsync(rest)
  if (!usable.success) throw error
  const settings = {...resolveSettings(usable.data, file), wrong: wrongSettings(file, written, problems)}
  return {settings, written: rest, error}
}

/** Keeps the first problem of each key, because it usually explains the others. */
function distinct(problems: readonly Problem[]): Problem[] {
  const byPath = new Map<string, Problem>()
  for (const problem of problems) {
    const key = JSON.stringify(problem.path)
    if (!byPath.has(key)) byPath.set(key, problem)
  }
  return [...byPath.values()]
}

function textOf(found: FoundFile): string {
  try {
    return readOpen(found)
  } catch (error) {
    throw new GuardError('config', `${found.path} cannot be read: ${(error as Error).message}`, [], {cause: error})
  }
}

/** Throws GuardError `config` for a file that a person has named and that would have to be run. */
function refuseProgram(path: string): void {
  if (!/\.[cm]?[jt]s$/.test(path)) return
  throw new GuardError('config', `${path} is a program, and settings are data`, ['write them as YAML or JSON'])
}

/**
 * Only the loaders of cosmiconfig are used, because its search would also load and run a configuration of its own. Any file
 * but .json is YAML, which includes JSON.
 */
function parse(path: string, text: string): unknown {
  const isPackage = basename(path) === 'package.json'
  const load = extname(path) === '.json' ? defaultLoaders['.json'] : defaultLoaders.noExt
  try {
    const value: unknown = isEmpty(text) ? {} : load(path, text)
    return isPackage ? (value as {guardian?: unknown}).guardian : value
  } catch (error) {
    const hints = ['correct it and check it: guard config check']
    throw new GuardError('config', `${path} cannot be loaded: ${reasonOf(error, text)}`, hints, {cause: error})
  }
}

/** What the loaders of YAML say of a mistake. Lines and columns count from 0. */
interface YamlMistake extends Error {
  readonly reason?: string
  readonly mark?: {readonly line: number; readonly column: number}
}

function reasonOf(error: unknown, text: string): string {
  const {message, reason, mark} = error as YamlMistake
  if (reason !== undefined && mark) return `${reason} ${placeIn(text, mark)}`
  if (!message.startsWith('JSON Error in ')) return message
  // Its loader puts an extract of the file around what the parser says.
  const said = (jsonMistake(text) ?? message).replace(/ \(line \d.*\)$/, '')
  const place = placeOfPosition(said, text) ?? yamlMistake(text)?.mark
  const shown = showControls(said)
  return place ? `${shown} ${placeIn(text, place)}` : shown
}

/** @returns undefined on a runtime that does not say where JSON is wrong */
function placeOfPosition(said: string, text: string): YamlMistake['mark'] {
  const position = / position (\d+)/.exec(said)?.[1]
  if (position === undefined) return undefined
  const before = text.slice(0, Number(position)).split('\n')
  return {line: before.length - 1, column: before.at(-1)?.length ?? 0}
}

/** JSON is YAML too, whose loader says where a mistake is and refuses a key that is there twice. */
function yamlMistake(text: string): YamlMistake | undefined {
  try {
    defaultLoaders.noExt('', text)
    return undefined
  } catch (error) {
    return error as YamlMistake
  }
}

function jsonMistake(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Line and column, and the line itself: it goes into alerts and logs, and may be of any file. */
function placeIn(text: string, {line, column}: {readonly line: number; readonly column: number}): string {
  const lines = text.split('\n').slice(0, line + 1)
  // What ends too early is reported behind the last line.
  const index = lines.findLastIndex((one) => one.trim() !== '')
  const wrong = lines[index] ?? ''
  // The column counts from the indent.
  const [indent = ''] = /^ {0,40}/.exec(wrong) ?? []
  const shown = index < 0 ? '' : `\nline ${index + 1}: ${indent}${redactLine(wrong)}`
  return `(${line + 1}:${column + 1})${shown}`
}

/** JSON takes the last of two equal keys without a word. @returns undefined if no key is there twice */
export function doubledKey(path: string, text: string): GuardError | undefined {
  if (extname(path) !== '.json' || basename(path) === 'package.json' || isEmpty(text)) return undefined
  const {reason, mark} = yamlMistake(text) ?? {}
  if (reason !== 'duplicated mapping key' || !mark) return undefined
  return new GuardError('config', `${path} has a key twice ${placeIn(text, mark)}`, ['keep one of the two'])
}

function isEmpty(text: string): boolean {
  return text.trim() === ''
}

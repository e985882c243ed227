import {type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs'
import {basename, extname} from 'node:path'
import {defaultLoaders} from 'cosmiconfig'
import type {Settings} from '../domain/settings/settings.js'
import {GuardError} from '../errors.js'
import {crossCheck} from './cross-check.js'
import type {FoundFile} from './find.js'
import {toPlain} from './plain.js'
import {type Problem, problemsOf, settingsError} from './problems.js'
import {resolveSettings} from './resolve.js'
import {settingsSchema} from './schema.js'
import {assertTrusted} from './trust.js'

/** Reads and checks a settings file and adds the defaults. It runs only if the cache has no entry. */

const largest = 8 * 1024 * 1024

interface Loaded {
  readonly settings: Settings
  /** The content of the file as plain JSON, which shows where a value comes from. */
  readonly written: unknown
  /** Status of the file when it was read. */
  readonly stat: BigIntStats
}

/** @throws GuardError `config` with all problems of the file at once. */
export async function loadFile(found: FoundFile, uid: number | undefined): Promise<Loaded> {
  const {text, stat} = readChecked(found, uid)
  const plain = toPlain(await parse(found.path, text))
  if (plain.problems.length > 0) throw settingsError(found.path, plain.value, plain.problems)
  return {settings: await checkSettings(plain.value, found.path), written: plain.value, stat}
}

/**
 * Checks the content of `file` and adds the defaults.
 * @throws GuardError `config` with all problems at once.
 */
export async function checkSettings(written: unknown, file: string): Promise<Settings> {
  const parsed = await settingsSchema.safeParseAsync(written)
  const problems = [...(parsed.success ? [] : problemsOf(parsed.error, written)), ...crossCheck(written)]
  if (!parsed.success || problems.length > 0) throw settingsError(file, written, distinct(problems))
  return resolveSettings(parsed.data, file)
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

function readChecked(
  {path, named}: FoundFile,
  uid: number | undefined,
): {readonly text: string; readonly stat: BigIntStats} {
  // O_NONBLOCK, because the path may be a pipe.
  const file = attempt(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK))
  try {
    // The open file is checked, because the path may mean another file by now.
    const stat = fstatSync(file, {bigint: true})
    assertTrusted(path, stat, {uid, named})
    if (!stat.isFile()) throw new GuardError('config', `${path} is not a file`)
    if (stat.size > largest)
      throw new GuardError('config', `${path} has ${stat.size} bytes, but at most 8 MiB are allowed`)
    return {text: attempt(path, () => readFileSync(file, 'utf8')), stat}
  } finally {
    closeSync(file)
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new GuardError('config', `${path} cannot be read: ${(error as Error).message}`, [], {cause: error})
  }
}

type Load = (path: string, text: string) => unknown

/** Any other file is YAML, which includes JSON. */
const loaders: Readonly<Record<string, Load>> = {
  '.json': defaultLoaders['.json'],
  '.js': defaultLoaders['.js'],
  '.cjs': defaultLoaders['.cjs'],
  '.mjs': defaultLoaders['.mjs'],
}

/** Only the loaders of cosmiconfig are used, because its search would also load and run a configuration of its own. */
async function parse(path: string, text: string): Promise<unknown> {
  const isPackage = basename(path) === 'package.json'
  const load = loaders[extname(path)] ?? defaultLoaders.noExt
  try {
    const value: unknown = isEmpty(path, text) ? {} : await load(path, text)
    return isPackage ? (value as {guardian?: unknown}).guardian : value
  } catch (error) {
    const reason = (error as Error).message.replace(/^(YAML|JSON) Error in .*:\n/, '')
    throw new GuardError(
      'config',
      `${path} cannot be loaded: ${reason}`,
      ['correct it and check it: guard config check'],
      {
        cause: error,
      },
    )
  }
}

function isEmpty(path: string, text: string): boolean {
  return text.trim() === '' && !/\.[cm]?js$/.test(path)
}

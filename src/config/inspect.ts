import type {Settings} from '../domain/settings/settings.js'
import {GuardError} from '../errors.js'
import {defaultSettings} from './defaults.js'
import {type FoundFile, findSettings, type Where} from './find.js'
import {closeFile} from './open-file.js'
import {distrustedLogDir, distrustedPlace} from './places.js'
import type {SettingsWarning} from './warnings.js'

export interface Inspected {
  readonly settings: Settings
  /** undefined if there is no settings file. */
  readonly file: string | undefined
  /** The content of the file without its wrong parts, as plain JSON. */
  readonly written: unknown
  /** All problems of the file at once; undefined if there are none. */
  readonly error: GuardError | undefined
  /** What is allowed and yet probably a mistake. */
  readonly warnings: readonly SettingsWarning[]
}

/**
 * The settings of the file, read without the cache, its content and what is wrong with it.
 *
 * @throws GuardError `config` if nothing of the file can be used
 */
export async function inspectSettings(where: Where): Promise<Inspected> {
  const passed: SettingsWarning[] = []
  const found = findSettings(where, ({path, why}) => {
    passed.push({level: 'warning', of: path, text: `is not used: ${why}`})
  })
  if (!found) return {settings: defaultSettings, file: undefined, written: {}, error: undefined, warnings: passed}
  try {
    const inspected = await inspectFound(found, where)
    return {...inspected, warnings: [...passed, ...inspected.warnings]}
  } finally {
    closeFile(found)
  }
}

async function inspectFound(found: FoundFile, {env}: Where): Promise<Inspected> {
  // Loaded late, so that the bundler can keep it apart from the start of a run.
  const {loadFile, doubledKey} = await import('./load.js')
  const {settings, written, text, error} = await loadFile(found)
  const doubled = doubledKey(found.path, text)
  const {warningsOf} = await import('./warnings.js')
  const {settingsError} = await import('./problems.js')
  const places = [distrustedPlace('stateDir', settings.stateDir), distrustedLogDir(settings)]
    .filter((place) => place !== undefined)
    .map(({key, why}) => ({path: [key], text: `is not used: ${why}`}))
  const ofPlaces = places.length > 0 ? settingsError(found.path, written, places) : undefined
  return {
    settings,
    written,
    file: found.path,
    error: bothOf(bothOf(doubled, error), ofPlaces),
    warnings: warningsOf(settings, found, env),
  }
}

/** The problems of both, in one error. */
export function bothOf(one: GuardError | undefined, other: GuardError | undefined): GuardError | undefined {
  if (!one || !other) return one ?? other
  const {hints, details} = other
  return new GuardError('config', `${one.message}\n${other.message}`, hints, {details})
}

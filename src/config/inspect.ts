import type {Settings} from '../domain/settings/settings.js'
import {defaultSettings} from './defaults.js'
import {findSettings, type Where} from './find.js'

export interface Inspected {
  readonly settings: Settings
  /** undefined if there is no settings file. */
  readonly file: string | undefined
  /** The content of the file, as plain JSON. */
  readonly written: unknown
}

/**
 * The settings of the file, read without the cache, and its content.
 *
 * @throws GuardError `config` with all problems of the file at once
 */
export async function inspectSettings(where: Where): Promise<Inspected> {
  const found = findSettings(where)
  if (!found) return {settings: defaultSettings, file: undefined, written: {}}
  // Loaded late, so that the bundler can keep it apart from the start of a run.
  const {loadFile} = await import('./load.js')
  const {settings, written} = await loadFile(found, process.geteuid?.())
  return {settings, written, file: found.path}
}

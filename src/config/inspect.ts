import type {Settings} from '../domain/settings/settings.js'
import {defaultSettings} from './defaults.js'
import {findSettings, type Where} from './find.js'

export interface Inspected {
  readonly settings: Settings
  /** Undefined: there is no settings file. */
  readonly file: string | undefined
  /** What was written there, as plain JSON. */
  readonly written: unknown
}

/**
 * The settings as they are in the file now, past the cache, with what was written.
 *
 * @throws GuardError `config`: there is something wrong with the file, all problems at once.
 */
export async function inspectSettings(where: Where): Promise<Inspected> {
  const found = findSettings(where)
  if (!found) return {settings: defaultSettings, file: undefined, written: {}}
  // Loaded late here too, or the build could not keep it apart from the quick path.
  const {loadFile} = await import('./load.js')
  const {settings, written} = await loadFile(found, process.geteuid?.())
  return {settings, written, file: found.path}
}

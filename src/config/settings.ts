import type {Settings} from '../domain/settings/settings.js'
import {readCache} from './cache/read.js'
import type {Keeper} from './cache/write.js'
import {defaultSettings} from './defaults.js'
import {type FoundFile, findSettings, type Where} from './find.js'
import {assertTrusted} from './trust.js'

/** Where to look, and on whose behalf. */
export interface SettingsRequest extends Where {
  /** guard's version: another one may understand the file differently. */
  readonly version: string
  /** Default: the system's clock. */
  readonly nowMs?: number
}

/**
 * The settings, by the quickest way there is: none at all, the cache, or the file itself. Only the last loads anything
 * but node:fs.
 *
 * @throws GuardError `config`: there is something wrong with the file, all problems at once.
 */
export async function loadSettings(request: SettingsRequest): Promise<Settings> {
  const found = findSettings(request)
  if (!found) return defaultSettings
  const place = {env: request.env, home: request.home, uid: process.geteuid?.()}
  assertTrusted(found.path, found.stat, {uid: place.uid, named: found.named})
  return (
    readCache(found, request.version, place) ??
    (await loadAndKeep(found, {...place, version: request.version, nowMs: request.nowMs ?? Date.now()}))
  )
}

async function loadAndKeep(found: FoundFile, keeper: Keeper): Promise<Settings> {
  const {loadFile} = await import('./load.js')
  const {settings, stat} = await loadFile(found, keeper.uid)
  const {writeCache} = await import('./cache/write.js')
  writeCache({...found, stat}, settings, keeper)
  return settings
}

/** The working directory. Undefined: it has vanished. */
export function workingDirectory(env: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    return process.cwd()
  } catch {
    // The shell's own record still tells where to look upwards from.
    return env['PWD'] || undefined
  }
}

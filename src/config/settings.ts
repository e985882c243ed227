import type {Settings} from '../domain/settings/settings.js'
import {GuardError} from '../errors.js'
import {readCache} from './cache/read.js'
import type {Keeper} from './cache/write.js'
import {defaultSettings} from './defaults.js'
import {type FoundFile, findSettings, type UnusedFile, type Where} from './find.js'
import {closeFile} from './open-file.js'
import {distrustedLogDir} from './places.js'

/** Where to search for the settings. */
export interface SettingsRequest extends Where {
  /** Version of guard, because another version may interpret the file differently. */
  readonly version: string
  /** Default: the system's clock. */
  readonly nowMs?: number
  /** Why a path must not be touched, because its file system gives no answer; undefined if it may. */
  readonly noAnswerFrom?: (path: string) => Promise<string | undefined>
}

/**
 * The settings: the defaults, or from the cache, or from the file. Only a file that is not in the cache loads more than
 * node:fs. What is wrong with the file is left out and stands in `wrong`, because a mistake in one part must not stop
 * the jobs that do not need it.
 */
export async function loadSettings(request: SettingsRequest): Promise<Settings> {
  const unused: string[] = []
  const found = (file: UnusedFile) => unused.push(`${file.path} is not used: ${file.why}`)
  const settings = await withTrustedLogDir(await usableSettings(request, found), request)
  if (unused.length === 0) return settings
  return withWrong(settings, unused, [])
}

/** The log folder is looked at anew each time, because who may write it can change while the settings do not. */
export async function withTrustedLogDir(
  settings: Settings,
  {noAnswerFrom}: Pick<SettingsRequest, 'noAnswerFrom'>,
): Promise<Settings> {
  const why = settings.logDir === undefined ? undefined : await noAnswerFrom?.(settings.logDir)
  const place = why === undefined ? distrustedLogDir(settings) : {path: settings.logDir, why}
  if (!place) return settings
  const {logDir: _, ...rest} = settings
  return withWrong(
    rest,
    [`logDir ${place.path} is not used: ${place.why}; the logs go to the state directory`],
    ['logDir'],
  )
}

function withWrong(settings: Settings, lines: readonly string[], parts: readonly string[]): Settings {
  const {message, notice, ...wrong} = settings.wrong ?? {message: undefined, notice: undefined, jobs: {}, parts: []}
  const before = (text: string | undefined) => (text === undefined ? lines : [...lines, text]).join('\n')
  const texts = {message: before(message), notice: before(notice)}
  return {...settings, wrong: {...wrong, ...texts, parts: [...wrong.parts, ...parts]}}
}

async function usableSettings(request: SettingsRequest, unused: (file: UnusedFile) => void): Promise<Settings> {
  try {
    return await settingsOfFile(request, unused)
  } catch (error) {
    return withoutFile(error, {})
  }
}

/** The defaults, beside a file of which nothing else can be used. Throws errors of other kinds than `config`. */
function withoutFile(error: unknown, places: Pick<Settings, 'stateDir' | 'logDir'>): Settings {
  if (!(error instanceof GuardError) || error.kind !== 'config') throw error
  const {message} = error
  return {...defaultSettings, ...places, wrong: {message, notice: message, jobs: {}, parts: [], refusal: message}}
}

async function settingsOfFile(request: SettingsRequest, unused: (file: UnusedFile) => void): Promise<Settings> {
  const found = findSettings(request, unused)
  if (!found) return defaultSettings
  try {
    const place = {env: request.env, home: request.home, uid: process.geteuid?.()}
    return (
      readCache(found, request.version, place) ??
      (await loadAndKeep(found, {...place, version: request.version, nowMs: request.nowMs ?? Date.now()}))
    )
  } catch (error) {
    const {placesOfBroken} = await import('./broken-file.js')
    return withoutFile(error, placesOfBroken(found))
  } finally {
    closeFile(found)
  }
}

async function loadAndKeep(found: FoundFile, keeper: Keeper): Promise<Settings> {
  const {loadFile} = await import('./load.js')
  const {settings} = await loadFile(found)
  const {writeCache} = await import('./cache/write.js')
  writeCache(found, settings, keeper)
  return settings
}

/** The working directory. @returns undefined if it does not exist any more */
export function workingDirectory(env: Readonly<Record<string, string | undefined>>): string | undefined {
  try {
    return process.cwd()
  } catch {
    // The path in PWD may be gone, but its parents are still searched.
    return env['PWD'] || undefined
  }
}

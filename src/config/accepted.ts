import {dirname} from 'node:path'
import type {Settings} from '../domain/settings/settings.js'
import {readPrivate} from './cache/read.js'
import {loadSettings, type SettingsRequest, withTrustedLogDir} from './settings.js'
import {distrustOfPlace} from './trust.js'

/**
 * A copy of the settings that a scheduler has accepted, for the runs that it starts while their file is refused. Its paths
 * are absolute and it names that file, so that a run is the same run by the copy.
 */

export function acceptedText(settings: Settings, version: string): string {
  return `${JSON.stringify({version, settings})}\n`
}

/** The settings of the copy; those of their file if it is one of another file or version, or may be another user's. */
export async function loadAccepted(path: string, request: SettingsRequest): Promise<Settings> {
  const accepted = readAccepted(path, request)
  return accepted ? withTrustedLogDir(accepted, request) : loadSettings(request)
}

function readAccepted(path: string, {configFlag, version}: SettingsRequest): Settings | undefined {
  const uid = process.geteuid?.()
  try {
    if (distrustOfPlace(dirname(path)) !== undefined) return undefined
    const copy = JSON.parse(readPrivate(path, uid) ?? '{}') as {version?: string; settings?: Settings}
    return copy.version === version && copy.settings?.file === configFlag ? copy.settings : undefined
  } catch {
    // Without the copy the file itself says what is wrong.
    return undefined
  }
}

import {dirname} from 'node:path'
import type {Settings} from '../domain/settings/settings.js'
import {isPrivateFolder, readPrivate} from './cache/read.js'

/**
 * A copy of the settings that a scheduler has accepted, for the runs that it starts while their file is refused. Its paths
 * are absolute and it names that file, so that a run is the same run by the copy.
 */

interface Expected {
  /** The settings file of which it is the copy, by its absolute path. */
  readonly file: string
  /** Version of guard, because another version may have other settings. */
  readonly version: string
}

export function acceptedText(settings: Settings, version: string): string {
  return `${JSON.stringify({version, settings})}\n`
}

/** @returns undefined for a copy of another file or version, and for one that another user could have written */
export function readAccepted(path: string, {file, version}: Expected): Settings | undefined {
  const uid = process.geteuid?.()
  if (!isPrivateFolder(dirname(path), uid)) return undefined
  try {
    const copy = JSON.parse(readPrivate(path, uid) ?? '{}') as {version?: string; settings?: Settings}
    return copy.version === version && copy.settings?.file === file ? copy.settings : undefined
  } catch {
    // Without the copy the file itself says what is wrong.
    return undefined
  }
}

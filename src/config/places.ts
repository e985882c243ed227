import type {Settings} from '../domain/settings/settings.js'
import {distrustOfPlace} from './trust.js'

/** A place of the settings that is not used. */
interface DistrustedPlace {
  readonly key: 'logDir' | 'stateDir'
  readonly path: string
  readonly why: string
}

/** The log folder of the settings, if another user could change its files. */
export function distrustedLogDir({logDir}: Settings): DistrustedPlace | undefined {
  return distrustedPlace('logDir', logDir)
}

/** @returns undefined if the place may be used, or if the settings do not name it */
export function distrustedPlace(key: DistrustedPlace['key'], path: string | undefined): DistrustedPlace | undefined {
  try {
    const why =
      path === undefined
        ? undefined
        : distrustOfPlace(path, {allowsMissing: true, allowsGroupsOfRoot: key === 'logDir'})
    return path === undefined || why === undefined ? undefined : {key, path, why}
  } catch {
    // What cannot even be looked at is reported by what needs it.
    return undefined
  }
}

import {existsSync} from 'node:fs'
import {GuardError} from '../../errors.js'
import {openLogDir} from '../../journal/state-dir.js'
import {knownNoAnswerFrom} from '../../system/host/served-mount.js'
import type {Announcer} from '../settings/say-settings.js'

/** The folder of the text logs. */
interface LogFolder {
  readonly path: string
  /** Makes it if need be. If the one of the settings cannot be used, the logs go to the state directory, said once. */
  ensure(guard: Announcer): void
}

/**
 * @param given the folder of the settings, if they name one
 * @param stateDir throws GuardError `no-state` if there is no place for a state directory
 */
export async function logFolder(given: string | undefined, stateDir: () => string): Promise<LogFolder> {
  let used = given
  const path = () => used ?? `${stateDir()}/logs`
  // Loaded late, because a log folder that was made once is seldom refused.
  const isNew = given !== undefined && !existsSync(`${given}/.`)
  const announce = isNew ? (await import('../settings/say-settings.js')).announceWrongSettings : undefined
  return {
    get path() {
      return path()
    },
    ensure: (guard) => {
      // It was there, and answers no more.
      if (knownNoAnswerFrom(path()) !== undefined) return
      try {
        openLogDir(path())
      } catch (error) {
        if (used === undefined || !(error instanceof GuardError)) throw error
        used = undefined
        openLogDir(path())
        const message = `${error.message}; the logs go to ${path()}`
        announce?.(guard, {message, notice: message, jobs: {}})()
      }
    },
  }
}

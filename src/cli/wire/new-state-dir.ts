import {accessSync, constants, existsSync} from 'node:fs'
import {dirname} from 'node:path'
import {GuardError} from '../../errors.js'
import {assertStatePlace} from '../../journal/state-dir.js'

/**
 * Whether the first run could make a state directory that is not there yet; nothing is made.
 *
 * @returns what was found, for people. Throws GuardError `no-state`
 */
export function tryNewStateDir(stateDir: string): string {
  assertStatePlace(stateDir)
  const parent = nearestFolder(stateDir)
  try {
    accessSync(parent, constants.W_OK)
  } catch (error) {
    const {code, syscall} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    const hints = ['choose another directory: --state-dir DIR, GUARD_STATE_DIR, or stateDir in the settings']
    const what = `state directory ${stateDir} cannot be made: ${parent} cannot be written (${code})`
    throw new GuardError('no-state', what, hints, {cause: error})
  }
  return `${stateDir} is not there yet; the first run makes it`
}

/** The folder itself, or the first above it that is there. */
export function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path))
}

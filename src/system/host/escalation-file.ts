import {lstatSync, renameSync, unlinkSync} from 'node:fs'
import type {EscalationFile} from '../../domain/incident/escalation-file.js'
import {showControlsInJson} from '../../domain/log/show-controls.js'
import {GuardError} from '../../errors.js'
import {writeNewFile} from './new-file.js'
import {readPlainFile} from './own-file.js'

/**
 * Writes the file, or removes it if `escalation` is undefined. Does nothing if the file is already right. Throws
 * GuardError `io`.
 */
type WriteEscalationFile = (escalation: EscalationFile | undefined) => void

export function escalationFile(path: string): WriteEscalationFile {
  return (escalation) => {
    try {
      if (escalation) replace(path, `${showControlsInJson(JSON.stringify(escalation, undefined, 2))}\n`)
      else removeIfThere(path)
    } catch (error) {
      const {syscall, message} = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      throw new GuardError('io', `${path}: ${message}`, [], {cause: error})
    }
  }
}

function replace(path: string, text: string): void {
  if (text === readIfThere(path)) return
  // The rename replaces the file at once. A fixed temporary name suffices, because only one watchdog works at a time.
  const aside = `${path}.tmp`
  writeNewFile(aside, text)
  renameSync(aside, path)
}

/** Called in each round, so it avoids rmSync, whose code Node loads late. */
function removeIfThere(path: string): void {
  if (lstatSync(path, {throwIfNoEntry: false})) unlinkSync(path)
}

/** @returns undefined also for what is not a plain file, which the rename replaces */
function readIfThere(path: string): string | undefined {
  try {
    return readPlainFile(path)
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO', 'EPERM'].includes(String((error as NodeJS.ErrnoException).code))) return undefined
    throw error
  }
}

import {lstatSync, readFileSync, renameSync, unlinkSync, writeFileSync} from 'node:fs'
import type {EscalationFile} from '../../domain/incident/escalation-file.js'
import {GuardError} from '../../errors.js'

/**
 * Makes the file say what `artefact` says, or not be there. Nothing is written when it says so already. Throws GuardError
 * `io`.
 */
type WriteEscalationFile = (artefact: EscalationFile | undefined) => void

export function escalationFile(path: string): WriteEscalationFile {
  return (artefact) => {
    try {
      if (artefact) replace(path, `${JSON.stringify(artefact, undefined, 2)}\n`)
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
  // Whoever reads it never sees half of it; and the watchdog, of which one works at a time, leaves no second such file.
  const aside = `${path}.tmp`
  writeFileSync(aside, text, {mode: 0o600})
  renameSync(aside, path)
}

/** Asked in each round; what Node's rmSync needs takes a millisecond to load. */
function removeIfThere(path: string): void {
  if (lstatSync(path, {throwIfNoEntry: false})) unlinkSync(path)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

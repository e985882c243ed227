import {readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import type {EscalationArtefact} from '../domain/escalation-artefact.js'

/** Makes the file say what `artefact` says, or not be there. Nothing is written when it says so already. */
export type WriteArtefact = (artefact: EscalationArtefact | undefined) => void

export function escalationFile(path: string): WriteArtefact {
  return (artefact) => {
    if (!artefact) return rmSync(path, {force: true})
    const text = `${JSON.stringify(artefact, undefined, 2)}\n`
    if (text === readIfThere(path)) return
    // Whoever reads it never sees half of it.
    const aside = `${path}.${process.pid}.tmp`
    writeFileSync(aside, text, {mode: 0o600})
    renameSync(aside, path)
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

import {readdirSync, rmSync} from 'node:fs'

interface FilesOfRun {
  readonly spoolDir: string
  readonly runId: string
  readonly warn: (text: string) => void
}

/** Removes the files that a killed guard has left of a run. Its output is in the log. */
export function removeLeftovers({spoolDir, runId, warn}: FilesOfRun): void {
  try {
    for (const name of readdirSync(spoolDir).filter((file) => file.includes(runId)))
      rmSync(`${spoolDir}/${name}`, {recursive: true, force: true})
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    warn(`files of run ${runId} left in ${spoolDir}: ${message}`)
  }
}

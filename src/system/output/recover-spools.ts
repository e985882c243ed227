import {readdirSync, rmSync} from 'node:fs'
import {recoverSpool} from './spool.js'

interface SpoolsOfRun {
  readonly spoolDir: string
  readonly runId: string
  /** The log that the output belongs to. */
  readonly logFile: string
  readonly warn: (text: string) => void
}

/** Moves what a killed guard left in its spool files into the job's log, and removes the run's result file. */
export function recoverSpools({spoolDir, runId, logFile, warn}: SpoolsOfRun): void {
  try {
    for (const name of readdirSync(spoolDir).filter((file) => file.includes(runId))) {
      const file = `${spoolDir}/${name}`
      if (/\.(out|err)$/.test(name)) recoverSpool(file, logFile)
      else if (name.endsWith('.json')) rmSync(file, {recursive: true, force: true})
    }
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    warn(`output of run ${runId} left in ${spoolDir}: ${message}`)
  }
}

import {appendFileSync} from 'node:fs'
import {join} from 'node:path'

export const guardianLogName = 'guardian.log'

/** Tells in one line what guard did, for people with `tail`. Never fails a run: what counts stands in the journal. */
export function writeGuardianLog(logDir: string, atMs: number, text: string): void {
  const line = `${new Date(atMs).toISOString()} ${text.replaceAll('\n', ' ')}\n`
  try {
    appendFileSync(join(logDir, guardianLogName), line, {mode: 0o600})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}

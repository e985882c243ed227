import {closeSync, openSync, writeSync} from 'node:fs'
import {join} from 'node:path'

export const guardianLogName = 'guardian.log'

/** Tells in one line what guard did, for people with `tail`. Never fails a run: what counts stands in the journal. */
export function writeGuardianLog(logDir: string, atMs: number, text: string): void {
  const line = `${new Date(atMs).toISOString()} ${text.replaceAll('\n', ' ')}\n`
  try {
    const fd = openSync(join(logDir, guardianLogName), 'a', 0o600)
    writeSync(fd, line)
    closeSync(fd)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}

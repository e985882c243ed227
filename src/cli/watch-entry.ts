import {writeSync} from 'node:fs'
import {openGuard} from './guard.js'
import {runRound} from './run-watchdog.js'

/**
 * A plain `guard watchdog` as it stands in a crontab; entry.ts sends nothing else here. oclif, which would have nothing
 * to read, takes a fifth of the CPU of a round.
 */
export const isTaken = true

const report = async (error: unknown) => (await import('./report-error.js')).reportError(error, false)
process.on('uncaughtException', (error) => void report(error).then(() => process.exit()))
watchMain().catch(report)

async function watchMain(): Promise<void> {
  const guard = await openGuard({
    stateDir: undefined,
    config: undefined,
    allowUnsafeFilesystem: false,
  })
  await runRound(guard, {json: false, print})
}

/** `process.stdout` takes 4 ms to set up. A reader that has closed the pipe (`| head`) is no fault. */
function print(text: string): void {
  const bytes = Buffer.from(`${text}\n`)
  let written = 0
  try {
    while (written < bytes.length) written += writeSync(1, bytes, written)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    // A pipe that somebody made non-blocking is full.
    if (code === 'EAGAIN') process.stdout.write(bytes.subarray(written))
    else if (code !== 'EPIPE' && code !== 'EBADF') throw error
  }
}

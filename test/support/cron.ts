import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process'
import {existsSync, readFileSync} from 'node:fs'

/** Debian's cron on this machine, and the crontab of the user who runs this. */

const program = ['/usr/sbin/cron', '/usr/bin/cron'].find((path) => existsSync(path))

/** Why cron cannot be used here; undefined if it can. */
export const cronObstacle =
  process.getuid?.() !== 0 ? 'only root may start cron' : program === undefined ? 'cron is not installed' : undefined

/** The crontab of this user, empty if there is none. */
export function readCrontab(): string {
  const {status, stdout} = spawnSync('crontab', ['-l'], {encoding: 'utf8'})
  return status === 0 ? stdout : ''
}

/** Replaces the crontab of this user; an empty text removes it. */
export function installCrontab(text: string): void {
  if (text === '') spawnSync('crontab', ['-r'])
  else execFileSync('crontab', ['-'], {input: text})
}

/** Starts cron in the foreground, to be ended by the caller. @returns undefined if one runs already. */
export function startCron(): ChildProcess | undefined {
  return isRunning() ? undefined : spawn(program ?? 'cron', ['-f'], {stdio: 'ignore'})
}

function isRunning(): boolean {
  try {
    const pid = Number.parseInt(readFileSync('/var/run/crond.pid', 'latin1'), 10)
    const [, state] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'cron' && !/^[ZX]/.test(state ?? '')
  } catch {
    return false
  }
}

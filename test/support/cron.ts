import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {existsSync, readFileSync, readlinkSync, rmSync, symlinkSync} from 'node:fs'

/** Debian's cron on this machine, and the crontab of the user who runs this. */

const program = ['/usr/sbin/cron', '/usr/bin/cron'].find((path) => existsSync(path))

/** Why cron cannot be used here; undefined if it can. */
export const cronObstacle =
  process.getuid?.() !== 0 ? 'only root may start cron' : program === undefined ? 'cron is not installed' : undefined

/** The crontab of this user, empty if there is none. */
function readCrontab(): string {
  const {status, stdout} = spawnSync('crontab', ['-l'], {encoding: 'utf8'})
  return status === 0 ? stdout : ''
}

/** Replaces the crontab of this user; an empty text removes it. */
function installCrontab(text: string): void {
  if (text === '') spawnSync('crontab', ['-r'])
  else execFileSync('crontab', ['-'], {input: text})
}

interface CronLines {
  /** Takes the lines away; cron goes on. */
  remove(): void
  /** Takes the lines away, and ends the cron that was started for them. */
  end(): void
}

/** Has the machine's cron run these lines. A user has one crontab: those who need it wait for each other. */
export async function runByCron(lines: readonly string[]): Promise<CronLines> {
  const unlock = await lockCron()
  const before = readCrontab()
  let isThere = true
  const remove = () => {
    if (isThere) installCrontab(before)
    isThere = false
  }
  installCrontab(`${before}\n# added by a test of guard, which takes it away again\n${lines.join('\n')}\n`)
  const cron = isRunning() ? undefined : spawn(program ?? 'cron', ['-f'], {stdio: 'ignore'})
  const end = () => {
    remove()
    cron?.kill('SIGTERM')
    unlock()
  }
  return {remove, end}
}

const lockLimitMs = 150_000

async function lockCron(): Promise<() => void> {
  // Whatever TMPDIR is: all have the one crontab.
  const lock = `/tmp/guard-test-cron-${process.getuid?.()}.lock`
  for (const deadline = Date.now() + lockLimitMs; !takeLock(lock); ) {
    if (Date.now() > deadline) throw new Error(`the crontab is still in use: ${lock}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return () => rmSync(lock, {force: true})
}

/** The lock names its process, so that one that was killed keeps no other one waiting. */
function takeLock(lock: string): boolean {
  try {
    symlinkSync(String(process.pid), lock)
    return true
  } catch {
    if (!existsSync(`/proc/${readHolder(lock)}`)) rmSync(lock, {force: true})
    return false
  }
}

function readHolder(lock: string): string {
  try {
    return readlinkSync(lock)
  } catch {
    return 'self'
  }
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

import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {crontabObstacle, withoutCrontabs} from './crontab-space.js'

/** Debian's cron, beside that of the machine: it sees one crontab, which nobody else sees. */

/** Why cron cannot be used here; undefined if it can. */
export const cronObstacle =
  crontabObstacle ??
  (spawnSync('sh', ['-c', 'command -v /usr/sbin/cron']).status === 0 ? undefined : 'cron is not installed')

interface CronLines {
  /** Takes the lines away; cron goes on. */
  remove(): void
  end(): void
}

/** Has a cron run these lines for the user who calls this, from the next minute on. */
export async function runByCron(lines: readonly string[]): Promise<CronLines> {
  const cron = spawn('sh', ['-c', withoutCrontabs('crontab - && echo ready && exec /usr/sbin/cron -f >/dev/null 2>&1')])
  cron.stdin.end(`${lines.join('\n')}\n`)
  await begun(cron)
  return {
    remove: () => void spawnSync('nsenter', ['--target', String(cron.pid), '--mount', 'crontab', '-r']),
    end: () => void cron.kill('SIGTERM'),
  }
}

async function begun(cron: ChildProcess): Promise<void> {
  let said = ''
  cron.stderr?.on('data', (text) => {
    said += String(text)
  })
  const ended = once(cron, 'close').then(() => {
    throw new Error(`cron does not start: ${said}`)
  })
  await Promise.race([once(cron.stdout ?? cron, 'data'), ended])
  ended.catch(() => undefined)
}

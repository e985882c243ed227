import {readdirSync, readFileSync} from 'node:fs'

const names = new Set(['cron', 'crond'])

/** Whether a cron runs here. @returns undefined where /proc does not show other processes */
export function isCronRunning(): boolean | undefined {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    return pids.length === 0 ? undefined : pids.some((pid) => names.has(nameOf(pid)))
  } catch {
    return undefined
  }
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim()
  } catch {
    return ''
  }
}

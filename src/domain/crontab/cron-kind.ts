/** The crons that read the same crontab differently. */
export type CronKind = 'debian' | 'cronie' | 'busybox' | 'systemd-cron'

export const cronNames: Readonly<Record<CronKind, string>> = {
  debian: "Debian's cron",
  cronie: 'cronie',
  busybox: "busybox's crond",
  'systemd-cron': 'systemd-cron',
}

/** Debian's cron refuses longer commands, and reads no more of a line that sets a variable. Bytes. */
export const longestOnDebian = 998

/** Whether a file of this name in /etc/cron.d is read. */
export function readsFileName(kind: CronKind, name: string): boolean {
  return kind === 'cronie' ? !/^[.#]|~$|\.rpm(?:save|orig|new)$/.test(name) : /^[A-Za-z0-9_-]+$/.test(name)
}

/** Whether run-parts starts a file of this name. The script of cronie starts names with a dot too. */
export function runsFileName(kind: CronKind, name: string): boolean {
  return kind === 'cronie'
    ? !/^\.|~$|\.(?:rpm(?:save|orig|new)|swp|cfsaved)$|,v$/.test(name)
    : /^[A-Za-z0-9_-]+$/.test(name)
}

/** PATH of a job where the crontab does not set it. */
export const cronPath = '/usr/bin:/bin'

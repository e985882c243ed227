import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {noNamespaces, withMounts} from './namespaces.js'
import {isRoot} from './sandbox.js'

/** Why Debian's crontab cannot be tried here, without touching the crontabs of this machine; undefined if it can. */
export const crontabObstacle = !isRoot
  ? 'only root may make a mount namespace'
  : noNamespaces !== undefined
    ? 'namespaces cannot be made'
    : /-n file|\[-n\]/.test(spawnSync('crontab', ['-h'], {encoding: 'utf8'}).stderr ?? '')
      ? undefined
      : "Debian's crontab is not installed"

/** Where Debian's cron keeps what changes: no crontab of this machine is seen or written below these. */
const mounts = [
  'mount -t tmpfs none /var/spool/cron',
  'mkdir -m 1730 /var/spool/cron/crontabs',
  'chgrp crontab /var/spool/cron/crontabs',
  'mount -t tmpfs -o mode=755 none /etc/cron.d',
  'mount -t tmpfs none /run',
  ...(existsSync('/etc/cron.daily') ? ['mount -t tmpfs -o mode=755 none /etc/cron.daily'] : []),
].join(' && ')

/** Puts a line of shell where the crontabs are empty, and what is written to them ends with it. */
export function withoutCrontabs(line: string): string {
  return withMounts(mounts, line)
}

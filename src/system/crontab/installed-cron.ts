import {spawnSync} from 'node:child_process'
import {existsSync, realpathSync} from 'node:fs'
import {basename} from 'node:path'
import type {CronKind} from '../../domain/crontab/cron-kind.js'
import {findOnPath} from '../host/find-on-path.js'
import {toolsPath} from '../host/tools-path.js'

export interface InstalledCron {
  readonly kind: CronKind
  /** The program `crontab`; undefined if there is none. */
  readonly crontab: string | undefined
}

/** A call of the program `crontab` that takes longer has failed. Milliseconds. */
export const crontabLimitMs = 10_000

/** Which cron this machine has. One that is not known is judged as Debian's, which refuses the most. */
export function findCron(): InstalledCron {
  const crontab = findOnPath('crontab', toolsPath())
  return {kind: kindOf(crontab), crontab}
}

const generators = ['/usr/lib/systemd/system-generators', '/lib/systemd/system-generators']

function kindOf(crontab: string | undefined): CronKind {
  if (generators.some((folder) => existsSync(`${folder}/systemd-crontab-generator`))) return 'systemd-cron'
  if (crontab === undefined) return existsSync('/etc/cronie') ? 'cronie' : 'debian'
  if (basename(realpathSync(crontab)) === 'busybox') return 'busybox'
  const {stdout, stderr} = spawnSync(crontab, ['-V'], {encoding: 'latin1', timeout: crontabLimitMs})
  return /cronie/i.test(`${stdout}${stderr}`) ? 'cronie' : 'debian'
}

import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {dirname} from 'node:path'
import {type Ended, isRoot, type Sandbox} from './sandbox.js'
import {inTerminal} from './terminal.js'

/** Why no machine with crontabs of its own can be made here; undefined if it can. */
export const noCronMachine = !isRoot
  ? 'root'
  : !existsSync('/usr/sbin/cron')
    ? 'cron'
    : spawnSync('unshare', ['--mount', '--pid', '--fork', '--mount-proc', 'true']).status === 0
      ? undefined
      : 'unshare'

export interface CronMachine {
  /** The crontab of root. */
  readonly crontab?: string
  /** Lines of shell that prepare the rest of it. */
  readonly before?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>>
}

const folders = ['d', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'].map((name) => `/etc/cron.${name}`)

/** Where nothing is but the sandbox: processes, crontabs and the folders of cron of its own, and no clock service. */
const alone = [
  `for folder in ${folders.join(' ')}; do [ ! -d $folder ] || mount -t tmpfs none $folder; done`,
  'mount -t tmpfs none /run',
  'mount -t tmpfs none /var/spool/cron',
  'mkdir -m 1730 /var/spool/cron/crontabs',
  'if [ -f /etc/crontab ]; then : > /run/crontab; mount --bind /run/crontab /etc/crontab; fi',
  'if [ -x /usr/bin/timedatectl ]; then mount --bind /dev/null /usr/bin/timedatectl; fi',
]

/** Starts Debian's cron there, and waits until it runs. */
export const startCronThere = '/usr/sbin/cron -f & until [ -s /run/crond.pid ]; do kill -0 $!; sleep 0.01; done'

/** Runs a line of shell on a machine with these crontabs, in a pipe. */
export function onCronMachine(box: Sandbox, line: string, machine: CronMachine = {}): Promise<Ended> {
  return box.sh(scriptOf(box, line, machine), {env: machine.env ?? {}})
}

/** The same on a terminal of 80 columns. */
export function onCronMachineInTerminal(box: Sandbox, line: string, machine: CronMachine = {}): Promise<Ended> {
  return inTerminal(box, scriptOf(box, line, machine), machine.env)
}

function scriptOf(box: Sandbox, line: string, {crontab, before = []}: CronMachine): string {
  const install = crontab === undefined ? [] : [`crontab ${box.write('crontab', crontab)}`]
  const script = box.write('machine.sh', ['set -e', ...alone, ...install, ...before, line, ''].join('\n'))
  return `exec unshare --mount --pid --fork --kill-child --mount-proc sh ${script}`
}

/** What a crontab begins with in which guard, its Node and its state are found. */
export function rightVariables(box: Sandbox): string {
  const path = [box.path('bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':')
  return `PATH=${path}\nGUARD_STATE_DIR=${box.stateDir}\nMAILTO=""\n`
}

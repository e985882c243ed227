import {shellWord} from '../crontab/shell-word.js'

/** What a service manager is told to run the scheduler by. */
export interface ServicePlan {
  /** The command line of `guard scheduler run`, its program by an absolute path. */
  readonly argv: readonly string[]
  /** Absolute. */
  readonly folder: string
  /** Variables of this caller that the jobs need, too. */
  readonly env: Readonly<Record<string, string>>
  /** The user of a service of the system; undefined for root. */
  readonly user: string | undefined
}

/** Exit codes after which a second start would end as the first: wrong usage, another scheduler, wrong settings. */
const finalCodes = [64, 75, 78]

/**
 * A service of systemd. `KillMode=process` lets the jobs live on when the scheduler is stopped or replaced, as
 * systemd.kill(5) says.
 */
export function systemdUnit({argv, folder, env, user}: ServicePlan): string {
  const variables = Object.entries(env).map(([name, value]) => `Environment=${unitWord(`${name}=${value}`, false)}`)
  return [
    '[Unit]',
    'Description=Scheduler of Guardian: starts the jobs of its settings',
    'After=local-fs.target time-sync.target',
    '',
    '[Service]',
    'Type=exec',
    `ExecStart=${argv.map((word) => unitWord(word, true)).join(' ')}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    `WorkingDirectory=${folder.replaceAll('%', '%%')}`,
    ...(user === undefined ? [] : [`User=${user}`]),
    ...variables,
    'KillMode=process',
    'TimeoutStopSec=10',
    'Restart=on-failure',
    'RestartSec=5',
    `RestartPreventExitStatus=${finalCodes.join(' ')}`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')
}

/** As systemd.syntax(7) and systemd.service(5) read it: `%` begins a specifier, and in a command line `$` a variable. */
function unitWord(word: string, isCommand: boolean): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', isCommand ? '$$$$' : '$')
  if (/^[\w./:=@%+,-]+$/.test(plain)) return plain
  return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

/** An entry of process-compose.yaml, which JSON's strings are strings of. */
export function processComposeEntry({argv, folder, env}: ServicePlan): string {
  const text = (value: string) => JSON.stringify(value.replaceAll('$', '$$$$'))
  const variables = Object.entries(env).map(([name, value]) => `      - ${text(`${name}=${value}`)}`)
  return [
    'processes:',
    '  guard-scheduler:',
    `    command: ${text(argv.map(shellWord).join(' '))}`,
    `    working_dir: ${text(folder)}`,
    ...(variables.length > 0 ? ['    environment:', ...variables] : []),
    '    availability:',
    '      restart: on_failure',
    '      backoff_seconds: 5',
    '    shutdown:',
    '      signal: 15',
    '      timeout_seconds: 10',
    '      parent_only: true',
  ].join('\n')
}

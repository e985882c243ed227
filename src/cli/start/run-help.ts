import type {RunOptionName} from './run-options.js'

/** What each flag of `guard run` is for, as its help says. */
export const runOptionHelp: Readonly<Record<RunOptionName, string>> = {
  job: 'name of the job (default: the file name without extension)',
  timeout: 'end the job after this long: TERM to its process group, exit code 124',
  'kill-after': 'after a timeout, send KILL when TERM has not helped for so long (10s)',
  silence: 'no output for so long counts as hung: like a timeout',
  overlap: 'what to do when the job already runs (skip)',
  wait: 'with --overlap wait: give up after so long (60s)',
  retries: 'further attempts after a failure that a retry can fix',
  'no-recover': 'do not perform the recovery steps of the settings',
  plan: 'print what would be done, and do nothing',
  quiet: 'pass the output on only if the job fails',
  jitter: 'start after a random delay of at most so long',
  ttl: 'time to live of the lease; it is renewed every third of it (60s)',
  cwd: 'working directory of the job',
  shell: 'give the command line to /bin/sh -c',
  interactive: 'give the job the terminal itself; no log is kept',
  'skip-exit-code': 'exit code when the job is skipped (75)',
  'no-log-header': 'begin the log of the run without the line that names its time and id',
  json: 'print one report as JSON; the output of the job goes to standard error',
  'state-dir': 'directory of the journals (GUARD_STATE_DIR)',
  config: 'settings file (GUARD_CONFIG)',
  'allow-unsafe-filesystem': 'take a state directory on NFS and the like, which no other machine may use',
  'no-color': 'no colours (NO_COLOR)',
}

import type {Flags, FlagValues, globalFlags} from '../command/flag.js'

export const runOptions = {
  job: {type: 'text', summary: 'name of the job (default: that of its program or script, with a hash outside PATH)'},
  timeout: {
    type: 'duration',
    summary: 'end the job after this long: TERM to its process group, exit code 124; 0 for no limit',
  },
  'kill-after': {
    type: 'duration',
    summary: 'after a timeout, how long from TERM to KILL',
    settingsDefault: '10s',
  },
  silence: {type: 'duration', summary: 'end the job after this time without output; 0 for no limit'},
  overlap: {
    type: 'text',
    summary: 'what to do when the job already runs',
    settingsDefault: 'skip',
    choices: ['skip', 'wait', 'cancel-other', 'allow'],
  },
  wait: {type: 'duration', summary: 'with --overlap wait: longest wait (default: no limit)'},
  retries: {
    type: 'integer',
    summary: 'further attempts after a failure that a retry can fix',
    settingsDefault: '0',
    // The settings allow 1000 attempts.
    max: 999,
  },
  'no-recover': {type: 'boolean', summary: 'do not perform the recovery steps of the settings'},
  plan: {type: 'boolean', summary: 'print what would be done, and do nothing'},
  quiet: {
    type: 'boolean',
    summary: 'print nothing of a run that ends well; else its output, and what guard says of it',
  },
  jitter: {type: 'duration', summary: 'longest random delay before the start'},
  ttl: {
    type: 'duration',
    minMs: 1000,
    summary: 'time to live of the lease; it is renewed every third of it',
    settingsDefault: '5m',
  },
  cwd: {type: 'text', summary: 'working directory of the job'},
  shell: {type: 'boolean', summary: 'give the command line to /bin/sh -c'},
  interactive: {type: 'boolean', summary: 'give the job the terminal itself; no log is kept'},
  'skip-exit-code': {type: 'integer', summary: 'exit code when the job is skipped', settingsDefault: '75', max: 255},
  'run-id': {type: 'text', summary: 'id of the run, given by the program that waits for it', helpValue: 'ID'},
  slot: {
    type: 'text',
    summary: 'the slot that the run is for, or none; a second run for it is skipped',
    helpValue: 'TIME',
  },
  'no-alert': {type: 'boolean', summary: 'call nobody, however the run ends'},
  'no-log-header': {type: 'boolean', summary: 'leave out the line with time and id that begins the log of the run'},
} as const satisfies Flags

/** Values as they were given; durations in milliseconds. */
export type RunFlags = FlagValues<typeof runOptions & typeof globalFlags>

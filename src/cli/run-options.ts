/**
 * The flags of `guard run`, once: the fast parser and the oclif command are both made from this table, so that they
 * cannot differ.
 */
export type OptionType = 'boolean' | 'duration' | 'integer' | 'text'

export interface RunOption {
  readonly type: OptionType
  readonly summary: string
  readonly choices?: readonly string[]
}

export const runOptions = {
  job: {type: 'text', summary: 'name of the job (default: the file name without extension)'},
  timeout: {type: 'duration', summary: 'end the job after this long: TERM to its process group, exit code 124'},
  'kill-after': {type: 'duration', summary: 'after a timeout, send KILL when TERM has not helped for so long (10s)'},
  silence: {type: 'duration', summary: 'no output for so long counts as hung: like a timeout'},
  overlap: {
    type: 'text',
    summary: 'what to do when the job already runs (skip)',
    choices: ['skip', 'wait', 'cancel-other', 'allow'],
  },
  wait: {type: 'duration', summary: 'with --overlap wait: give up after so long (60s)'},
  retries: {type: 'integer', summary: 'further attempts after a failure that a retry can mend'},
  'no-recover': {type: 'boolean', summary: 'do not perform the recovery steps of the settings'},
  plan: {type: 'boolean', summary: 'print what would be done, and do nothing'},
  quiet: {type: 'boolean', summary: 'pass the output on only if the job fails'},
  jitter: {type: 'duration', summary: 'start after a random delay of at most so long'},
  ttl: {type: 'duration', summary: 'time to live of the lease; it is renewed every third of it (60s)'},
  cwd: {type: 'text', summary: 'working directory of the job'},
  shell: {type: 'boolean', summary: 'give the command line to /bin/sh -c'},
  interactive: {type: 'boolean', summary: 'give the job the terminal itself; no log is kept'},
  'skip-exit-code': {type: 'integer', summary: 'exit code when the job is skipped (75)'},
  json: {type: 'boolean', summary: 'print one report as JSON; the output of the job goes to standard error'},
  'state-dir': {type: 'text', summary: 'directory of the journals (GUARD_STATE_DIR)'},
  config: {type: 'text', summary: 'settings file (GUARD_CONFIG)'},
  'allow-unsafe-filesystem': {
    type: 'boolean',
    summary: 'take a state directory on NFS and the like, which no other machine may use',
  },
  'no-color': {type: 'boolean', summary: 'no colours (NO_COLOR)'},
} as const satisfies Readonly<Record<string, RunOption>>

export type RunOptionName = keyof typeof runOptions

/** Values as they were given; durations in milliseconds. */
export type RunFlags = Readonly<Partial<Record<RunOptionName, string | number | boolean>>>

/** What stands behind the flags: a script or job with its arguments, or a command line after `--`. */
export interface RunTarget {
  readonly form: 'script' | 'command'
  readonly argv: readonly string[]
}

export interface SplitArgv {
  /** guard's own words. */
  readonly own: readonly string[]
  readonly target: RunTarget
}

/** Cuts the arguments of `guard run` where the job's begin: everything after the script's name belongs to the script. */
export function splitRunArgv(argv: readonly string[]): SplitArgv {
  let index = 0
  while (index < argv.length) {
    const word = argv[index] ?? ''
    if (word === '--') return {own: argv.slice(0, index), target: {form: 'command', argv: argv.slice(index + 1)}}
    if (!word.startsWith('-') || word === '-') break
    index += takesValue(word) ? 2 : 1
  }
  return {own: argv.slice(0, index), target: {form: 'script', argv: argv.slice(index)}}
}

function takesValue(word: string): boolean {
  if (!word.startsWith('--') || word.includes('=')) return false
  const option: RunOption | undefined = optionNamed(word.slice(2))
  return option !== undefined && option.type !== 'boolean'
}

export function optionNamed(name: string): RunOption | undefined {
  return Object.hasOwn(runOptions, name) ? runOptions[name as RunOptionName] : undefined
}

/** oclif looks for flags behind the script's name too; a `--` there keeps them for the script. */
export function shieldScript(argv: readonly string[]): readonly string[] {
  const {own, target} = splitRunArgv(argv)
  const [script, ...rest] = target.argv
  return target.form === 'command' || script === undefined ? argv : [...own, script, '--', ...rest]
}

/** Takes away the `--` that `shieldScript` has put in. */
export function unshieldScript({form, argv}: RunTarget): RunTarget {
  const [script, shield, ...rest] = argv
  return form === 'script' && shield === '--' && script !== undefined ? {form, argv: [script, ...rest]} : {form, argv}
}

/**
 * The flags of `guard run`, once: the fast parser and the oclif command are both made from this table, so that they
 * cannot differ. Their help is in `run-help.ts`, which no run loads.
 */
type OptionType = 'boolean' | 'duration' | 'integer' | 'text'

export interface RunOption {
  readonly type: OptionType
  readonly choices?: readonly string[]
}

export const runOptions = {
  job: {type: 'text'},
  timeout: {type: 'duration'},
  'kill-after': {type: 'duration'},
  silence: {type: 'duration'},
  overlap: {type: 'text', choices: ['skip', 'wait', 'cancel-other', 'allow']},
  wait: {type: 'duration'},
  retries: {type: 'integer'},
  'no-recover': {type: 'boolean'},
  plan: {type: 'boolean'},
  quiet: {type: 'boolean'},
  jitter: {type: 'duration'},
  ttl: {type: 'duration'},
  cwd: {type: 'text'},
  shell: {type: 'boolean'},
  interactive: {type: 'boolean'},
  'skip-exit-code': {type: 'integer'},
  json: {type: 'boolean'},
  'state-dir': {type: 'text'},
  config: {type: 'text'},
  'allow-unsafe-filesystem': {type: 'boolean'},
  'no-color': {type: 'boolean'},
} as const satisfies Readonly<Record<string, RunOption>>

export type RunOptionName = keyof typeof runOptions

/** Values as they were given; durations in milliseconds. */
export type RunFlags = Readonly<Partial<Record<RunOptionName, string | number | boolean>>>

/** What stands behind the flags: a script or job with its arguments, or a command line after `--`. */
export interface RunTarget {
  readonly form: 'script' | 'command'
  readonly argv: readonly string[]
}

interface SplitArgv {
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

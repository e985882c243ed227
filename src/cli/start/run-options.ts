import {splitArgv} from './split-argv.js'

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
  'no-log-header': {type: 'boolean'},
  json: {type: 'boolean'},
  'state-dir': {type: 'text'},
  config: {type: 'text'},
  'allow-unsafe-filesystem': {type: 'boolean'},
  'no-color': {type: 'boolean'},
} as const satisfies Readonly<Record<string, RunOption>>

export type RunOptionName = keyof typeof runOptions

/** Values as they were given; durations in milliseconds. */
export type RunFlags = Readonly<Partial<Record<RunOptionName, string | number | boolean>>>

/** Cuts the arguments of `guard run` where the job's begin: everything after the script's name belongs to the script. */
export function splitRunArgv(argv: readonly string[]) {
  return splitArgv(argv, runTakesValue)
}

/** Whether a flag of `guard run` takes the next word as its value. */
export function runTakesValue(name: string): boolean {
  const option = optionNamed(name)
  return option !== undefined && option.type !== 'boolean'
}

export function optionNamed(name: string): RunOption | undefined {
  return Object.hasOwn(runOptions, name) ? runOptions[name as RunOptionName] : undefined
}

/** What stands behind guard's own flags: a script or job with its arguments, or a command line after `--`. */
export interface RunTarget {
  readonly form: 'script' | 'command'
  readonly argv: readonly string[]
}

interface SplitArgv {
  /** The words that guard itself reads. */
  readonly own: readonly string[]
  readonly target: RunTarget
}

/** Whether the flag `--name` takes the next word as its value. False for a flag that is not known. */
type TakesValue = (name: string) => boolean

/**
 * Cuts arguments where those of another program begin: after `--`, else at the first word that is neither a flag nor a
 * flag's value. What follows is handed on as it stands, because oclif's parser sorts what it takes apart.
 */
export function splitArgv(argv: readonly string[], takesValue: TakesValue): SplitArgv {
  let index = 0
  while (index < argv.length) {
    const word = argv[index] ?? ''
    if (word === '--') return {own: argv.slice(0, index), target: {form: 'command', argv: argv.slice(index + 1)}}
    if (!word.startsWith('-') || word === '-') break
    const hasValue = word.startsWith('--') && !word.includes('=') && takesValue(word.slice(2))
    index += hasValue ? 2 : 1
  }
  return {own: argv.slice(0, index), target: {form: 'script', argv: argv.slice(index)}}
}

/** oclif looks for flags such as `--help` behind the program's name too; a `--` there keeps them for the program. */
export function shieldTarget(argv: readonly string[], takesValue: TakesValue): readonly string[] {
  const {own, target} = splitArgv(argv, takesValue)
  const [program, ...rest] = target.argv
  return target.form === 'command' || program === undefined ? argv : [...own, program, '--', ...rest]
}

/** Takes away the `--` that `shieldTarget` has put in. */
export function unshieldTarget({form, argv}: RunTarget): RunTarget {
  const [program, shield, ...rest] = argv
  return form === 'script' && shield === '--' && program !== undefined ? {form, argv: [program, ...rest]} : {form, argv}
}

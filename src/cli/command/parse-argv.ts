import type {GuardCommand} from './definition.js'
import {type Flag, flagValue, takesValue} from './flag.js'
import {type RunTarget, splitArgv} from './split-argv.js'

export interface ParsedArgv {
  readonly flags: Readonly<Record<string, string | number | boolean>>
  readonly args: Readonly<Record<string, string>>
  readonly rest: readonly string[]
  readonly target: RunTarget
}

export const noTarget: RunTarget = {form: 'command', argv: []}

/**
 * Reads a plain call of a command without loading oclif, which would cost more than the rest of most commands together.
 *
 * @returns undefined if any word is not plainly understood; oclif then reads or refuses the call, or prints help
 */
export function parseArgv(
  command: Pick<GuardCommand, 'flags' | 'args' | 'rest' | 'takesProgram'>,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedArgv | undefined {
  const {own, target} = command.takesProgram
    ? splitArgv(argv, (name) => takesValue(command.flags, name))
    : {own: argv, target: noTarget}
  if (command.takesProgram && target.argv.length === 0) return undefined
  const read = readWords(command.flags, own)
  const args = read && readArgs(command, read.words)
  const flags = read && completed(command.flags, read.flags, env)
  return args && flags && {flags, ...args, target}
}

interface Words {
  readonly flags: Record<string, string | number | boolean>
  readonly words: readonly string[]
}

function readWords(known: GuardCommand['flags'], own: readonly string[]): Words | undefined {
  const flags: Words['flags'] = {}
  const words: string[] = []
  for (let index = 0; index < own.length; index++) {
    const word = own[index] ?? ''
    if (!word.startsWith('-')) {
      words.push(word)
      continue
    }
    const [name, inline] = nameAndValue(word)
    const flag = Object.hasOwn(known, name) ? known[name] : undefined
    if (!flag || Object.hasOwn(flags, name)) return undefined
    const value = plainValue(flag, flag.type === 'boolean' || inline !== undefined ? inline : own[++index])
    if (value === undefined) return undefined
    flags[name] = value
  }
  return {flags, words}
}

function nameAndValue(word: string): [name: string, value: string | undefined] {
  if (!word.startsWith('--')) return ['', undefined]
  const equals = word.indexOf('=')
  return equals < 0 ? [word.slice(2), undefined] : [word.slice(2, equals), word.slice(equals + 1)]
}

function plainValue(flag: Flag, text: string | undefined): string | number | boolean | undefined {
  if (flag.type === 'boolean') return text === undefined ? true : undefined
  if (text === undefined || text === '' || text.startsWith('-')) return undefined
  return flagValue(flag, text)
}

function readArgs(
  {args, rest}: Pick<GuardCommand, 'args' | 'rest'>,
  words: readonly string[],
): Pick<ParsedArgv, 'args' | 'rest'> | undefined {
  const names = Object.keys(args)
  if ((!rest && words.length > names.length) || words.includes('')) return undefined
  const isMissing = names.some((name, index) => args[name]?.required && words[index] === undefined)
  if (isMissing) return undefined
  return {
    args: Object.fromEntries(names.slice(0, words.length).map((name, index) => [name, words[index] ?? ''])),
    rest: rest ? words.slice(names.length) : [],
  }
}

/** With the defaults and what the environment says. @returns undefined if a rule among the flags is broken */
function completed(
  known: GuardCommand['flags'],
  given: Words['flags'],
  env: Readonly<Record<string, string | undefined>>,
): Words['flags'] | undefined {
  const flags = {...given}
  for (const [name, flag] of Object.entries(known)) {
    const {exclusive = [], exactlyOne = [], required} = flag
    const isGiven = Object.hasOwn(given, name)
    if (isGiven && exclusive.some((other) => Object.hasOwn(given, other))) return undefined
    if (exactlyOne.length > 0 && exactlyOne.filter((one) => Object.hasOwn(given, one)).length !== 1) return undefined
    if (required && !isGiven) return undefined
    if (isGiven) continue
    const text = flag.env === undefined ? undefined : env[flag.env]
    const value = text ? flagValue(flag, text) : 'default' in flag ? flag.default : undefined
    if (value !== undefined) flags[name] = value
  }
  return flags
}

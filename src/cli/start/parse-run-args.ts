import {parseDuration} from '../../domain/clock/duration.js'
import {optionNamed, type RunFlags, type RunOption, splitRunArgv} from './run-options.js'
import type {RunTarget} from './split-argv.js'

export interface RunCall {
  readonly flags: RunFlags
  readonly target: RunTarget
}

/**
 * Reads a plain `guard run` without loading oclif, which would cost more than the rest of the start together.
 *
 * @returns undefined if any word is not plainly understood; oclif then reads or refuses the arguments
 */
export function fastParse(argv: readonly string[]): RunCall | undefined {
  const {own, target} = splitRunArgv(argv)
  if (target.argv.length === 0) return undefined
  const flags: Record<string, string | number | boolean> = {}
  for (let index = 0; index < own.length; index++) {
    const [name, inline] = nameAndValue(own[index] ?? '')
    const option = optionNamed(name)
    if (!option || name === 'plan' || Object.hasOwn(flags, name)) return undefined
    const value = readValue(option, option.type === 'boolean' || inline !== undefined ? inline : own[++index])
    if (value === undefined) return undefined
    flags[name] = value
  }
  return {flags, target}
}

function nameAndValue(word: string): [name: string, value: string | undefined] {
  if (!word.startsWith('--')) return ['', undefined]
  const equals = word.indexOf('=')
  return equals < 0 ? [word.slice(2), undefined] : [word.slice(2, equals), word.slice(equals + 1)]
}

function readValue(option: RunOption, text: string | undefined): string | number | boolean | undefined {
  if (option.type === 'boolean') return text === undefined ? true : undefined
  if (text === undefined || text === '' || text.startsWith('-')) return undefined
  if (option.choices && !option.choices.includes(text)) return undefined
  if (option.type === 'duration') return parseDuration(text)
  if (option.type === 'integer') return /^\d{1,9}$/.test(text) ? Number(text) : undefined
  return text
}

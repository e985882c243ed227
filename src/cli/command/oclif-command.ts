import * as Args from '@oclif/core/args'
import {Command as OclifCommand} from '@oclif/core/command'
import {boolean} from '@oclif/core/flags'
import type {ArgInput, FlagInput} from '@oclif/core/interfaces'
import {durationProblem, formatDuration, parseDuration} from '../../domain/clock/duration.js'
import {GuardError} from '../../errors.js'
import type {GuardCommand} from './definition.js'
import {type Flag, flagValue, globalFlags, integerRange, takesValue} from './flag.js'
import {noTarget} from './parse-argv.js'
import {splitArgv, unshieldTarget} from './split-argv.js'

/** The command as oclif knows it: for help, for what is wrong with a call, and for calls that are not plain. */
export function oclifCommand(command: GuardCommand): typeof OclifCommand {
  const {summary, description, usage, examples, args, flags, rest, takesProgram} = command
  const own: FlagInput = Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, oclifFlag(name, flag)]))
  return class extends OclifCommand {
    static override summary = summary
    static override description = description
    static override usage = usage as string | string[] | undefined
    static override examples = [...examples]
    static takesProgram = takesProgram
    static override strict = !rest && !takesProgram
    static override flags = own
    static override args: ArgInput = Object.fromEntries(
      Object.entries(args).map(([name, arg]) => [
        name,
        Args.string({description: arg.summary, required: arg.required === true}),
      ]),
    )

    protected override async catch(error: Error): Promise<never> {
      throw error
    }

    async run(): Promise<void> {
      const split = takesProgram && splitArgv(this.argv, (name) => takesValue(flags, name))
      const parsed = await this.parse({flags: own, args: this.ctor.args, strict: this.ctor.strict}, [
        ...(split ? split.own : this.argv),
      ])
      const target = split ? unshieldTarget(split.target) : noTarget
      const {perform} = await import('./perform.js')
      await perform(command, {
        flags: parsed.flags,
        args: parsed.args,
        rest: rest ? (parsed.argv as string[]) : [],
        target,
      })
    }
  }
}

function oclifFlag(name: string, flag: Flag): FlagInput[string] {
  const {summary, helpValue, required, exclusive, exactlyOne, env} = flag
  const details = {
    summary,
    ...(helpValue !== undefined && {helpValue}),
    ...(required && {required}),
    ...(exclusive && {exclusive: [...exclusive]}),
    ...(exactlyOne && {exactlyOne: [...exactlyOne]}),
    ...(env !== undefined && {env}),
    ...(Object.hasOwn(globalFlags, name) && {helpGroup: 'GLOBAL'}),
  }
  if (flag.type === 'boolean') return boolean(details)
  const preset = flag.settingsDefault ?? defaultText(flag)
  const shown = helpValue ?? valueNames[flag.type]
  return {
    ...details,
    type: 'option',
    input: [],
    multiple: false,
    ...(shown !== undefined && {helpValue: shown}),
    ...(flag.type === 'text' && flag.choices && {options: [...flag.choices]}),
    ...(flag.default !== undefined && {default: flag.default}),
    ...(preset !== undefined && {defaultHelp: async () => preset}),
    parse: async (text: string) => valueOrError(flag, text),
  } as unknown as FlagInput[string]
}

const valueNames: Readonly<Partial<Record<Flag['type'], string>>> = {duration: 'D', integer: 'N', share: '0..1'}

function defaultText(flag: Exclude<Flag, {type: 'boolean'}>): string | undefined {
  if (flag.default === undefined) return undefined
  return flag.type === 'duration' ? formatDuration(flag.default) : String(flag.default)
}

/** Throws GuardError `usage`. */
function valueOrError(flag: Flag, text: string): string | number {
  const value = flagValue(flag, text)
  if (value !== undefined) return value
  switch (flag.type) {
    case 'duration':
      throw durationError(flag, text)
    case 'integer': {
      const {min, max} = integerRange(flag)
      const hints = /^\d+$/.test(text) ? [] : ['write digits alone']
      throw new GuardError('usage', `"${text}" is not a whole number from ${min} to ${max}`, hints)
    }
    case 'share':
      throw new GuardError('usage', `"${text}" is not a share`, ['write a number from 0 to 1, such as 0.5'])
    default:
      throw new GuardError('usage', `"${text}" is none of ${(flag.type === 'text' && flag.choices?.join(', ')) || ''}`)
  }
}

function durationError({minMs}: {readonly minMs?: number}, text: string): GuardError {
  if (minMs !== undefined && parseDuration(text) !== undefined) {
    const least = formatDuration(minMs)
    return new GuardError('usage', `"${text}" is shorter than ${least}`, [`write ${least} or more`])
  }
  const hint = 'write 500ms, 30s, 10m, 2h or 1d; a bare number is seconds'
  return new GuardError('usage', `"${text}" ${durationProblem(text)}`, [hint])
}

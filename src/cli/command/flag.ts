import {parseDuration} from '../../domain/clock/duration.js'

interface FlagDetails {
  readonly summary: string
  /** What stands for the value in the help. */
  readonly helpValue?: string
  readonly required?: true
  /** The default, where it comes from the settings or from elsewhere, as the help shows it. */
  readonly settingsDefault?: string
  /** Flags that may not be given beside this one. */
  readonly exclusive?: readonly string[]
  /** Flags of which one must be given. */
  readonly exactlyOne?: readonly string[]
  /** The variable that is asked where the flag is not given. */
  readonly env?: string
}

/** A flag, from which both the parser of plain calls and oclif's are made. Durations are in milliseconds. */
export type Flag = FlagDetails &
  (
    | {readonly type: 'boolean'}
    | {readonly type: 'text'; readonly choices?: readonly string[]; readonly default?: string}
    | {readonly type: 'integer'; readonly min?: number; readonly max?: number; readonly default?: number}
    | {readonly type: 'duration'; readonly minMs?: number; readonly default?: number}
    | {readonly type: 'share'; readonly default?: number}
  )

export type Flags = Readonly<Record<string, Flag>>

type ValueOf<F extends Flag> = F extends {readonly type: 'boolean'}
  ? boolean
  : F extends {readonly type: 'text'}
    ? F extends {readonly choices: readonly (infer C)[]}
      ? C
      : string
    : number

/** What a command gets: the values of its flags, undefined where neither the caller nor a default has given one. */
export type FlagValues<F extends Flags> = {
  readonly [Name in keyof F]:
    | ValueOf<F[Name]>
    | (F[Name] extends {readonly required: true} | {readonly default: unknown} ? never : undefined)
}

/** Whether a flag takes the next word as its value. */
export function takesValue(flags: Flags, name: string): boolean {
  return Object.hasOwn(flags, name) && flags[name]?.type !== 'boolean'
}

/** The value that a word means for a flag. @returns undefined if it means none */
export function flagValue(flag: Flag, text: string): string | number | undefined {
  switch (flag.type) {
    case 'boolean':
      return undefined
    case 'text':
      return flag.choices && !flag.choices.includes(text) ? undefined : text
    case 'duration': {
      const ms = parseDuration(text)
      return ms === undefined || ms < (flag.minMs ?? 0) ? undefined : ms
    }
    case 'share':
      return /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(text) ? Number(text) : undefined
    case 'integer': {
      const {min, max} = integerRange(flag)
      const number = Number(text)
      return /^\d+$/.test(text) && number >= min && number <= max ? number : undefined
    }
  }
}

/** Both ends are allowed. */
export function integerRange({min = 0, max = 999_999_999}: {readonly min?: number; readonly max?: number}): {
  readonly min: number
  readonly max: number
} {
  return {min, max}
}

/** What every command has. */
export const globalFlags = {
  'state-dir': {
    type: 'text',
    summary: 'directory of the journals',
    env: 'GUARD_STATE_DIR',
    helpValue: 'DIR',
  },
  config: {type: 'text', summary: 'settings file', env: 'GUARD_CONFIG', helpValue: 'FILE'},
  'allow-unsafe-filesystem': {
    type: 'boolean',
    summary: 'take a state directory on NFS and the like, which no other machine may use',
  },
  'no-color': {type: 'boolean', summary: 'no colours (also NO_COLOR)'},
  utc: {type: 'boolean', summary: 'show times in UTC, not in the zone of this machine'},
  json: {type: 'boolean', summary: 'print one object as JSON'},
} as const satisfies Flags

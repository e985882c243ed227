import type {Guard} from '../guard.js'
import type {Page} from '../render/page.js'
import {type Flags, type FlagValues, globalFlags} from './flag.js'
import type {RunTarget} from './split-argv.js'

interface Argument {
  readonly summary: string
  readonly required?: true
}

export type Arguments = Readonly<Record<string, Argument>>

type ArgumentValues<A extends Arguments> = {
  readonly [Name in keyof A]: string | (A[Name] extends {readonly required: true} ? never : undefined)
}

/** A command as it was called. */
export interface Call<F extends Flags = Flags, A extends Arguments = Arguments> {
  readonly flags: FlagValues<F & typeof globalFlags>
  readonly args: ArgumentValues<A>
  /** The words behind the arguments, for a command with `rest`. */
  readonly rest: readonly string[]
  /** For a command that `takesProgram`. */
  readonly target: RunTarget
  readonly json: boolean
  /** Writes lines for people, without colours; with `--json` nothing. */
  print(...lines: readonly string[]): void
  /** Writes what `render` makes of the data, with its colours; with `--json` nothing. */
  show<A extends readonly unknown[]>(render: (page: Page, ...data: A) => string, ...data: A): void
  openGuard(): Promise<Guard>
}

interface Definition<F extends Flags, A extends Arguments> {
  readonly summary: string
  readonly description?: string
  readonly usage?: string | readonly string[]
  readonly examples: readonly string[]
  readonly args?: A
  readonly flags?: F
  /** Takes any number of words more. */
  readonly rest?: true
  /** Starts a program: everything from its name on is handed on as it stands. */
  readonly takesProgram?: true
  /** @returns the object for `--json`; undefined if it has printed all itself */
  run(call: Call<F, A>): Promise<object | undefined>
}

/** One command of guard: its grammar, its help and what it does. */
export interface GuardCommand extends Definition<Flags, Arguments> {
  readonly args: Arguments
  /** The global ones included. */
  readonly flags: Flags
}

type NoFlags = Readonly<Record<never, never>>

export function defineCommand<const F extends Flags = NoFlags, const A extends Arguments = NoFlags>(
  definition: Definition<F, A>,
): GuardCommand {
  const {args, flags} = definition
  return {...definition, args: args ?? {}, flags: {...flags, ...globalFlags}} as unknown as GuardCommand
}

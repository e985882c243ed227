/** What of a command can be completed. */
export interface CompletedCommand {
  /** `['lease', 'acquire']` */
  readonly words: readonly string[]
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  /** Whether a word that is no flag may be the name of a job. */
  readonly takesJob: boolean
}

interface CompletedFlag {
  /** Without its dashes. */
  readonly name: string
  readonly summary: string
  readonly takesValue: boolean
  readonly choices: readonly string[]
}

interface ManifestFlag {
  readonly type: 'boolean' | 'option'
  readonly summary?: string
  readonly options?: readonly string[]
}

interface ManifestCommand {
  readonly id: string
  readonly summary?: string
  readonly flags: Readonly<Record<string, ManifestFlag>>
  readonly args?: Readonly<Record<string, unknown>>
}

/** Commands that take jobs by another way than an argument of this name. */
const jobTakers = new Set(['run', 'status', 'history', 'logs', 'why'])

/** The grammar of all commands, from what the build knows of them. */
export function grammarOf(commands: Readonly<Record<string, ManifestCommand>>): readonly CompletedCommand[] {
  return Object.values(commands).map(({id, summary = '', flags, args = {}}) => ({
    words: id.split(':'),
    summary,
    flags: Object.entries(flags).map(([name, flag]) => ({
      name,
      summary: flag.summary ?? '',
      takesValue: flag.type === 'option',
      choices: flag.options ?? [],
    })),
    takesJob: jobTakers.has(id) || Object.hasOwn(args, 'job'),
  }))
}

/** By first word, the words that may follow it; those of commands of one word have none. */
export function secondWords(commands: readonly CompletedCommand[]): ReadonlyMap<string, readonly CompletedCommand[]> {
  const byFirst = new Map<string, CompletedCommand[]>()
  for (const command of commands) {
    const [first = '', second] = command.words
    byFirst.set(first, [...(byFirst.get(first) ?? []), ...(second === undefined ? [] : [command])])
  }
  return byFirst
}

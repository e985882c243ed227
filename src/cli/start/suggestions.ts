import {closestNames} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'

/** `guard help run` is `guard run --help`; words may be joined by a colon as oclif does. */
export function plainWords(argv: readonly string[]): readonly string[] {
  const [first = '', ...rest] = argv
  if (first === 'help') return [...plainWords(rest), '--help']
  return first.includes(':') ? [...first.split(':'), ...rest] : argv
}

interface KnownCommand {
  readonly args?: Readonly<Record<string, unknown>>
  readonly strict?: boolean
}

/**
 * Looks at the words before the first flag, because oclif takes one after a command without arguments for a part of its
 * name.
 *
 * @returns why one of them names neither a command nor a topic, and is no argument; undefined if there is none such
 */
export function unexpectedWord(
  argv: readonly string[],
  commands: Readonly<Record<string, KnownCommand>>,
): GuardError | undefined {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0)
  const ids = Object.keys(commands)
  let known = 0
  while (known < words.length && isPartOf(ids, words.slice(0, known + 1).join(':'))) known += 1
  const [word, ...more] = words.slice(known)
  const id = words.slice(0, known).join(':')
  const command = Object.hasOwn(commands, id) ? commands[id] : undefined
  if (word === undefined || command?.strict === false || Object.keys(command?.args ?? {}).length > 0) return undefined
  if (known === 0) return noCommand([word], suggestions(words.slice(0, 2), ids))
  const below = ids.filter((one) => one.startsWith(`${id}:`)).map((one) => one.slice(id.length + 1))
  if (below.length > 0) {
    const near = closestNames(
      word,
      below.map((one) => one.replace(/:.*/, '')),
    )
    const names = near.map((name) => `${id.replaceAll(':', ' ')} ${name}`)
    return noCommand(words.slice(0, known + 1), [...new Set(names)])
  }
  const all = [word, ...more]
  return new GuardError('usage', `Unexpected argument${all.length === 1 ? '' : 's'}: ${all.join(', ')}`, [seeFlags(id)])
}

/** The call that shows what a command takes. */
export function seeFlags(id: string): string {
  return `see the flags: guard ${id === '' ? '' : `${id.replaceAll(':', ' ')} `}--help`
}

/** Whether a name is that of a command or of a topic. */
function isPartOf(ids: readonly string[], name: string): boolean {
  return ids.some((id) => id === name || id.startsWith(`${name}:`))
}

/**
 * oclif answers with help where a command is missing, whatever else is said.
 *
 * @returns why a flag stands where a command is missing; undefined if none is, or if the flag asks for help
 */
export function flagOfNoCommand(argv: readonly string[], ids: readonly string[]): GuardError | undefined {
  const index = argv.findIndex((word) => word.startsWith('-'))
  const [flag, ...more] = index < 0 ? [] : argv.slice(index)
  const id = argv.slice(0, Math.max(index, 0)).join(':')
  const isTopic = id === '' || (!ids.includes(id) && ids.some((one) => one.startsWith(`${id}:`)))
  if (flag === undefined || !isTopic || [flag, ...more].some((word) => asking.includes(word))) return undefined
  const topic = ['guard', ...argv.slice(0, index)].join(' ')
  const name = flag.replace(/=.*/s, '')
  return new GuardError('usage', `${topic} needs a command before ${name}`, [`see them all: ${topic} --help`])
}

const asking: readonly string[] = ['--help', '-h', '--version', '-v']

/** Both words may be wrong, or the topic may be missing. */
function suggestions([first = '', second]: readonly string[], ids: readonly string[]): readonly string[] {
  const topics = closestNames(first, new Set(ids.map((id) => id.split(':')[0] ?? id)))
  const near = topics.flatMap((topic) => {
    const own = ids.filter((id) => id.startsWith(`${topic}:`)).map((id) => id.slice(topic.length + 1))
    const best = second === undefined ? undefined : closestNames(second, own)[0]
    return best === undefined ? topic : `${topic} ${best}`
  })
  const ofAnyTopic = ids.filter((id) => id.includes(':') && closestNames(first, [id.split(':')[1] ?? '']).length > 0)
  return near.length > 0 ? near : ofAnyTopic.map((id) => id.replace(':', ' '))
}

function noCommand(words: readonly string[], near: readonly string[]): GuardError {
  const hints = near.slice(0, 3).map((name) => `did you mean guard ${name}?`)
  return new GuardError('usage', `there is no command "${words.join(' ')}"`, [...hints, 'see all: guard --help'])
}

/** What a wrong flag may have been meant for. */
export function flagHints(wrong: readonly string[], known: readonly string[]): readonly string[] {
  return wrong.flatMap((flag) =>
    closestNames(flag.replace(/^-+/, '').replace(/=.*$/, ''), known)
      .slice(0, 1)
      .map((name) => `did you mean --${name}?`),
  )
}

import {closestNames} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'

/** `guard help run` is `guard run --help`; words may be joined by a colon as oclif does. */
export function plainWords(argv: readonly string[]): readonly string[] {
  const [first = '', ...rest] = argv
  if (first === 'help') return [...plainWords(rest), '--help']
  return first.includes(':') ? [...first.split(':'), ...rest] : argv
}

/** @returns why the first words name no command and no topic; undefined if they do, or if there are none */
export function unknownCommand(argv: readonly string[], ids: readonly string[]): GuardError | undefined {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0).slice(0, 2)
  const [first, second] = words
  if (first === undefined || ids.includes(first)) return undefined
  const ofTopic = ids.filter((id) => id.startsWith(`${first}:`))
  if (ofTopic.length === 0) return noCommand([first], suggestions(words, ids))
  if (second === undefined || ofTopic.includes(`${first}:${second}`)) return undefined
  const near = closestNames(
    second,
    ofTopic.map((id) => id.slice(first.length + 1)),
  )
  return noCommand(
    [first, second],
    near.map((name) => `${first} ${name}`),
  )
}

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

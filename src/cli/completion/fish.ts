import type {CompletedCommand} from './grammar.js'

/** Completion for fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const starts = new Map<string, Map<string, string>>()
  for (const {words, summary} of commands) {
    for (const [depth, word] of words.entries()) {
      const start = words.slice(0, depth).join(' ')
      const known = starts.get(start) ?? new Map<string, string>()
      known.set(word, depth === words.length - 1 ? summary : (known.get(word) ?? `${word} …`))
      starts.set(start, known)
    }
  }
  const words = Array.from(starts).flatMap(([start, items]) =>
    Array.from(items, ([word, summary]) =>
      complete(`__guard_at ${start}`.trim(), `-f -a ${quoted(word)} -d ${quoted(summary)}`),
    ),
  )
  const flags = commands.flatMap(({words: own, flags: list}) =>
    list.map(({name, summary, takesValue, choices}) => {
      const value = choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''
      return complete(`__guard_in ${own.join(' ')}`, `-l ${name}${value} -d ${quoted(summary)}`)
    }),
  )
  const jobs = commands
    .filter(({takesJob}) => takesJob)
    .map(({words: own}) => complete(`__guard_in ${own.join(' ')}`, "-a '(guard completion --jobs 2>/dev/null)' -d job"))
  return `# fish completion for guard(1); made from the definitions of its commands

function __guard_words
  commandline -opc | string match -v -- '-*' | tail -n +2
end

# Whether the words so far are these and no more.
function __guard_at
  set -l words (__guard_words)
  test "$words" = "$argv"
end

# Whether the words so far begin with these.
function __guard_in
  set -l words (__guard_words)
  set -l most (count $argv)
  test (count $words) -ge $most; and test "$words[1..$most]" = "$argv"
end

${[...words, ...flags, ...jobs].join('\n')}
`
}

function complete(condition: string, what: string): string {
  return `complete -c guard -n ${quoted(condition)} ${what}`
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

import {type CompletedCommand, secondWords} from './grammar.js'

/** Completion for zsh. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const byFirst = secondWords(commands)
  const firsts = Array.from(byFirst, ([first, list]) =>
    item(first, list.length === 0 ? summaryOf(commands, first) : `${first} …`),
  )
  const starts = [
    ...new Set(
      commands.flatMap(({words}) => words.slice(0, -1).map((_, index) => words.slice(0, index + 1).join(' '))),
    ),
  ]
  const next = starts.map((start) => {
    const depth = start.split(' ').length
    const own = commands.filter(({words}) => words.length > depth && words.slice(0, depth).join(' ') === start)
    const items = new Map(
      own.map(({words, summary}) => [words[depth] ?? '', words.length === depth + 1 ? summary : `${words[depth]} …`]),
    )
    return `    '${start}') list=(${Array.from(items, ([word, summary]) => item(word, summary)).join(' ')}) ;;`
  })
  const flags = commands.map(
    ({words, flags: own}) =>
      `    '${words.join(' ')}') list=(${own.map(({name, summary}) => item(`--${name}`, summary)).join(' ')}) ;;`,
  )
  const choices = commands.flatMap(({words, flags: own}) =>
    own
      .filter((flag) => flag.choices.length > 0)
      .map((flag) => `    '${words.join(' ')} --${flag.name}') compadd -- ${flag.choices.join(' ')}; return ;;`),
  )
  const takers = commands.filter(({takesJob}) => takesJob).map(({words}) => `'${words.join(' ')}'`)
  return script({firsts, next, choices, flags, takers})
}

interface Parts {
  readonly firsts: readonly string[]
  readonly next: readonly string[]
  readonly choices: readonly string[]
  readonly flags: readonly string[]
  readonly takers: readonly string[]
}

function script({firsts, next, choices, flags, takers}: Parts): string {
  return `#compdef guard
# zsh completion for guard(1); made from the definitions of its commands

_guard() {
  local -a list
  local command=$words[2] at=2
  if (( CURRENT == 2 )); then
    list=(${firsts.join(' ')})
    _describe command list
    return
  fi
  while true; do
    list=()
    case $command in
${next.join('\n')}
    esac
    (( \${#list} )) || break
    if (( CURRENT == at + 1 )) && [[ $words[CURRENT] != -* ]]; then
      _describe command list
      return
    fi
    (( at += 1, at < CURRENT )) || break
    [[ -n \${(M)list:#\${words[at]}:*} ]] || break
    command="$command $words[at]"
  done
  case "$command $words[CURRENT-1]" in
${choices.join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then
    list=()
    case $command in
${flags.join('\n')}
    esac
    _describe flag list
    return
  fi
  case $command in
    ${takers.join('|')}) compadd -- \${(f)"$($words[1] completion --jobs 2>/dev/null)"} ;;
  esac
  _files
}
(( $+functions[compdef] )) && compdef _guard guard
`
}

function summaryOf(commands: readonly CompletedCommand[], first: string): string {
  return commands.find(({words}) => words.length === 1 && words[0] === first)?.summary ?? ''
}

/** `name:summary`, quoted; the first colon ends the name. */
function item(name: string, summary: string): string {
  return `'${`${name}:${summary}`.replaceAll("'", "'\\''")}'`
}

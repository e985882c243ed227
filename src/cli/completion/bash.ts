import {type CompletedCommand, secondWords} from './grammar.js'

/** Completion for bash. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const byFirst = secondWords(commands)
  const topics = Array.from(byFirst).flatMap(([first, list]) =>
    list.length === 0 ? [] : [`    '${first}') words='${[...new Set(list.map(({words}) => words[1]))].join(' ')}' ;;`],
  )
  const deeper = commands.filter(({words}) => words.length > 2).map(({words}) => words.slice(0, 2).join(' '))
  const third = [...new Set(deeper)].map((start) => {
    const own = commands.filter(({words}) => words.slice(0, 2).join(' ') === start && words.length > 2)
    return `    '${start}') words='${own.map(({words}) => words[2]).join(' ')}' ;;`
  })
  const flags = commands.map(
    ({words, flags: own}) =>
      `    '${words.join(' ')}') words='${[...own.map(({name}) => `--${name}`), '--help'].join(' ')}' ;;`,
  )
  const choices = commands.flatMap(({words, flags: own}) =>
    own
      .filter((flag) => flag.choices.length > 0)
      .map((flag) => `    '${words.join(' ')} --${flag.name}') words='${flag.choices.join(' ')}' ;;`),
  )
  const takers = commands.filter(({takesJob}) => takesJob).map(({words}) => `'${words.join(' ')}'`)
  return script({firsts: [...byFirst.keys()], topics, third, choices, flags, takers})
}

interface Parts {
  readonly firsts: readonly string[]
  readonly topics: readonly string[]
  readonly third: readonly string[]
  readonly choices: readonly string[]
  readonly flags: readonly string[]
  readonly takers: readonly string[]
}

function script({firsts, topics, third, choices, flags, takers}: Parts): string {
  return `# bash completion for guard(1); made from the definitions of its commands

_guard() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='' command=''
  local first=\${COMP_WORDS[1]-} second=\${COMP_WORDS[2]-} third=\${COMP_WORDS[3]-}
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '${firsts.join(' ')}' -- "$cur")
    return
  fi
  command=$first
  case $first in
${topics.join('\n')}
  esac
  if [ -n "$words" ] && { [ "$COMP_CWORD" -eq 2 ] || [[ " $words " == *" $second "* ]]; }; then
    if [ "$COMP_CWORD" -eq 2 ] && [[ $cur != -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
      return
    fi
    command="$first $second"
  fi
  words=''
  case $command in
${third.join('\n')}
  esac
  if [ -n "$words" ]; then
    if [ "$COMP_CWORD" -eq 3 ] && [[ $cur != -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
      return
    fi
    command="$command $third"
  fi
  words=''
  case "$command $previous" in
${choices.join('\n')}
  esac
  if [ -z "$words" ] && [[ $cur == -* ]]; then
    case $command in
${flags.join('\n')}
    esac
  elif [ -z "$words" ]; then
    case $command in
    ${takers.join('|')}) words=$("\${COMP_WORDS[0]}" completion --jobs 2>/dev/null) ;;
    esac
  fi
  compopt -o default 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _guard guard
`
}

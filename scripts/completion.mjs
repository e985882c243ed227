/** Completion for bash, from the same definitions as `--help`. */
export function bashCompletion({commands}) {
  const words = new Map()
  const put = (key, word) => words.set(key, [...new Set([...(words.get(key) ?? []), word])])
  for (const {id} of commands) {
    const [first, second] = id.split(':')
    put('', first)
    if (second) put(first, second)
  }
  const topics = [...words].map(([key, list]) => `    '${key}') words='${list.join(' ')}' ;;`)
  const flags = commands.map(({id, flags: own}) => {
    const names = Object.keys(own).map((name) => `--${name}`)
    return `    '${id.replace(':', ' ')}') words='${[...names, '--help'].join(' ')}' ;;`
  })
  const choices = commands.flatMap(({id, flags: own}) =>
    Object.entries(own)
      .filter(([, {options}]) => options)
      .map(([name, {options}]) => `    '${id.replace(':', ' ')} --${name}') words='${options.join(' ')}' ;;`),
  )
  return `# bash completion for guard(1); made from the definitions of its commands

_guard() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} words='' command=''
  local first=\${COMP_WORDS[1]-} second=\${COMP_WORDS[2]-}
  if [ "$COMP_CWORD" -eq 1 ]; then first=''; fi
  case $first in
${topics.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ] || { [ "$COMP_CWORD" -eq 2 ] && [ -n "$words" ]; }; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
  fi
  if [ -n "$words" ]; then command="$first $second"; else command=$first; fi
  words=''
  case "$command $previous" in
${choices.join('\n')}
  esac
  if [ -z "$words" ] && [[ $cur == -* ]]; then
    case $command in
${flags.join('\n')}
    esac
  fi
  if [ -n "$words" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
  else
    compopt -o default 2>/dev/null
    COMPREPLY=()
  fi
}
complete -F _guard guard
`
}

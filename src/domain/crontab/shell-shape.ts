/**
 * What a shell makes of a command, as far as is needed to put a program before it. Whatever is not plainly understood is
 * `compound`, which is quoted as a whole and therefore always right.
 */
export type ShellShape =
  | {
      readonly kind: 'simple'
      /** Where the program begins, behind assignments and `cd X &&`. */
      readonly programAt: number
      /** The folder of `cd X &&`. */
      readonly folder: string | undefined
      /** The words of the program, without quotes and redirections. */
      readonly words: readonly string[]
      /** The variables that are assigned before the program. */
      readonly assigned: readonly string[]
    }
  | {readonly kind: 'compound'}

const compound: ShellShape = {kind: 'compound'}

/** Words that a shell does itself, in dash or bash. Programs of the same name may behave differently. */
const builtins = new Set(
  `. : [ [[ ! { } alias bg bind break builtin caller case cd command compgen complete compopt continue coproc declare
  dirs disown do done echo elif else enable esac eval exec exit export false fc fg fi for function getopts hash help
  history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift
  shopt source suspend test then time times trap true type typeset ulimit umask unalias unset until wait
  while`.split(/\s+/),
)

/** Whether the shell does a command of this name itself. */
export function isBuiltin(word: string): boolean {
  return builtins.has(word)
}

const redirection = /(?:\d+|)(?:>>|>\||>&|<&|<>|>|<)[ \t]*/y
/** A word as far as it is plain: quotes, escapes and substitutions without quotes, parentheses or escapes inside. */
const word =
  /(?:[^ \t\r\n\\'"`$;|&<>()#{}]+|(?<=[^ \t])#|\\.|'[^']*'|"(?:[^"\\`$]|\\.|\$\{\w+\}|\$(?![({])|\$\((?:[^()'"`\\#$]|\\%)*\))*"|\$\{\w+\}|\$\((?:[^()'"`\\#$]|\\%)*\)|\$(?!['"({])|\{|\})+/sy
const assignment = /^([A-Za-z_]\w*)\+?=/
const blanks = /[ \t]*/y

/** Whether this program takes quotes as sh does. */
export function isKnownShell(program: string): boolean {
  return /(?:^|\/)(?:sh|r?bash|d?ash|ksh(?:93)?|mksh|zsh|busybox)$/.test(program)
}

/** Reads the command without its standard input. */
export function shellShape(text: string): ShellShape {
  const change = /^[ \t]*cd[ \t]+/.exec(text)
  if (!change) return readSimple(text, 0, undefined)
  const folder = matchAt(word, text, change[0].length)
  const and = folder === undefined ? undefined : matchAt(/[ \t]*&&[ \t]*/y, text, change[0].length + folder.length)
  if (folder === undefined || and === undefined || folder.startsWith('-')) return compound
  return readSimple(text, change[0].length + folder.length + and.length, withoutQuotes(folder))
}

function readSimple(text: string, from: number, folder: string | undefined): ShellShape {
  let at = from + (matchAt(blanks, text, from) ?? '').length
  let programAt: number | undefined
  const assigned: string[] = []
  const words: string[] = []
  while (at < text.length && text[at] !== '#') {
    const target = matchAt(redirection, text, at)
    // A redirection before the program is rare, and quoting is right for it too.
    if (target !== undefined && programAt === undefined) return compound
    at += (target ?? '').length
    const found = matchAt(word, text, at)
    if (found === undefined) return compound
    const [, variable] = programAt === undefined ? (assignment.exec(found) ?? []) : []
    if (variable !== undefined) assigned.push(variable)
    else if (target === undefined) {
      if (programAt === undefined && !isProgram(found)) return compound
      programAt ??= at
      words.push(withoutQuotes(found))
    }
    at += found.length
    at += (matchAt(blanks, text, at) ?? '').length
  }
  return programAt === undefined ? compound : {kind: 'simple', programAt, folder, words, assigned}
}

/** What a variable stands for may be a builtin, unless it is part of a path. */
function isProgram(text: string): boolean {
  return /^[\w./+:@,~-]+$/.test(text) ? !isBuiltin(text) : text.includes('/') && !/[\\`]/.test(text)
}

/** A word as the shell hands it on. */
export function withoutQuotes(text: string): string {
  if (!/['"\\]/.test(text)) return text
  return text.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single, double, escaped) => single ?? double ?? escaped,
  )
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? text.slice(at, pattern.lastIndex) : undefined
}

/** Whether a command ends at once, because its last part goes on in the background. */
export function endsInBackground(text: string): boolean {
  return /(?:^|[^&\\>])&[ \t\r]*(?:[ \t]#.*)?$/s.test(text)
}

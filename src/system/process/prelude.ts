import {readFileSync} from 'node:fs'
import {GuardError} from '../../errors.js'
import type {Caller} from './caller.js'

/** What Node puts in the place of bytes that are not UTF-8. */
const replacement = '\uFFFD'

/** Lines of shell that give a job the ignored signals of its caller, and its variables that are not UTF-8. */
export function preludeOfCaller({ignored}: Caller, env: NodeJS.ProcessEnv): readonly string[] {
  return [...(ignored.length > 0 ? [`trap '' ${ignored.join(' ')}`] : []), ...exportsOf(env)]
}

/** The same for its soft limit of open files, which the runtime has raised. */
export function limitLines(openFiles: string | undefined): readonly string[] {
  return openFiles === undefined ? [] : [`ulimit -Sn ${openFiles}`]
}

/** Replaces the shell by the program. A word of guard's own command line that is not UTF-8 is given by its bytes. */
export function execLines(argv: readonly string[]): readonly string[] {
  if (!argv.some((word) => word.includes(replacement))) return ['exec "$@"']
  const raw = rawWords()
  const assigned: string[] = []
  const words = argv.map((word, index) => {
    const bytes = raw.get(word)
    if (bytes === undefined) return `"\${${index + 1}}"`
    assigned.push(assignment(`_guard_${index}`, bytes))
    return `"$_guard_${index}"`
  })
  return [...assigned, `exec ${words.join(' ')}`]
}

/** A variable that is not UTF-8 is exported by its bytes: Node would hand on other ones. */
function exportsOf(env: NodeJS.ProcessEnv): readonly string[] {
  const names = Object.keys(env).filter((name) => env[name]?.includes(replacement) && /^[A-Za-z_]\w*$/.test(name))
  if (names.length === 0) return []
  const bytes = rawEnvironment()
  return names.flatMap((name) => {
    const value = bytes.get(name)
    return value !== undefined && value.toString('utf8') === env[name] ? [exportLine(name, value)] : []
  })
}

function exportLine(name: string, value: Buffer): string {
  return `${assignment(name, value)}; export ${name}`
}

/** The underscore keeps newlines at the end, which the shell would take away. */
function assignment(name: string, value: Buffer): string {
  const octal = [...value].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  return `${name}=$(printf '${octal}_'); ${name}=\${${name}%_}`
}

/** The words of guard's command line that are not UTF-8, by what Node makes of them. */
function rawWords(): ReadonlyMap<string, Buffer> {
  const words = splitAtNul('/proc/self/cmdline').map((word): [string, Buffer] => [word.toString('utf8'), word])
  const found = new Map<string, Buffer>()
  for (const [word, bytes] of words) {
    if (!word.includes(replacement)) continue
    if (found.get(word)?.equals(bytes) === false)
      throw new GuardError('usage', `two different arguments are not UTF-8 and look the same: ${word}`, [
        'give them in a script of your own',
      ])
    found.set(word, bytes)
  }
  return found
}

/** The environment that guard was started with, by its bytes. */
function rawEnvironment(): ReadonlyMap<string, Buffer> {
  const pairs = splitAtNul('/proc/self/environ').map((pair): [string, Buffer] => {
    const at = pair.indexOf('=')
    const name = pair.toString('latin1', 0, Math.max(at, 0)).replace(/^GUARD_ASIDE_/, '')
    return [name, pair.subarray(at + 1)]
  })
  return new Map(pairs)
}

/** Empty without /proc: then Node's own reading has to do. */
function splitAtNul(file: string): readonly Buffer[] {
  try {
    const words = readFileSync(file, 'latin1').split('\0')
    return words.map((word) => Buffer.from(word, 'latin1'))
  } catch {
    return []
  }
}

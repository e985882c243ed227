import {interpretedBy} from './interpreter.js'
import {hashDigits, jobNameOfFile} from './job-name.js'
import {lastPartOf, withoutEndSlashes} from './path-text.js'

export interface NamedLine {
  readonly argv: readonly string[]
  /** The words are a command line, and not a script with its arguments. */
  readonly isLine: boolean
  /** A shell reads the command line. */
  readonly shell: boolean
}

interface NamePlaces {
  /** PATH of the environment. */
  readonly path: string | undefined
  /** Working directory of the job, as it was named. */
  readonly directory: string
  /** The absolute path of a file that the command line names. */
  readonly absolute: (file: string) => string
  /** At least eight hex digits of the SHA-256 of a text. */
  readonly digest: (text: string) => string
}

/**
 * The name of a job that neither a flag nor the settings name: that of its program or script. Where the same name may
 * stand for different jobs, a hash tells them apart: for code on the command line that of the code and the working
 * directory, for a file outside PATH that of its path. Other arguments do not count.
 *
 * @returns undefined if no name can be made
 */
export function defaultName(line: NamedLine, places: NamePlaces): string | undefined {
  const {argv, shell} = line
  const [program = ''] = argv
  const hashed = (stem: string, parts: readonly string[]) =>
    jobNameOfFile(stem, places.digest(parts.join('\0')).slice(0, hashDigits))
  if (shell) return hashed('sh', [argv.join(' '), places.directory])
  const interpreted = line.isLine ? interpretedBy(argv) : undefined
  if (interpreted && 'code' in interpreted) return hashed(lastPartOf(program), [interpreted.code, places.directory])
  const file = fileOf(line)
  if (file === undefined) return jobNameOfFile(program)
  const path = places.absolute(file)
  return isOnPath(path, places.path) ? jobNameOfFile(path) : hashed(path, [path])
}

/** The file that a line runs: its script, or a program that it names by a path. @returns undefined if it names none */
export function fileOf({argv, isLine}: Pick<NamedLine, 'argv' | 'isLine'>): string | undefined {
  const [program = ''] = argv
  if (!isLine) return program
  const interpreted = interpretedBy(argv)
  if (interpreted && 'script' in interpreted) return interpreted.script
  return program.includes('/') ? program : undefined
}

function isOnPath(file: string, path = ''): boolean {
  const folder = file.slice(0, file.lastIndexOf('/'))
  return path.split(':').some((entry) => entry !== '' && (withoutEndSlashes(entry) || '/') === folder)
}

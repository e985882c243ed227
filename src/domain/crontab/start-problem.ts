import {seenFrom} from './job-names.js'
import type {ShellShape} from './shell-shape.js'
import type {CronVariables} from './variables.js'
import {calledAt} from './wrap.js'

/** What is seen of the files that a line names. */
export interface LineFiles {
  /** What keeps everybody from starting a program. @returns undefined if nothing does, or it cannot be seen */
  readonly problemOf: (path: string) => 'is not there' | 'is not executable' | undefined
  /** Whether a path is known not to be a folder. */
  readonly lacksFolder: (path: string) => boolean
  /** Where cron starts the line, if the crontab does not say it; undefined if it is not known. */
  readonly home: string | undefined
}

/** Why a line runs nothing: guard itself is not started, or its job is not. */
export interface LineProblem {
  readonly of: 'guard' | 'job'
  readonly text: string
}

interface StartedLine {
  /** The command for the shell, without its standard input. */
  readonly shell: string
  /** What the job gets as standard input, from the first bare percent sign on. */
  readonly input: string
  readonly shape: ShellShape
  readonly variables: CronVariables
}

/**
 * Why a line runs nothing, whatever its schedule: its folder or its program is not there, or cron cuts it within quotes.
 *
 * @returns undefined if nothing speaks against it, or it cannot be seen, as of what a shell expands
 */
export function startProblem(line: StartedLine, files: LineFiles): LineProblem | undefined {
  const {shell, input, shape, variables} = line
  if (input !== '' && hasOpenQuote(shell)) return {of: 'job', text: 'cron ends it at the %, within quotes: write \\%'}
  if (shape.kind !== 'simple' || isExpanded(shell)) return undefined
  const home = 'HOME' in variables ? variables['HOME'] : files.home
  const folder = shape.folder === undefined ? home : placeIn(home, shape.folder)
  if (folder !== undefined && shape.folder !== undefined && files.lacksFolder(folder))
    return {of: 'guard', text: `there is no folder ${folder}`}
  const [program = '', ...words] = shape.words
  const path = shape.assigned.includes('PATH') ? undefined : variables['PATH']
  const own = programProblem(program, {folder, path}, files)
  if (own !== undefined) return {of: 'guard', text: own}
  const text = calledProblem(program, words, folder, files)
  return text === undefined ? undefined : {of: 'job', text}
}

/** Of what guard runs, a program or a script that is named by its path. guard looks for the others, by its settings. */
function calledProblem(
  program: string,
  words: readonly string[],
  folder: string | undefined,
  files: LineFiles,
): string | undefined {
  const [command, ...rest] = words
  if (!/(?:^|\/)guard$/.test(program) || command !== 'run') return undefined
  const at = calledAt(rest)
  const [called, flags] = [rest[at], rest.slice(0, Math.max(0, at))]
  if (!called?.includes('/') || flags.some((flag) => /^--(?:cwd|shell)/.test(flag))) return undefined
  const problem = programProblem(called, {folder, path: undefined}, files)
  // A script is run by its extension too.
  return !flags.includes('--') && problem?.endsWith('is not executable') ? undefined : problem
}

interface SearchedIn {
  readonly folder: string | undefined
  /** Undefined if nobody knows it. */
  readonly path: string | undefined
}

function programProblem(program: string, {folder, path}: SearchedIn, {problemOf}: LineFiles): string | undefined {
  if (program.includes('/')) {
    const file = placeIn(folder, program)
    const problem = file === undefined ? undefined : problemOf(file)
    return problem && `${file} ${problem}`
  }
  const places = path?.split(':') ?? []
  // cron expands no variable in PATH, and what is no absolute path is seen from the folder of the line.
  if (path === undefined || !places.every((place) => place.startsWith('/'))) return undefined
  const isFound = places.some((place) => problemOf(`${place}/${program}`) === undefined)
  return isFound ? undefined : `PATH (${path}) has no ${program}`
}

/** @returns undefined if the folder is not known */
function placeIn(folder: string | undefined, path: string): string | undefined {
  if (path.startsWith('/')) return path
  return folder?.startsWith('/') ? seenFrom(folder, path.replace(/^(?:\.\/)+/, '')) : undefined
}

/** Whether a shell makes something else of its words. */
function isExpanded(shell: string): boolean {
  return /[$`\\*?[~{(]/.test(shell)
}

function hasOpenQuote(shell: string): boolean {
  const open = shell.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, '').replace(/(?:^|\s)#.*/s, '')
  return /['"]/.test(open)
}

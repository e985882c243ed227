import {jobNameOfFile} from '../job/job-name.js'
import {type CronKind, cronNames, longestOnDebian} from './cron-kind.js'
import {type CommandFile, seenFrom} from './job-names.js'
import {type JobView, splitCommand} from './line.js'
import {endsInBackground, type ShellShape, shellShape, withoutQuotes} from './shell-shape.js'
import {quoteForShell} from './shell-word.js'
import {type CronVariables, withUnknown} from './variables.js'

/** How lines call guard. */
export interface GuardCall {
  /** The words that start guard where PATH has this value; undefined stands for a PATH that nobody knows. */
  readonly program: (path: string | undefined) => string
  /** Flags such as `--state-dir`, with a blank before each, below these variables. */
  readonly flags: (variables: CronVariables) => string
}

/** A command of a crontab as it is wrapped, or why it is not. */
type Wrapping =
  | {readonly kind: 'wrapped'; readonly shell: string; readonly input: string; readonly call: CalledJob}
  | {readonly kind: 'left'; readonly reason: string}
  | {readonly kind: 'wrappable'; readonly shell: string; readonly input: string; readonly shape: ShellShape}

/** What can be done with the command of a line. */
export function wrappingOf(kind: CronKind, {command}: JobView): Wrapping {
  // busybox hands a `%` on as it stands.
  const {shell, input} = kind === 'busybox' ? {shell: command, input: ''} : splitCommand(command)
  if (/^[ \t\r]*$/.test(shell)) return {kind: 'left', reason: 'no command'}
  if (callsGuard(shell)) return {kind: 'wrapped', shell, input, call: calledJob(shell)}
  if (/(?:^|[\s/;&|{(])run-parts(?:\s|$)/.test(shell)) return {kind: 'left', reason: 'left to the system'}
  if (endsInBackground(shell)) return {kind: 'left', reason: 'ends at once, because & puts it into the background'}
  return {kind: 'wrappable', shell, input, shape: shellShape(shell)}
}

/**
 * The line as a run under guard. What is before the command stays byte for byte, and so does a simple command; what
 * needs a shell is quoted for the shell that cron uses.
 *
 * @returns the reason if the line cannot be wrapped
 */
export function wrapLine(
  {kind, call, variables}: {readonly kind: CronKind; readonly call: GuardCall; readonly variables: CronVariables},
  line: {readonly content: string; readonly view: JobView; readonly job: string},
  {shell, input, shape}: Extract<Wrapping, {kind: 'wrappable'}>,
): {readonly content: string} | {readonly reason: string} {
  const isSimple = shape.kind === 'simple'
  const seen = isSimple ? withUnknown(variables, shape.assigned) : variables
  const guard = `${call.program(seen['PATH'])} run${call.flags(seen)} --job ${line.job} --`
  const command = isSimple
    ? `${shell.slice(0, shape.programAt)}${guard} ${shell.slice(shape.programAt)}${input}`
    : `${guard} ${cronShell(kind)} -c ${quoteForShell(shell)}${input}`
  const {commandAt, commandBytes} = line.view
  const bytes = commandBytes - line.view.command.length + command.length
  if (kind === 'debian' && bytes > longestOnDebian) {
    return {reason: `would have ${bytes} bytes, and ${cronNames.debian} takes ${longestOnDebian}: put it into a script`}
  }
  return {content: line.content.slice(0, commandAt) + command}
}

/** The shell of the crontab. Not all crons set SHELL. */
function cronShell(kind: CronKind): string {
  return kind === 'debian' || kind === 'cronie' ? '"$SHELL"' : `"\${SHELL:-/bin/sh}"`
}

/** Flags of guard that do what a program of the command does. */
export function hintsOf(shape: ShellShape): readonly string[] {
  const words = shape.kind === 'simple' ? shape.words : []
  const [program = ''] = words
  if (/(?:^|\/)flock$/.test(program)) return ['--overlap skip, the default, does what flock does here']
  const limit = words.slice(1).find((word, index) => !word.startsWith('-') && !/^-[ks]$/.test(words[index] ?? ''))
  return /(?:^|\/)timeout$/.test(program)
    ? [`--timeout ${limit ?? 'D'} does what timeout does here, for all processes`]
    : []
}

const commands =
  'run|retry|watchdog|reset-daemon|recover|alerts|health|status|doctor|history|logs|lease|locks|budget|breaker|config|trigger|scheduler|serve'

/** A word that is guard, and one of its commands behind it. */
const guardCall = new RegExp(
  `(?:^|[\\s/;&|('"])guard(?:\\.cjs)?["']?[ \\t]+["']?(${commands})["']?(?![\\w.-])((?:[ \\t].*)?)`,
  's',
)

/** Whether a command starts guard. */
export function callsGuard(shell: string): boolean {
  return shell.includes('guard') && guardCall.test(shell)
}

/** What a line that calls guard says of its job: the name, or what is run; neither if it cannot be seen. */
interface CalledJob {
  readonly job?: string
  readonly target?: CommandFile
}

const change = /(?:^|[\s;&|({"'])cd[ \t]+("[^"]*"|'[^']*'|[^\s;&|"']+)[ \t]*(?:&&|;)/g
const word = /"[^"]*"|'[^']*'|[^\s"';|&()<>]+/g

function calledJob(shell: string): CalledJob {
  const found = guardCall.exec(shell)
  const [, command = '', rest = ''] = found ?? []
  if (command !== 'run') return {job: command}
  const words = (rest.match(word) ?? []).map(withoutQuotes)
  const given = words.findIndex((text) => text === '--job' || text.startsWith('--job='))
  const named = words[given]?.startsWith('--job=') ? words[given]?.slice('--job='.length) : words[given + 1]
  if (given >= 0 && named !== undefined) return {job: named}
  const file = words[calledAt(words)]
  if (file === undefined) return {}
  return {target: {file, folder: folderOf(shell.slice(0, found?.index))}}
}

/** Where a line goes before it calls guard. */
function folderOf(before: string): string | undefined {
  const folders = Array.from(before.matchAll(change), ([, folder = '']) => withoutQuotes(folder))
  return folders.reduce<string | undefined>(seenFrom, undefined)
}

/** The jobs of the settings, as far as lines of crontabs can mean them. */
export interface LineJobs {
  readonly hasJob: (name: string) => boolean
  /** The job whose script this is, in a line below these variables. */
  readonly jobOfFile: (file: CommandFile, variables: CronVariables) => string | undefined
}

/** The name of the job of a line that calls guard, as guard itself finds it. @returns undefined if it cannot be seen */
export function nameOfCall(
  {job, target}: CalledJob,
  {hasJob, jobOfFile}: LineJobs,
  variables: CronVariables,
): string | undefined {
  if (job !== undefined || target === undefined) return job
  return hasJob(target.file) ? target.file : (jobOfFile(target, variables) ?? jobNameOfFile(target.file))
}

/** Where the words behind `guard run` name what it runs. @returns -1 if nowhere */
export function calledAt(words: readonly string[]): number {
  const at = words.findIndex((text, index) => (text === '--' || !text.startsWith('-')) && !takesNext(words[index - 1]))
  return words[at] === '--' ? at + 1 : at
}

/** Whether a flag of `guard run` has its value in the next word. */
function takesNext(word: string | undefined): boolean {
  return /^--(?:job|timeout|kill-after|silence|overlap|wait|retries|jitter|ttl|cwd|config|state-dir|skip-exit-code|slot|run-id)$/.test(
    word ?? '',
  )
}

import {jobNameOfFile} from '../job/job-name.js'
import type {CronKind} from './cron-kind.js'
import {type JobView, splitCommand} from './line.js'
import {endsInBackground, quoteForShell, type ShellShape, shellShape} from './shell-shape.js'
import {type CronVariables, withUnknown} from './variables.js'

/** Debian's cron refuses longer commands. Bytes. */
const longestOnDebian = 998

/** How lines call guard. */
export interface GuardCall {
  /** The words that start guard where PATH has this value; undefined stands for a PATH that nobody knows. */
  readonly program: (path: string | undefined) => string
  /** Flags such as `--state-dir`, with a blank before each, below these variables. */
  readonly flags: (variables: CronVariables) => string
}

/** A command of a crontab as it is wrapped, or why it is not. */
type Wrapping =
  | {readonly kind: 'wrapped'; readonly job: string | undefined}
  | {readonly kind: 'left'; readonly reason: string}
  | {readonly kind: 'wrappable'; readonly shell: string; readonly input: string; readonly shape: ShellShape}

/** What can be done with the command of a line. */
export function wrappingOf(kind: CronKind, {command}: JobView): Wrapping {
  // busybox hands a `%` on as it stands.
  const {shell, input} = kind === 'busybox' ? {shell: command, input: ''} : splitCommand(command)
  if (/^[ \t\r]*$/.test(shell)) return {kind: 'left', reason: 'no command'}
  if (callsGuard(shell)) return {kind: 'wrapped', job: jobOfCall(shell)}
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
  if (kind === 'debian' && command.length > longestOnDebian) {
    const reason = `would have ${command.length} bytes, and Debian's cron takes ${longestOnDebian}: put it into a script`
    return {reason}
  }
  return {content: line.content.slice(0, line.view.commandAt) + command}
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
const guardCall = new RegExp(`(?:^|[\\s/;&|('"])guard["']?[ \\t]+(${commands})(?![\\w.-])((?:[ \\t].*)?)`, 's')

/** Whether a command starts guard. */
export function callsGuard(shell: string): boolean {
  return shell.includes('guard') && guardCall.test(shell)
}

/** The job of a line that calls guard. @returns undefined if it cannot be seen */
export function jobOfCall(shell: string): string | undefined {
  const [, command = '', rest = ''] = guardCall.exec(shell) ?? []
  if (command !== 'run') return command
  const named = /[ \t]--job[ =]([^ \t'"]+)/.exec(rest)?.[1]
  if (named !== undefined) return named
  const target = rest
    .trim()
    .split(/[ \t]+/)
    .find((word, index, words) => !word.startsWith('-') && !takesNext(words[index - 1]))
  return target === undefined ? undefined : jobNameOfFile(target)
}

function takesNext(word: string | undefined): boolean {
  return /^--(?:timeout|kill-after|silence|overlap|wait|retries|jitter|ttl|cwd|config|state-dir|skip-exit-code)$/.test(
    word ?? '',
  )
}

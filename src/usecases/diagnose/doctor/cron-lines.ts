import {type CrontabLine, readable, splitCommand, unquoted} from '../../../domain/crontab/line.js'
import {shellShape} from '../../../domain/crontab/shell-shape.js'
import {shellWord} from '../../../domain/crontab/shell-word.js'
import type {SurveyedLine} from '../../../domain/crontab/survey.js'
import type {CronLine, CronLines} from '../../../domain/diagnose/cron-line.js'
import {isLeftOnPurpose} from '../../../domain/diagnose/machine-findings.js'
import type {Discovery, SurveyedCrontab} from '../../crontab/discover-crontabs.js'

/** The lines that matter for guard, of all crontabs that were found. */
export function cronLinesOf({cron, crontabs, unreadable, userName}: Discovery): CronLines {
  const hasZones = cron.kind === 'cronie'
  return {
    kind: cron.kind,
    lines: crontabs.flatMap((crontab) => linesOf(crontab, userName)).map((line) => (hasZones ? withZone(line) : line)),
    unreadable: unreadable.map(({title, reason}) => ({file: title, reason})),
    ignored: crontabs.flatMap(({crontab: {path, ignored}}) =>
      path === undefined || ignored === undefined || isLeftOnPurpose(path) ? [] : [{file: path, reason: ignored}],
    ),
  }
}

function withZone(line: CronLine): CronLine {
  const zone = line.variables['CRON_TZ']
  return zone === undefined ? line : {...line, zone}
}

/** Packages put files into /etc/cron.d: a line there could be wrapped, but only where guard is used is it missed. */
function linesOf({crontab: {path}, parsed, lines}: SurveyedCrontab, userName: string): readonly CronLine[] {
  const isOwn = !path?.startsWith('/etc/cron.d/') || lines.some(({state}) => state === 'wrapped')
  const place = {file: path ?? 'crontab -l', edit: path === undefined ? 'crontab -e' : `sudoedit ${shellWord(path)}`}
  return lines.flatMap((line) => {
    const {state} = line
    if (state === 'left' || state === 'noted' || (state === 'wrappable' && !isOwn)) return []
    return [{...place, ...viewOf({...line, state}, parsed, userName)}]
  })
}

function viewOf(
  {number, state, text, schedule, user, job, reason, problem}: SurveyedLine & Pick<CronLine, 'state'>,
  parsed: readonly CrontabLine[],
  userName: string,
): Omit<CronLine, 'file' | 'edit'> {
  const view = parsed[number - 1]?.view
  const shell = state === 'wrapped' && view?.kind === 'job' ? readable(splitCommand(view.command).shell) : ''
  const call = callOf(shell)
  // What another user's guard would run, it cannot be asked as this user.
  const words = user === undefined || user === userName ? runWordsOf(shell) : undefined
  return {
    number,
    state,
    text,
    ...(schedule !== undefined && {schedule}),
    ...(job !== undefined && state !== 'wrong' && (call.calls ?? 'run') === 'run' && {job}),
    ...(reason !== undefined && {reason}),
    // That guard is not started is told of all such lines together.
    ...(problem?.of === 'job' && {problem: problem.text}),
    ...call,
    ...(words && {runWords: words}),
    variables: variablesAbove(parsed.slice(0, number - 1)),
  }
}

function variablesAbove(lines: readonly CrontabLine[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.flatMap(({view}) => (view.kind === 'variable' ? [[view.name, readable(unquoted(view.value))]] : [])),
  )
}

/** The word that is guard, with what stands before it where that changes nothing, and the command behind it. */
function callOf(shell: string): Pick<CronLine, 'start' | 'calls'> {
  const found = /(?:^|[\s;&|('"])((?:[^\s;&|('"]*\/)?guard)["']?[ \t]+["']?([a-z-]+)/.exec(shell)
  if (!found) return {}
  const [, word = '', calls = ''] = found
  const shape = shellShape(shell)
  const before = shape.kind === 'simple' && shape.words[0] === word ? shell.slice(0, shape.programAt) : ''
  // cron takes the backslash away before a percent sign.
  const start = `${/[`(]/.test(before) ? '' : before}${word}`.replaceAll('\\%', '%')
  return {start, calls}
}

/**
 * Only for a line that does nothing but start guard, after a `cd` and assignments: what a shell expands is not known.
 */
function runWordsOf(shell: string): readonly string[] | undefined {
  const shape = shellShape(shell)
  if (shape.kind !== 'simple' || /[`(]/.test(shell.slice(0, shape.programAt))) return undefined
  const [program = '', command, ...words] = shape.words
  const isPlain = /(?:^|\/)guard$/.test(program) && !/[$`\\*?[~{]/.test(shell.slice(shape.programAt + program.length))
  return command === 'run' && isPlain ? words : undefined
}

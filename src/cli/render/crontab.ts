import {wrapAnsi} from 'fast-wrap-ansi'
import type {LineState} from '../../domain/crontab/survey.js'
import {color} from './color.js'
import {renderNextSteps} from './crontab-steps.js'
import type {CrontabView, DiscoveryView, LineView} from './crontab-view.js'
import type {Page} from './page.js'
import {type Sign, shownSign} from './signs.js'
import {widthOf} from './table.js'

const signs: Readonly<Record<LineState, Sign>> = {
  wrapped: {unicode: '✓', ascii: '.', paint: color.green},
  wrappable: {unicode: '+', ascii: '+', paint: color.cyan},
  left: {unicode: '=', ascii: '=', paint: color.dim},
  wrong: {unicode: '✗', ascii: 'X', paint: color.red},
  noted: {unicode: '!', ascii: '!', paint: color.yellow},
}

/** First how many lines there are and what they are, then each crontab with its lines, then what to type next. */
export function renderDiscovery(page: Page, discovery: DiscoveryView): string {
  const {counts, crontabs, unreadable, cron} = discovery
  const shown = crontabs.filter(({lines, crontab}) => lines.length > 0 || crontab.ignored !== undefined)
  const head = `${countText(counts.lines, 'line')} in ${countText(shown.length, 'crontab')}`
  const parts = [
    `${counts.wrapped} wrapped`,
    `${counts.wrappable} can be wrapped`,
    `${counts.left} left alone`,
    `${counts.wrong} ${counts.wrong === 1 ? 'is' : 'are'} wrong`,
  ]
  return [
    `${head}: ${parts.join(', ')}`,
    color.dim(`judged as ${cron.name} does`),
    '',
    ...unreadable.flatMap(({title, reason}) => [
      color.red(title),
      ...note(page, `cannot be read: ${reason}`, color.red),
    ]),
    ...shown.flatMap((one) => crontabLines(page, discovery, one)),
    ...periodicLines(page, discovery),
    ...renderNextSteps(page, discovery),
  ]
    .join('\n')
    .trimEnd()
}

function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function crontabLines(page: Page, {cron}: DiscoveryView, {crontab, lines}: CrontabView): readonly string[] {
  const widths = [
    widest(
      lines.map(({number}) => `${number}`),
      4,
    ),
    widest(
      lines.map(({schedule = ''}) => schedule),
      12,
    ),
    widest(
      lines.map(({user = ''}) => user),
      0,
    ),
    widest(
      lines.map(({job = ''}) => job),
      0,
    ),
  ]
  const refused = lines.find(({reason = ''}) => reason.startsWith('refused'))
  const dropped = refused && cron.kind === 'debian' && crontab.hasUsers
  return [
    color.bold(crontab.title),
    ...(crontab.ignored === undefined ? [] : note(page, crontab.ignored, color.yellow)),
    ...lines.flatMap((line) => lineRow(page, line, widths)),
    ...(dropped
      ? note(page, `because of line ${refused.number}, ${cron.name} ignores this whole file`, color.red)
      : []),
  ]
}

function lineRow(page: Page, line: LineView, widths: readonly number[]): readonly string[] {
  const {number, state, problem, schedule = '', user = '', job = '', warnings} = line
  const [numberWidth = 0, ...columns] = widths
  const cells = schedule === '' ? [] : [schedule, user, job].flatMap((cell, index) => cellOf(cell, columns[index] ?? 0))
  const head = [
    `${`${number}`.padStart(numberWidth)}  ${shownSign(page, problem === undefined ? signs[state] : signs.noted)}`,
    ...cells,
  ].join(' ')
  return [...withText(page, head, line), ...warnings.flatMap((warning) => note(page, warning, color.yellow))]
}

/** A column that no line of the crontab needs takes no room. */
function cellOf(cell: string, width: number): readonly string[] {
  return width === 0 ? [] : [`${cell}${' '.repeat(Math.max(0, width - widthOf(cell)))} `]
}

const fewestColumns = 24

/** Beside its columns a line has its command, which is cut at the width of a terminal, or its reason, which is wrapped. */
function withText(page: Page, head: string, {state, schedule, command = '', reason}: LineView): readonly string[] {
  const what = command.replaceAll(/ +/g, ' ')
  const room = page.isTerminal ? page.width - widthOf(head) - 1 : Number.POSITIVE_INFINITY
  if (room < fewestColumns) return [head.trimEnd(), ...note(page, reason ?? what, signs[state].paint, ' ')]
  if (reason === undefined) return [`${head} ${cut(page, what, room)}`.trimEnd()]
  if (state === 'wrong' && schedule !== undefined) return hanging(head, reason, room)
  const beside = room - widthOf(reason) - 3
  if (beside < 16) return [`${head} ${cut(page, what, room)}`, ...note(page, reason, color.dim, ' ')]
  return [`${head} ${[cut(page, what, beside), color.dim(`(${reason})`)].filter(Boolean).join(' ')}`]
}

function hanging(head: string, text: string, room: number): readonly string[] {
  const [first = '', ...rest] = Number.isFinite(room) ? wrapAnsi(text, room).split('\n') : [text]
  return [`${head} ${color.red(first)}`, ...rest.map((part) => `${' '.repeat(widthOf(head) + 1)}${color.red(part)}`)]
}

function cut({isUnicode}: Page, text: string, width: number): string {
  if (width === Number.POSITIVE_INFINITY || widthOf(text) <= width) return text
  const end = isUnicode ? '…' : '...'
  const [first = ''] = wrapAnsi(text, width - end.length - 1, {hard: true}).split('\n')
  return `${first} ${end}`
}

/** A text below a line. */
function note(page: Page, text: string, paint: (text: string) => string, sign = '!'): readonly string[] {
  const lines = page.isTerminal ? wrapAnsi(text, page.width - 9).split('\n') : [text]
  return lines.map((line, index) => `${index === 0 ? `      ${paint(sign)}  ` : '         '}${line}`)
}

function periodicLines(page: Page, {periodic}: DiscoveryView): readonly string[] {
  return [
    ...periodic.folders.flatMap(({path, files}) => [
      `${color.bold(path)} (left to the system)`,
      ...names(
        page,
        files.filter(({never}) => never === undefined).map(({name}) => name),
      ),
      ...files.flatMap(({name, never}) => (never ? note(page, `${name} never runs: ${never}`, color.yellow) : [])),
    ]),
    ...(periodic.anacron.length === 0 ? [] : [`${color.bold('/etc/anacrontab')} (left to the system)`]),
    ...periodic.anacron.map((line) => `         ${line}`),
  ]
}

function names(page: Page, files: readonly string[]): readonly string[] {
  if (files.length === 0) return []
  return wrapAnsi(files.join(', '), page.isTerminal ? page.width - 9 : 10_000)
    .split('\n')
    .map((line) => `         ${line}`)
}

/** A text that is wider has the rest of its line below, and does not widen its column. */
const widestColumn = 24

function widest(texts: readonly string[], least: number): number {
  const widths = texts.map((text) => widthOf(text)).filter((width) => width <= widestColumn)
  return widths.reduce((widest, width) => Math.max(widest, width), least)
}

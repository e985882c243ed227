import stringWidth from 'fast-string-width'
import {wrapAnsi} from 'fast-wrap-ansi'
import {readable} from '../../domain/crontab/line.js'
import type {LineState, SurveyedLine} from '../../domain/crontab/survey.js'
import type {Crontab} from '../../system/crontab/read-crontabs.js'
import type {Discovery, SurveyedCrontab} from '../../usecases/crontab/discover-crontabs.js'
import {color} from './color.js'
import {diffLines, shortTitle, withoutTabs} from './crontab-change.js'
import type {Page} from './page.js'

const signs: Readonly<
  Record<LineState, {readonly sign: string; readonly ascii: string; readonly paint: (text: string) => string}>
> = {
  wrapped: {sign: '✓', ascii: '.', paint: color.green},
  wrappable: {sign: '+', ascii: '+', paint: color.cyan},
  left: {sign: '=', ascii: '=', paint: color.dim},
  wrong: {sign: '✗', ascii: 'X', paint: color.red},
  noted: {sign: '!', ascii: '!', paint: color.yellow},
}

type CrontabView = Pick<SurveyedCrontab, 'lines'> & {readonly crontab: Omit<Crontab, 'bytes'>}
type DiscoveryView = Omit<Discovery, 'crontabs'> & {readonly crontabs: readonly CrontabView[]}

/** What is shown, without the bytes. Tabs are blanks, because they would be shown as control characters. */
export function discoveryView(discovery: Discovery): DiscoveryView {
  return {
    ...discovery,
    crontabs: discovery.crontabs.map(({crontab: {bytes: _, ...crontab}, lines}) => ({
      crontab,
      lines: lines.map(lineView),
    })),
  }
}

function lineView(line: SurveyedLine): SurveyedLine {
  const {text, command, wrapped} = line
  return {
    ...line,
    text: withoutTabs(text),
    ...(command !== undefined && {command: withoutTabs(command)}),
    ...(wrapped !== undefined && {wrapped: withoutTabs(readable(wrapped))}),
  }
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
    ...nextSteps(page, discovery),
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

function lineRow(page: Page, line: SurveyedLine, widths: readonly number[]): readonly string[] {
  const {number, state, schedule = '', user = '', job = '', warnings} = line
  const {sign, ascii, paint} = signs[state]
  const [numberWidth = 0, ...columns] = widths
  const cells = schedule === '' ? [] : [schedule, user, job].flatMap((cell, index) => cellOf(cell, columns[index] ?? 0))
  const head = [`${`${number}`.padStart(numberWidth)}  ${paint(isUtf8 ? sign : ascii)}`, ...cells].join(' ')
  return [...withText(page, head, line), ...warnings.flatMap((warning) => note(page, warning, color.yellow))]
}

/** A column that no line of the crontab needs takes no room. */
function cellOf(cell: string, width: number): readonly string[] {
  return width === 0 ? [] : [`${cell}${' '.repeat(Math.max(0, width - stringWidth(cell)))} `]
}

const fewestColumns = 24

/** Beside its columns a line has its command, which is cut at the width of a terminal, or its reason, which is wrapped. */
function withText(page: Page, head: string, {state, schedule, command, text, reason}: SurveyedLine): readonly string[] {
  const what = (command ?? text).replaceAll(/ +/g, ' ')
  const room = page.isTerminal ? page.width - stringWidth(head) - 1 : Number.POSITIVE_INFINITY
  if (room < fewestColumns) return [head.trimEnd(), ...note(page, reason ?? what, signs[state].paint, ' ')]
  if (reason === undefined) return [`${head} ${cut(what, room)}`.trimEnd()]
  if (state === 'wrong' && schedule !== undefined) return hanging(head, reason, room)
  const beside = room - stringWidth(reason) - 3
  if (beside < 16) return [`${head} ${cut(what, room)}`, ...note(page, reason, color.dim, ' ')]
  return [`${head} ${[cut(what, beside), color.dim(`(${reason})`)].filter(Boolean).join(' ')}`]
}

function hanging(head: string, text: string, room: number): readonly string[] {
  const [first = '', ...rest] = Number.isFinite(room) ? wrapAnsi(text, room).split('\n') : [text]
  return [
    `${head} ${color.red(first)}`,
    ...rest.map((part) => `${' '.repeat(stringWidth(head) + 1)}${color.red(part)}`),
  ]
}

function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  const [first = ''] = wrapAnsi(text, width - 2, {hard: true}).split('\n')
  return `${first} ${isUtf8 ? '…' : '...'}`
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

/** One line as it would become, and the commands that do it. */
function nextSteps(page: Page, {crontabs, userName}: DiscoveryView): readonly string[] {
  const all = crontabs.flatMap(({crontab, lines}) => lines.filter(isInstallable).map((line) => ({crontab, line})))
  const [example] = all
  if (!example) return []
  const own = all.filter(({crontab}) => crontab.path === undefined).length
  const {crontab, line} = example
  const place = crontab.path === undefined || crontab.path.startsWith('/etc/') ? '' : ` --file ${crontab.path}`
  const commands: [string, string][] =
    own > 0
      ? [
          [
            'guard crontab install',
            `the ${own === 1 ? 'line' : `${own} lines`} of ${userName}; shows the changes, then asks`,
          ],
        ]
      : place === ''
        ? []
        : [[`guard crontab install${place}`, 'shows the changes, then asks']]
  const others = all.some(({crontab: {path}}) => path?.startsWith('/etc/'))
  if (others) commands.push(['guard crontab install --all', 'also those of the system, as root'])
  return [
    '',
    ...[
      `--- ${shortTitle(crontab.title)}, line ${line.number}`,
      ...diffLines(page, {before: line.text, after: line.wrapped, hints: line.hints}),
    ].map((text) => `  ${text}`),
    '',
    ...commands.map(([command, what]) => `${command.padEnd(28)}${color.dim(what)}`),
    `${'guard crontab remove'.padEnd(28)}${color.dim('undoes it')}`,
  ]
}

function isInstallable({wrapped}: SurveyedLine): boolean {
  return wrapped !== undefined
}

function widest(texts: readonly string[], least: number): number {
  return Math.max(least, ...texts.map((text) => stringWidth(text)))
}

/** Whether the locale can show signs: that of cron and `LANG=C` cannot. */
const isUtf8 = /utf-?8/i.test(process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '')

export function discoveryToJson({cron, crontabs, unreadable, periodic, counts}: Discovery): object {
  return {
    cron: cron.kind,
    counts,
    crontabs: crontabs.map(({crontab, lines}) => ({
      file: crontab.path ?? null,
      title: crontab.title,
      ignored: crontab.ignored ?? null,
      lines: lines.map(lineToJson),
    })),
    unreadable,
    periodic,
  }
}

function lineToJson({
  number,
  state,
  text,
  schedule,
  user,
  command,
  job,
  reason,
  warnings,
  hints,
  wrapped,
}: SurveyedLine) {
  return {
    line: number,
    state,
    text,
    schedule: schedule ?? null,
    user: user ?? null,
    job: job ?? null,
    command: command ?? null,
    reason: reason ?? null,
    warnings,
    hints,
    becomes: wrapped === undefined ? null : readable(wrapped),
  }
}

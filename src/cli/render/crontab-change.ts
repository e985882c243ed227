import {wrapAnsi} from 'fast-wrap-ansi'
import type {PlannedChange, PlannedChanges} from '../../usecases/crontab/change-crontabs.js'
import type {Discovery} from '../../usecases/crontab/discover-crontabs.js'
import {color} from './color.js'
import type {Page} from './page.js'

type ChangeView = Pick<PlannedChange, 'lines' | 'endsLastLine' | 'kept'> & {readonly title: string}

/** What is shown, without the bytes. Tabs are blanks, because they would be shown as control characters. */
export function changeView({crontab: {title}, lines, endsLastLine, kept}: PlannedChange): ChangeView {
  const blank = (text: string | undefined) => (text === undefined ? undefined : withoutTabs(text))
  return {
    title,
    lines: lines.map((line) => ({...line, before: blank(line.before), after: blank(line.after)})),
    endsLastLine,
    kept,
  }
}

export function withoutTabs(text: string): string {
  return text.replaceAll('\t', ' ')
}

/** Each change as a diff of its lines. */
export function renderChanges(page: Page, changes: readonly ChangeView[]): string {
  return changes.map((change) => changeLines(page, change).join('\n')).join('\n\n')
}

export function renderUnreadable(_page: Page, unreadable: Discovery['unreadable']): string {
  return unreadable.map(({title, reason}) => `${color.red('cannot be read')}  ${title}: ${reason}`).join('\n')
}

export function renderLeft(_page: Page, left: PlannedChanges['left']): string {
  return left.map(({title, reason}) => `${color.yellow('left alone')}  ${title}: ${reason}`).join('\n')
}

function changeLines(page: Page, {title, lines, endsLastLine, kept}: ChangeView): readonly string[] {
  return [
    ...lines.flatMap((line) => [`--- ${shortTitle(title)}, ${place(line)}`, ...diffLines(page, line), '']),
    ...(endsLastLine ? [`--- ${shortTitle(title)}: its last line gets the newline that it lacks`, ''] : []),
    ...kept.map(({number, reason}) => `${color.yellow('stays')}  line ${number} of ${shortTitle(title)}: ${reason}`),
  ].slice(0, kept.length > 0 ? undefined : -1)
}

function place({number}: PlannedChange['lines'][number]): string {
  return number === undefined ? 'a new line' : `line ${number}`
}

type Diff = Pick<PlannedChange['lines'][number], 'before' | 'after' | 'hints'>

/** The former line and the new one. */
export function diffLines(page: Page, {before, after, hints}: Diff): readonly string[] {
  return [
    ...(before === undefined ? [] : hanging(page, color.red, `- ${before}`)),
    ...(after === undefined ? [] : hanging(page, color.green, `+ ${after}`)),
    ...hints.map((hint) => color.dim(`  hint: ${hint}`)),
  ]
}

/** On a terminal a long line goes on below, indented. Each part is coloured by itself. */
function hanging(page: Page, paint: (text: string) => string, text: string): readonly string[] {
  if (!page.isTerminal) return [paint(text)]
  const [first = '', ...rest] = wrapAnsi(text, page.width - 2, {trim: false, hard: true}).split('\n')
  return [paint(first.trimEnd()), ...rest.map((part) => paint(`  ${part.trim()}`))]
}

/** Without what explains it. */
export function shortTitle(title: string): string {
  return title.replace(/ \(.*\)$/, '')
}

/** @param backup of the former crontab; undefined if nothing was written */
export function changeToJson({crontab, lines, kept}: PlannedChange, backup: string | undefined): object {
  return {
    file: crontab.path ?? null,
    title: crontab.title,
    lines: lines.map(({number, job, before, after}) => ({
      line: number ?? null,
      job: job ?? null,
      before: before ?? null,
      after: after ?? null,
    })),
    kept: kept.map(({number, reason}) => ({line: number, reason})),
    backup: backup ?? null,
  }
}

import stringWidth from 'fast-string-width'
import {wrapAnsi} from 'fast-wrap-ansi'
import {color} from './color.js'
import type {Page} from './page.js'
import {withLocalTimes} from './times.js'

/** Columns of a text; most are ASCII, of which the length says it. */
export function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text)
}

/** The beginning of a line that is wider than so many columns, and a sign that it goes on. */
export function cutLine({isUnicode}: Page, line: string, columns: number): string {
  if (widthOf(line) <= columns) return line
  const [first = ''] = wrapAnsi(line, columns - 1, {trim: false, wordWrap: false}).split('\n')
  return `${first}${isUnicode ? '…' : '>'}`
}

export interface Row {
  readonly cells: readonly string[]
  /** Lines below it. */
  readonly notes?: readonly string[]
}

const between = '  '
/** With less room than this beside the other columns, the text of the last one stands below. */
const fewestColumns = 28

/**
 * Rows in columns, of which the last has long texts. On a terminal with headings, and the texts wrapped between words
 * with a hanging indent; else one line for each row, to be read by programs too.
 */
export function renderTable(page: Page, headings: readonly string[], rows: readonly Row[]): string {
  const headed = page.isTerminal && headings.length > 0
  const shown = headed ? [{cells: headings.map((heading) => color.dim(heading))}, ...rows.map(localRow(page))] : rows
  const widths = widthsOf(page, shown)
  return shown.flatMap((row) => (page.isTerminal ? wrapped(page, row, widths) : plain(row, widths))).join('\n')
}

function localRow(page: Page): (row: Row) => Row {
  const local = (text: string) => withLocalTimes(page, text)
  return ({cells, notes = []}) => ({cells: cells.map(local), notes: notes.map(local)})
}

/** All columns but the last; a name longer than its column stands on a line of its own. */
function widthsOf(page: Page, rows: readonly Row[]): readonly number[] {
  const columns = Math.max(0, ...rows.map(({cells}) => cells.length)) - 1
  return Array.from({length: columns}, (_, column) => {
    const widest = Math.max(...rows.map(({cells}) => widthOf(cells[column] ?? '')))
    return column === 0 && page.isTerminal ? Math.min(widest, Math.floor(page.width * 0.4)) : widest
  })
}

function plain({cells, notes = []}: Row, widths: readonly number[]): readonly string[] {
  return [inColumns(cells, widths), ...notes.map((note) => `${between}${note}`)]
}

function wrapped(page: Page, {cells, notes = []}: Row, widths: readonly number[]): readonly string[] {
  const [first = ''] = cells
  const isLong = widthOf(first) > (widths[0] ?? Number.POSITIVE_INFINITY)
  const head = isLong ? ['', ...cells.slice(1)] : cells
  const indent = widths.reduce((sum, width) => sum + width + between.length, 0)
  const text = head.at(-1) ?? ''
  const beside = page.width - indent
  const lines =
    widthOf(text) <= beside || (beside >= fewestColumns && widestWord(text) <= beside)
      ? hanging(inColumns(head.slice(0, -1), widths), text, {indent, width: page.width})
      : [inColumns(head.slice(0, -1), widths), ...textBelow(page, text)]
  return [...(isLong ? [first] : []), ...lines, ...notes.flatMap((note) => textBelow(page, note))]
}

function widestWord(text: string): number {
  return Math.max(...text.split(' ').map(widthOf))
}

function inColumns(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
    .join(between)
    .trimEnd()
}

function hanging(
  head: string,
  text: string,
  {indent, width}: {readonly indent: number; readonly width: number},
): readonly string[] {
  const [first = '', ...rest] = wrapAnsi(text, Math.max(fewestColumns, width - indent), {trim: true}).split('\n')
  const gap = ' '.repeat(Math.max(0, indent - widthOf(head)))
  return [`${head}${gap}${first}`.trimEnd(), ...rest.map((line) => `${' '.repeat(indent)}${line}`)]
}

/** A text of its own, indented, and more so where it goes on. */
function textBelow(page: Page, text: string): readonly string[] {
  if (text === '') return []
  const [first = '', ...rest] = wrapAnsi(text, page.width - 6, {trim: true, hard: true}).split('\n')
  return [`    ${first}`, ...rest.map((line) => `      ${line}`)]
}

/** A text of several sentences, wrapped between words on a terminal. */
export function renderText(page: Page, text: string): string {
  return page.isTerminal ? wrapAnsi(withLocalTimes(page, text), page.width, {hard: true}) : text
}

/**
 * A text of a page whose times are those of its zone. Its lines are indented, and wrapped between words on a terminal. A
 * word that is longer than a line is broken: the terminal would do it at the edge, and without the indent.
 */
export function indentedLines(page: Page, text: string, indent: number): readonly string[] {
  const local = withLocalTimes(page, text)
  const lines = page.isTerminal ? wrapAnsi(local, page.width - indent, {trim: true, hard: true}).split('\n') : [local]
  return lines.map((line) => `${' '.repeat(indent)}${line}`)
}

import type {Section, Sentence} from '../../domain/diagnose/sentence.js'
import type {Story} from '../../domain/diagnose/why.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {indentedLines, widthOf} from './table.js'
import {clockText, secondsText} from './times.js'

interface WhyOptions {
  /** Prints the records themselves below their sentences. */
  readonly records: boolean
}

const widest = 80

/** Columns of `14:15:52`, and of `26 Nov` with blanks. */
const timeWidth = 8

/** `guard why JOB`: the answer, then what it is known from, the newest first. */
export function renderStory(page: Page, {answer, sections, known, mend}: Story, options: WhyOptions): string {
  return [
    ...wrapped(page, color.bold(answer), 0),
    ...sections.flatMap((section) => ['', ...sectionLines(page, section, options)]),
    ...(known.length > 0 ? ['', ...wrapped(page, `${color.bold('What is known')}  ${known.join(' ')}`, 0)] : []),
    ...(mend.length > 0 ? ['', ...wrapped(page, `${color.bold('Next')}  ${mend.join('   or   ')}`, 0)] : []),
  ].join('\n')
}

function sectionLines(page: Page, {title, sentences}: Section, options: WhyOptions): readonly string[] {
  return [color.bold(title), ...sentences.flatMap((sentence) => sentenceLines(page, sentence, options))]
}

function sentenceLines(page: Page, {at, text, source}: Sentence, {records}: WhyOptions): readonly string[] {
  const time = at === undefined ? 'now' : dayOf(page, at)
  const id = typeof source?.record['id'] === 'string' ? source.record['id'] : undefined
  const from = source && id !== undefined ? `${source.journal} ${id.slice(0, 6)}` : ''
  const lines = withSource(page, wrapped(page, text, timeWidth + 4), from)
  const [first = '', ...rest] = lines
  const own = records && source ? [`    ${color.dim(JSON.stringify(source.record))}`] : []
  return [`  ${color.dim(time.padEnd(timeWidth))}  ${first.trimStart()}`, ...rest, ...own]
}

/** The name of the record stands at the right edge, where there is room for it beside the last line. */
function withSource(page: Page, lines: readonly string[], from: string): readonly string[] {
  if (from === '') return lines
  if (!page.isTerminal) return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}  [${from}]`]
  const last = lines.at(-1) ?? ''
  const gap = Math.min(page.width, widest) - widthOf(last) - from.length
  if (gap >= 2) return [...lines.slice(0, -1), `${last}${' '.repeat(gap)}${color.dim(from)}`]
  return [...lines, `${' '.repeat(Math.max(0, Math.min(page.width, widest) - from.length))}${color.dim(from)}`]
}

/** The time of today, else the day with the time. */
function dayOf(page: Page, at: number): string {
  const text = clockText(page, at)
  return text.length > 5 ? text : secondsText(page, at)
}

/** Long lines are hard to read, however wide the terminal is. */
function wrapped(page: Page, text: string, indent: number): readonly string[] {
  return indentedLines({...page, width: Math.min(page.width, widest)}, text, indent)
}

/** The same for `--json`. */
export function storyToJson({job, answer, sections, known, mend}: Story): object {
  return {
    job,
    answer,
    sections: sections.map(({title, sentences}) => ({
      title,
      sentences: sentences.map(({at, text, source}) => ({
        ...(at !== undefined && {at: new Date(at).toISOString()}),
        text,
        ...(source && {journal: source.journal, record: source.record}),
      })),
    })),
    known,
    mend,
  }
}

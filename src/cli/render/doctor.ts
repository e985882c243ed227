import {wrapAnsi} from 'fast-wrap-ansi'
import type {Finding, FindingLevel} from '../../domain/diagnose/finding.js'
import type {Fixed} from '../../usecases/diagnose/doctor/fix.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {type Sign, shownSign} from './signs.js'
import {headTime} from './times.js'

/** What was found, and done. */
export interface Diagnosis {
  readonly host: string
  /** What is wrong first. */
  readonly findings: readonly Finding[]
  readonly fixed: readonly Fixed[]
  readonly exitCode: number
}

const signs: Readonly<Record<FindingLevel, Sign>> = {
  wrong: {unicode: '✗', ascii: 'X', paint: color.red},
  look: {unicode: '!', ascii: '!', paint: color.yellow},
  well: {unicode: '✓', ascii: '.', paint: color.green},
}

export function levelSign(page: Page, level: FindingLevel): string {
  return shownSign(page, signs[level])
}

/** On a terminal a paragraph for each complaint, in a pipe a line; what is well in one paragraph. */
export function renderDoctor(page: Page, diagnosis: Diagnosis): string {
  const {findings, fixed} = diagnosis
  const complaints = findings.filter(({level}) => level !== 'well')
  const well = findings.filter(({level}) => level === 'well').map(({what}) => what)
  const lines = [
    ...(page.isTerminal ? [head(page, diagnosis), ''] : []),
    ...fixed.flatMap((each) => fixedLines(page, each)),
    ...complaints.flatMap((each) => (page.isTerminal ? paragraph(page, each) : [findingLine(page, each)])),
    ...(well.length > 0 ? wrapped(page, `${levelSign(page, 'well')} ${well.join(', ')}`, '  ') : []),
    ...(page.isTerminal ? [''] : []),
    ...wrapped(page, summary(diagnosis, complaints), ''),
  ]
  return lines.join('\n')
}

function head(page: Page, {host}: Diagnosis): string {
  const [title, time] = [`guard doctor on ${host}`, headTime(page)]
  const gap = page.width - title.length - time.length
  return gap < 2 ? `${title}\n${time}` : `${title}${' '.repeat(gap)}${time}`
}

function paragraph(page: Page, each: Finding): readonly string[] {
  const {level, what, proof} = each
  const mend = mendText(each)
  return [
    ...wrapped(page, `${levelSign(page, level)} ${color.bold(what)}`, '  '),
    ...(proof === '' ? [] : wrapped(page, `    ${proof}`, '    ')),
    ...(mend === '' ? [] : wrapped(page, `    Mend: ${mend}`, '          ')),
  ]
}

/** A finding in one line, as in a pipe. */
export function findingLine(page: Page, each: Finding): string {
  const {level, what, proof} = each
  const mend = mendText(each)
  return `${levelSign(page, level)} ${what}${proof === '' ? '' : `: ${proof}`}${mend === '' ? '' : `; mend: ${mend}`}`
}

function mendText({mend, note}: Finding): string {
  if (mend === undefined || note === undefined) return mend ?? note ?? ''
  return `${mend}   (${note})`
}

function fixedLines(page: Page, {ok, what, undo}: Fixed): readonly string[] {
  const done = ok ? color.green('fixed') : color.red('not fixed')
  const back = undo === undefined ? '' : `; to undo it: ${undo}`
  return wrapped(page, `${done}: ${what}${back}`, '  ')
}

function summary({findings, exitCode}: Diagnosis, complaints: readonly Finding[]): string {
  const count = (level: FindingLevel) => findings.filter((each) => each.level === level).length
  const hint = complaints.some(({fixable}) => fixable) ? '--fix does the harmless ones, ' : ''
  return `${count('wrong')} to mend, ${count('look')} to look at. exit ${exitCode}; ${hint}--json has all`
}

/** Breaks between words, with an indent from the second line on. A text has its own indent at its beginning. */
export function wrapped({isTerminal, width}: Page, text: string, indent: string): readonly string[] {
  if (!isTerminal) return [text]
  const own = /^ */.exec(text)?.[0] ?? ''
  const [first = '', ...rest] = wrapAnsi(text.trimStart(), width - Math.max(own.length, indent.length)).split('\n')
  return [`${own}${first}`, ...rest.map((each) => `${indent}${each}`)]
}

export function doctorToJson({findings, fixed, host, exitCode}: Diagnosis, nowMs: number): object {
  return {
    at: new Date(nowMs).toISOString(),
    host,
    level: (['well', 'look', 'wrong'] as const)[exitCode],
    findings: findings.map(({mend, note, ...each}) => ({...each, mend: mend ?? null, note: note ?? null})),
    fixed,
  }
}

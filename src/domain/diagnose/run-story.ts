import {span} from '../clock/span.js'
import {nonEmptyText} from '../journal/non-empty-text.js'
import type {RawRecord} from '../journal/record.js'
import {recordSentence, type Section, type Sentence} from './sentence.js'

/** How one run went: a sentence for each of its records, the newest first. */
export function runSentences(records: readonly RawRecord[]): readonly Sentence[] {
  return records.flatMap((record) => {
    const text = textOf(record)
    return text === undefined ? [] : [recordSentence('runs', record, text)]
  })
}

function textOf(record: RawRecord): string | undefined {
  switch (record['kind']) {
    case 'started':
      return startText(record)
    case 'attempt-ended':
      return `Attempt ${numberOf(record['attempt'])} ${endText(record)}.`
    case 'step-ended':
      return stepText(record)
    case 'ended':
      return `The run ${endText(record)}${detailText(record)}.${record['recovered'] === true ? ' A recovery has helped.' : ''}`
    case 'cancelled':
      return `It was cancelled by run ${textField(record, 'byRun') ?? 'another one'} (overlap: cancel-other).`
    case 'interrupted':
      return `It was found interrupted: ${textField(record, 'reason') ?? 'its processes are gone'}.`
    case 'skipped':
      return `It was skipped: ${textField(record, 'reason') ?? 'no reason is on record'}.`
    default:
      return undefined
  }
}

function startText({token, process, unfenced}: RawRecord): string {
  const without = unfenced === true ? 'without the lease of its fleet' : 'without a lease'
  const lease = typeof token === 'number' ? `with token ${token}` : without
  const {pid} = (process ?? {}) as {readonly pid?: unknown}
  return `Started ${lease}${typeof pid === 'number' ? `, process ${pid}` : ''}.`
}

/** `ended failed with exit 3 after 19s, uw-socket` */
function endText(record: RawRecord): string {
  const {exitCode, durationMs} = record
  const signal = textField(record, 'signal')
  const exit = typeof exitCode === 'number' ? ` with exit ${exitCode}` : ''
  const cause = textField(record, 'class')
  return [
    `ended ${textField(record, 'outcome') ?? 'failed'}${signal === undefined ? exit : ` by ${signal}`}`,
    typeof durationMs === 'number' ? ` after ${durationText(durationMs)}` : '',
    cause === undefined || cause === 'unknown' ? '' : `, class ${cause}`,
  ].join('')
}

/** Spans of less than a second in milliseconds. */
export function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : span(ms)
}

function detailText(record: RawRecord): string {
  const detail = textField(record, 'detail')
  return detail === undefined || detail === record['outcome'] ? '' : `: ${detail}`
}

function stepText(record: RawRecord): string {
  const [what, evidence] = [textField(record, 'do') ?? 'a step', textField(record, 'evidence')]
  const service = textField(record, 'service')
  const name = `${what}${service === undefined ? '' : ` ${service}`}`
  if (what === 'refused') return `No further recovery: ${evidence ?? 'its budget is spent'}.`
  const {ok, durationMs, suppressed} = record
  if (suppressed === true) return `${name} was not raised again: ${evidence ?? 'it was raised a short time before'}.`
  const took = typeof durationMs === 'number' ? ` in ${durationText(durationMs)}` : ''
  return `Recovery step ${name} ${ok === true ? 'worked' : 'failed'}${took}${evidence === undefined ? '' : `: ${evidence}`}.`
}

/** Why the last attempt of a run that ended badly was not repeated. */
export function retrySection(records: readonly RawRecord[]): readonly Section[] {
  const sentences = records.flatMap((record) => {
    const why = record['kind'] === 'ended' ? textField(record, 'notRetried') : undefined
    return why === undefined ? [] : [recordSentence('runs', record, `${capitalized(why)}.`)]
  })
  return sentences.length === 0 ? [] : [{title: 'Why it was not tried again', sentences}]
}

export function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

export function textField(record: RawRecord, name: string): string | undefined {
  return nonEmptyText(record[name])
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

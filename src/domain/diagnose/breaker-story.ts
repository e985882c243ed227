import {type Breaker, breakerState} from '../breaker/breaker.js'
import type {ClockReading} from '../clock/reading.js'
import {span} from '../clock/span.js'
import type {RawRecord} from '../journal/record.js'
import {textField} from './run-story.js'
import {recordSentence, type Section} from './sentence.js'

export interface BreakerRecords {
  readonly target: string
  readonly state: Breaker | undefined
  /** Newest first. */
  readonly records: readonly RawRecord[]
}

/** Why runs of the job are refused, as long as its breaker is not closed. */
export function breakerSection({
  breaker,
  now,
}: {
  readonly breaker: BreakerRecords | undefined
  readonly now: ClockReading
}): readonly Section[] {
  if (!breaker?.state || breakerState(breaker.state, now) === 'closed') return []
  const sentences = breaker.records.flatMap((record) => {
    const text = breakerText(record, breaker.target)
    return text === undefined ? [] : [recordSentence('breakers', record, text)]
  })
  return [{title: `Why the breaker of ${breaker.target} is ${breakerState(breaker.state, now)}`, sentences}]
}

function breakerText(record: RawRecord, target: string): string | undefined {
  const {kind, openForMs} = record
  const reason = textField(record, 'reason')
  const why = reason === undefined ? '' : `: ${reason}`
  if (kind === 'opened')
    return `${target} was opened${typeof openForMs === 'number' ? ` for ${span(openForMs)}` : ''}${why}.`
  if (kind === 'isolated') return `${target} was held open by hand${why}.`
  return kind === 'probing' ? `One call was let through to try ${target}.` : undefined
}

import {missedBy} from '../delivery/outbox-fields.js'
import type {RawRecord} from '../journal/record.js'
import {textField} from './run-story.js'
import {recordSentence, type Section, type Sentence} from './sentence.js'

interface DeliveryRecords {
  /** Of the journal of deliveries, newest first. */
  readonly deliveries: readonly RawRecord[]
  readonly job: string
  /** Wall clock, ms: what was said before is about other trouble. */
  readonly sinceMs: number
}

/** Who was told of a job's trouble, who was not, and why. */
export function toldSection(records: DeliveryRecords): readonly Section[] {
  const sentences = toldSentences(records)
  return sentences.length === 0 ? [] : [{title: 'Who was told', sentences}]
}

function toldSentences({deliveries, job, sinceMs}: DeliveryRecords): readonly Sentence[] {
  const recent = deliveries.filter(({at}) => typeof at === 'number' && at >= sinceMs)
  const noted = recent.filter((one) => one['kind'] === 'noted' && one['subject'] === job)
  const groups = new Set(noted.map((one) => one['group']))
  const messages = new Map<unknown, Pending>()
  for (const record of recent) {
    const message = record['message'] as RawRecord | undefined
    if (record['kind'] !== 'pending' || typeof message !== 'object' || message === null) continue
    if (record['job'] !== job && !groups.has(message['group'])) continue
    messages.set(message['id'], {channel: String(message['channel']), what: whatOf(message)})
  }
  return recent.flatMap((record) => {
    const text = textOf(record, {messages, groups, job})
    return text === undefined ? [] : [recordSentence('deliveries', record, text)]
  })
}

interface Pending {
  readonly channel: string
  /** What it is about. */
  readonly what: string
}

interface Known {
  readonly messages: ReadonlyMap<unknown, Pending>
  readonly groups: ReadonlySet<unknown>
  readonly job: string
}

const whatWasSaid: Readonly<Record<string, string>> = {
  trouble: 'the trouble',
  recovery: 'the recovery',
  digest: 'a digest',
}

/** A notice is not about the incident, so its own words say what it is. */
function whatOf(message: RawRecord): string {
  const title = textField(message, 'title')
  return whatWasSaid[String(message['kind'])] ?? (title === undefined ? 'it' : JSON.stringify(title))
}

function textOf(record: RawRecord, {messages, groups, job}: Known): string | undefined {
  const {kind} = record
  if (kind === 'suppressed') {
    if (record['job'] !== job && !groups.has(record['group'])) return undefined
    return `${textField(record, 'channel') ?? 'a channel'} was not told: ${textField(record, 'reason') ?? 'no reason is on record'}.`
  }
  const message =
    kind === 'pending' ? messages.get((record['message'] as RawRecord)['id']) : messages.get(record['message'])
  if (!message) return undefined
  const {what} = message
  if (kind === 'pending') return `A message for ${message.channel} about ${what} was written.`
  if (kind === 'sent') {
    const missed = missedBy(record['receipt'], record['reason'])
    return `${message.channel} was told of ${what}${missed === undefined ? '' : `, but ${missed}`}.`
  }
  if (kind === 'dropped')
    return `The message for ${message.channel} was dropped by hand: ${textField(record, 'reason') ?? ''}.`
  if (kind !== 'failed') return undefined
  const end = record['final'] === true ? 'and is given up' : 'and is tried again'
  return `The message to ${message.channel} did not arrive (${textField(record, 'reason') ?? 'no reason'}) ${end}.`
}

import type {Fold} from '../journal/fold.js'
import {type Entry, hasFields, isTime, type RawRecord} from '../journal/record.js'
import type {AlertLevel} from '../settings/job.js'

/**
 * An alert is a message that a person must see: one line of `alerts.jsonl`. Whether, when and through which channel it
 * is sent is decided later, by the delivery; raising an alert never waits for a network.
 */

/** From the least severe to the most severe. */
export const alertLevels: readonly AlertLevel[] = ['INFO', 'WARNING', 'CRITICAL']

/** An alert before it is written. */
export interface Alert {
  readonly level: AlertLevel
  /** The part of guard that raises it: `watchdog`, `reset-daemon`, a job's name. */
  readonly component: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  readonly job?: string | undefined
  /** Of two alerts with the same key the second is void; without a key every alert counts. */
  readonly key?: string | undefined
}

/** Key of the details of an alert that is not sent, because the trouble of these jobs says the same and has an end. */
export const toldAsTroubleOf = 'toldAsTroubleOf'

/** An alert as a line of the journal. */
export interface RaisedAlert extends Entry {
  readonly kind: 'raised'
  /** ISO 8601 UTC, for people and for programs that know nothing of `at`; empty if another program has said none. */
  readonly timestamp: string
  readonly level: AlertLevel
  readonly component: string
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
  readonly key?: string
  /** Of the process that raised it: its channels are told. */
  readonly settingsFile?: string
}

/** What the journal remembers of alerts: which keyed ones were raised. */
export interface AlertsState {
  /** Key → wall clock time in milliseconds, oldest first. */
  readonly raised: Map<string, number>
  /** Key → number of the line that counts. */
  readonly numbers: Map<string, number>
  /** How many lines there have been, those of other programs and void ones included: the number of the last alert. */
  count: number
}

/** A line takes at most 64 KiB; a message or its details longer than this are cut. Characters. */
const longestMessage = 4000
const longestDetails = 8000

/** A key is needed until it stands on record elsewhere that its alert was raised, or while a process repeats it. */
const keptKeys = 5000

export function alertEntry(alert: Alert, atMs: number): RaisedAlert {
  const {level, component, message, details, job, key} = alert
  return {
    kind: 'raised',
    timestamp: new Date(atMs).toISOString(),
    level,
    component,
    message: message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message,
    details: fitted(details),
    ...(job !== undefined && {job}),
    ...(key !== undefined && {key}),
  }
}

function fitted(details: Alert['details']): Alert['details'] {
  const text = JSON.stringify(details)
  return text.length <= longestDetails ? details : {cut: `${text.slice(0, longestDetails)}…`}
}

/** If two processes raise the alert of one key at once, the first line counts. */
export const alertsFold: Fold<AlertsState> = {
  empty: () => ({raised: new Map(), numbers: new Map(), count: 0}),
  apply(state, record) {
    state.count += 1
    const {key} = record
    if (typeof key !== 'string') return 'ok'
    if (state.raised.has(key)) return 'void'
    state.raised.set(key, typeof record['at'] === 'number' ? record['at'] : 0)
    const oldest = state.raised.size > keptKeys ? state.raised.keys().next().value : undefined
    state.numbers.set(key, state.count)
    if (oldest !== undefined) {
      state.raised.delete(oldest)
      state.numbers.delete(oldest)
    }
    return 'ok'
  },
  // In columns: a pair for each of thousands of keys takes several times as long to parse.
  save: ({raised, numbers, count}): SavedAlerts => ({
    keys: [...raised.keys()],
    at: [...raised.values()],
    numbers: [...numbers.values()],
    count,
  }),
  restore: (saved) => {
    const {keys = [], at = [], numbers = [], count} = saved as SavedAlerts
    const state: AlertsState = {raised: new Map(), numbers: new Map(), count}
    for (const [index, key] of keys.entries()) {
      state.raised.set(key, at[index] ?? 0)
      state.numbers.set(key, numbers[index] ?? 0)
    }
    return state
  },
}

interface SavedAlerts {
  readonly keys?: readonly string[]
  readonly at?: readonly number[]
  readonly numbers?: readonly number[]
  readonly count: number
}

/** Reads a line of the alerts journal, also one that another program wrote (`echo '{"level":…,"message":…}' >>`). */
export function parseAlert(record: RawRecord): RaisedAlert | undefined {
  if (!hasFields(record, {level: 'string', message: 'string'})) return undefined
  const level = alertLevels.find((known) => known === String(record['level']).toUpperCase())
  if (!level) return undefined
  const {job, key, settingsFile, ...rest} = record
  return {
    ...rest,
    ...(typeof job === 'string' && {job}),
    ...(typeof key === 'string' && {key}),
    ...(typeof settingsFile === 'string' && {settingsFile}),
    kind: 'raised',
    level,
    timestamp: timestampOf(record),
    component: typeof record['component'] === 'string' ? record['component'] : 'unknown',
    message: String(record['message']),
    details: detailsOf(record['details']),
  }
}

function timestampOf({timestamp, at}: RawRecord): string {
  if (typeof timestamp === 'string') return timestamp
  return isTime(at) ? new Date(at).toISOString() : ''
}

function detailsOf(details: unknown): Alert['details'] {
  if (typeof details === 'object' && details !== null) return details as Alert['details']
  return details === undefined ? {} : {text: details}
}

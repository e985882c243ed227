import type {AlertsState} from '../../domain/alert/alert.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import type {RawRecord} from '../../domain/journal/record.js'
import type {Journal} from '../../journal/journal.js'

interface NewAlertsDeps {
  readonly alerts: Pick<Journal<AlertsState>, 'read' | 'newestFirst'>
  readonly outbox: Pick<Journal<OutboxState>, 'read'>
}

interface NewAlert {
  /** Among all lines of the journal, from 1. */
  readonly number: number
  readonly record: RawRecord
}

interface NewAlerts {
  /** Oldest first. */
  readonly fresh: readonly NewAlert[]
  /** The journal was emptied since the last alert was taken, so that numbers begin again. */
  readonly isRecounted: boolean
}

/** Whether a journal has alerts that are not taken, or fewer than were taken, since it was emptied. */
export function hasNewAlerts({count}: AlertsState, {taken}: OutboxState): boolean {
  return count !== taken
}

/** What a line is known by once its number may have changed; other programs give no id. */
export function markOf(record: RawRecord): string {
  const {id} = record
  return typeof id === 'string' ? id.slice(0, 100) : JSON.stringify(record).slice(0, 200)
}

/** The alerts that are not taken. Reads the journal back to the last one that was. */
export function newAlerts({alerts, outbox}: NewAlertsDeps): NewAlerts {
  for (;;) {
    const {count} = alerts.read()
    // Also if the numbers agree: an emptied journal may have as many lines again.
    const found = sinceTaken(alerts.newestFirst(), count, outbox.read())
    // A line that was written meanwhile would shift the numbers.
    if (alerts.read().count === count) return {...found, fresh: [...found.fresh].reverse()}
  }
}

/** Newest first. */
function sinceTaken(records: Iterable<RawRecord>, count: number, {taken, takenAs, takenAtMs}: OutboxState): NewAlerts {
  const fresh: NewAlert[] = []
  let isRecounted = count < taken
  let number = count
  for (const record of records) {
    if (number <= taken) {
      isRecounted ||= takenAs !== undefined && markOf(record) !== takenAs
      // The lines before the first one of the emptied file are its history.
      if (!isRecounted || (typeof record['at'] === 'number' && record['at'] <= takenAtMs)) break
    }
    fresh.push({number, record})
    number -= 1
  }
  return {fresh, isRecounted}
}

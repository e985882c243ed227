import {type Alert, type AlertsState, alertEntry} from '../../domain/alert/alert.js'
import type {StampedEntry} from '../../domain/journal/record.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

interface RaiseAlertDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly alerts: Pick<Journal<AlertsState>, 'read' | 'append' | 'note'>
}

/** How use cases call a person. Throws GuardError `io` if the journal cannot be written. */
export type RaiseAlert = (alert: Alert) => void

/**
 * Writes one alert into the journal, durably, because a person acts on it. Of two processes that raise one key at once
 * both write a line, and the first counts.
 *
 * @returns undefined if an alert with the same key was raised before
 */
export function raiseAlert({alerts, clock}: RaiseAlertDeps, alert: Alert): StampedEntry | undefined {
  const entry = alertEntry(alert, clock.now())
  if (alert.key === undefined) return alerts.note(entry, 'durable')
  if (alerts.read().raised.has(alert.key)) return undefined
  const {record, verdict} = alerts.append(entry, 'durable')
  return verdict === 'ok' ? record : undefined
}

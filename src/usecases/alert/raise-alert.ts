import {type Alert, type AlertsState, alertEntry} from '../../domain/alert/alert.js'
import type {StampedEntry} from '../../domain/journal/record.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

interface RaiseAlertDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly alerts: Pick<Journal<AlertsState>, 'append' | 'note'>
}

/** The port through which use cases speak to humans. Throws GuardError `io` when the journal cannot be written. */
export type RaiseAlert = (alert: Alert) => void

/**
 * Writes one alert into the journal, durably, because somebody will be woken by it. Returns the record, or undefined
 * when an alert with the same key was raised before.
 */
export function raiseAlert({alerts, clock}: RaiseAlertDeps, alert: Alert): StampedEntry | undefined {
  const entry = alertEntry(alert, clock.now())
  if (alert.key === undefined) return alerts.note(entry, 'durable')
  const {record, verdict} = alerts.append(entry, 'durable')
  return verdict === 'ok' ? record : undefined
}

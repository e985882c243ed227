import type {AlertsState} from '../../domain/alert/alert.js'
import {alertStream} from '../../journal/failure-streams.js'
import type {Journal} from '../../journal/journal.js'
import type {Guard} from '../guard.js'

/** What the commands that show alerts need. */
export function wireAlerts(guard: Guard): {readonly alerts: Journal<AlertsState>} {
  return {alerts: guard.journal(alertStream)}
}

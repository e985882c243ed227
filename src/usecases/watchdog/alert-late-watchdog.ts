import type {AlertsState} from '../../domain/alert/alert.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {Lease} from '../../domain/lease/lease.js'
import {type LateWatchdogPolicy, lateWatchdogAlert} from '../../domain/watchdog/late-watchdog-alert.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import {raiseAlert} from '../alert/raise-alert.js'

export interface LateWatchdogDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly alerts: Pick<Journal<AlertsState>, 'read' | 'append' | 'note'>
  readonly policy: LateWatchdogPolicy
  readonly warn: (text: string) => void
}

/**
 * Warns that the watchdog is late, unless another run has warned: the alert is their shared record. So cron sends one
 * mail and not one for each run.
 */
export function alertLateWatchdog(deps: LateWatchdogDeps, lease: Lease, seen: ClockReading): void {
  const alert = lateWatchdogAlert(lease, seen, deps.policy)
  if (alert && isNews(deps, alert)) deps.warn(alert.message)
}

/** If the journal cannot be used, every run warns. */
function isNews(deps: LateWatchdogDeps, alert: Parameters<typeof raiseAlert>[1]): boolean {
  try {
    if (alert.key !== undefined && deps.alerts.read().raised.has(alert.key)) return false
    return raiseAlert(deps, alert) !== undefined
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return true
  }
}

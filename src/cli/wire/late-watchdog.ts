import type {ClockReading} from '../../domain/clock/reading.js'
import type {Lease} from '../../domain/lease/lease.js'
import {alertStream} from '../../journal/failure-streams.js'
import {alertLateWatchdog} from '../../usecases/watchdog/alert-late-watchdog.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../stderr.js'

/** Loaded only by a run that saw a late watchdog. */
export function alertIfLate(guard: Guard, lease: Lease, seen: ClockReading): void {
  const {clock, settings} = guard
  alertLateWatchdog(
    {clock, alerts: guard.journal(alertStream), policy: settings.watchdog, warn: printWarning},
    lease,
    seen,
  )
}

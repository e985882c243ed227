import type {Lease, Moment} from '../../domain/lease/lease.js'
import {alertStream} from '../../journal/other-streams.js'
import {reportLateWatchdog} from '../../usecases/watchdog/alert-late-watchdog.js'
import type {Guard} from '../guard.js'
import {tell} from '../stderr.js'

/** Loaded only by a run that saw a late watchdog. */
export function tellOfWatchdog(guard: Guard, lease: Lease, seen: Moment): void {
  const {clock, settings} = guard
  reportLateWatchdog({clock, alerts: guard.journal(alertStream), policy: settings.watchdog, tell}, lease, seen)
}

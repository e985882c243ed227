import type {HolderSettings} from '../../domain/lease/settings-round.js'
import {watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {isNamed} from '../../domain/watchdog/watch-list.js'
import {type SeenWatchdog, seenWatchdogs} from '../../domain/watchdog/watchdogs.js'
import {isLeftToWatchdog} from '../../domain/watchdog/who-judges.js'
import {incidentStream} from '../../journal/failure-streams.js'
import {readBootRef} from '../../system/host/host.js'
import type {Guard} from '../guard.js'

/** What the rounds of this process say of its settings. */
export function holderSettings({settings: {file, watchdog, alerting}}: Pick<Guard, 'settings'>): HolderSettings {
  return {settingsFile: file ?? '', lateAfterMs: watchdog.lateAfterMs, sends: alerting.routes.length > 0}
}

/** The watchdogs of the state directory, as their lease shows them now. */
export function watchdogsNow(guard: Guard): readonly SeenWatchdog[] {
  const {clock, leases} = guard
  const now = {at: clock.now(), mono: clock.mono(), ...readBootRef()}
  return seenWatchdogs(leases().read().byJob.get(watchdogLease), now, holderSettings(guard))
}

/** Whether one of them makes its rounds and judges the job. */
export function isLeft({settings, journal}: Guard, job: string, watchdogs: readonly SeenWatchdog[]): boolean {
  return isLeftToWatchdog(watchdogs, {
    settingsFile: settings.file ?? '',
    isNamed: isNamed(job, settings),
    watches: () => journal(incidentStream).read().jobs.get(job)?.watches ?? [],
  })
}

import type {AlertsState} from '../../domain/alert/alert.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {Leases} from '../../domain/lease/lease.js'
import {watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {ownWatchdog, seenWatchdogs} from '../../domain/watchdog/watchdogs.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

interface NoticeDeps {
  readonly clock: Clock
  readonly readClock: () => ClockReading
  /** Empty without one. */
  readonly settingsFile: string
  readonly lateAfterMs: number
  /** While it stays late, it is said again after so long. */
  readonly repeatMs: number
  /** Called only if the watchdog is late. */
  readonly openAlerts: () => Promise<Journal<AlertsState>>
  readonly log: (text: string) => void
  readonly warn: (text: string) => void
}

interface LateWatchdog {
  /** Looks for the watchdog of the settings, or for any other, among those that are read for the claim anyway. */
  readonly sawLeases: (leases: Leases) => void
  /** Raises the alert once the run is over, so that the run does not wait for it. @returns whether this run has raised it */
  readonly alertIfLate: () => Promise<boolean>
}

/**
 * Every run checks whether the watchdog is late, because a watchdog that has stopped cannot report itself. One run says
 * so for all, so that cron sends one mail and not one for each run.
 */
export function noticeLateWatchdog(deps: NoticeDeps): LateWatchdog {
  let late: {readonly claimId: string; readonly message: string} | undefined
  return {
    sawLeases: ({byJob}) => {
      const lease = byJob.get(watchdogLease)
      if (!lease) return
      const seen = seenWatchdogs(lease, deps.readClock(), deps)
      const watchdog = ownWatchdog(seen, deps.settingsFile)
      const of = seen.length > 1 && watchdog?.settingsFile ? ` of ${watchdog.settingsFile}` : ''
      late =
        watchdog?.state.is === 'late'
          ? {
              claimId: watchdog.claimId,
              message: `the watchdog${of} is late: ${watchdog.state.reason}; the jobs are not watched`,
            }
          : undefined
    },
    alertIfLate: async () => {
      if (!late) return false
      // Loaded late: most watchdogs are on time.
      const {sayOnce} = await import('../alert/say-once.js')
      const {claimId, message} = late
      const saying = {component: watchdogLease, message, reason: `late-watchdog:${claimId}`}
      const isNews = sayOnce({...deps, alerts: await deps.openAlerts()}, saying)
      if (isNews) deps.warn(message)
      return isNews
    },
  }
}

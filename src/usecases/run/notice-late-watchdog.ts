import type {AlertsState} from '../../domain/alert/alert.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {Lease, Leases} from '../../domain/lease/lease.js'
import {heartbeatState, watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import type {LateWatchdogPolicy} from '../../domain/watchdog/late-watchdog-alert.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

interface NoticeDeps {
  readonly clock: Clock
  readonly readClock: () => ClockReading
  readonly policy: LateWatchdogPolicy
  /** Called only if the watchdog is late. */
  readonly openAlerts: () => Promise<Journal<AlertsState>>
  readonly warn: (text: string) => void
}

interface LateWatchdog {
  /** Looks for the watchdog's lease among those that are read for the claim anyway. */
  readonly sawLeases: (leases: Leases) => void
  /** Raises the alert once the run is over, so that the run does not wait for it. */
  readonly alertIfLate: () => Promise<void>
}

/** Every run checks whether the watchdog is late, because a watchdog that has stopped cannot report itself. */
export function noticeLateWatchdog(deps: NoticeDeps): LateWatchdog {
  let late: {readonly lease: Lease; readonly seen: ClockReading} | undefined
  return {
    sawLeases: ({byJob}) => {
      const lease = byJob.get(watchdogLease)
      if (!lease) return
      const seen = deps.readClock()
      late = heartbeatState(lease, seen, deps.policy.lateAfterMs).is === 'late' ? {lease, seen} : undefined
    },
    alertIfLate: async () => {
      if (!late) return
      // Loaded late: most watchdogs are on time.
      const {alertLateWatchdog} = await import('../watchdog/alert-late-watchdog.js')
      alertLateWatchdog({...deps, alerts: await deps.openAlerts()}, late.lease, late.seen)
    },
  }
}

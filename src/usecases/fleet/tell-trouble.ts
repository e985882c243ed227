import type {Alert, AlertsState} from '../../domain/alert/alert.js'
import type {StoreTrouble} from '../../domain/fleet/known.js'
import {faultText} from '../../domain/fleet/refusal.js'
import {storeName} from '../../domain/fleet/store-name.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import {raiseAlert} from '../alert/raise-alert.js'

interface TellDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly alerts: Pick<Journal<AlertsState>, 'read' | 'append' | 'note'>
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
}

const component = 'fleet'

/**
 * Raises one alert when the store of the fleet fails this host, and one when it answers again, however many jobs ask.
 *
 * @returns whether this process has raised it
 */
export function tellTrouble(deps: TellDeps, trouble: StoreTrouble, is: 'begun' | 'over'): boolean {
  const begun = begunAlert(trouble)
  try {
    // The end of trouble that was never told is not news.
    if (is === 'over' && !deps.alerts.read().raised.has(begun.key)) return false
    const alert = is === 'begun' ? begun : overAlert(trouble, begun.key)
    if (!raiseAlert(deps, alert)) return false
    deps.log(`${component}: ${alert.message}`)
    return true
  } catch (error) {
    if (error instanceof GuardError) return false
    throw error
  }
}

/** The store is asked for jobs alone, and may answer long before the next one: so it is told once that it does not. */
function begunAlert({id, kind, since, text}: StoreTrouble): Alert & {readonly key: string} {
  const message = faultText({kind, message: text})
  const details = {event: 'trouble', isToldOnce: true, kind, opened_at: new Date(since).toISOString()}
  return {level: 'WARNING', component, job: storeName, message, details, key: `fleet-store:${id}`}
}

function overAlert({kind, since}: StoreTrouble, begunKey: string): Alert {
  const message = 'the store of the fleet answers this host again'
  const details = {event: 'recovered', kind, opened_at: new Date(since).toISOString()}
  return {level: 'INFO', component, job: storeName, message, details, key: `${begunKey}:over`}
}

import type {AlertsState} from '../../domain/alert/alert.js'
import type {StoreTrouble} from '../../domain/fleet/known.js'
import {faultText} from '../../domain/fleet/refusal.js'
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
  const {id, kind, since, text} = trouble
  const key = `fleet-store:${id}`
  const details = {kind, since: new Date(since).toISOString()}
  try {
    // An end of what nobody was told is no news.
    if (is === 'over' && !deps.alerts.read().raised.has(key)) return false
    const alert =
      is === 'begun'
        ? ({level: 'WARNING', message: faultText({kind, message: text}), key} as const)
        : ({level: 'INFO', message: 'the store of the fleet answers this host again', key: `${key}:over`} as const)
    if (!raiseAlert(deps, {...alert, component, details})) return false
    deps.log(`${component}: ${alert.message}`)
    return true
  } catch (error) {
    if (error instanceof GuardError) return false
    throw error
  }
}

import type {Alert, AlertsState} from '../../domain/alert/alert.js'
import {repeatedKey} from '../../domain/alert/repeated-key.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import {raiseAlert} from './raise-alert.js'

interface SayOnceDeps {
  readonly clock: Pick<Clock, 'now'>
  /** Throws GuardError `io` if the journal cannot be read. */
  readonly alerts: Pick<Journal<AlertsState>, 'read' | 'append' | 'note'>
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
  /** Time after which the same is said again. Milliseconds. */
  readonly repeatMs: number
}

interface Saying {
  readonly component: string
  readonly message: string
  /** Equal reasons are said once. */
  readonly reason: string
  /** What the line in guardian.log says instead of the message. */
  readonly logText?: string
  readonly details?: Alert['details']
}

/**
 * Raises one alert and writes one line in guardian.log for each reason, however many processes have it to say.
 *
 * @returns whether this process has said it; also true if the journal cannot be used, which remembers what was said
 */
export function sayOnce(deps: SayOnceDeps, {component, message, reason, logText, details = {}}: Saying): boolean {
  try {
    const key = repeatedKey(deps.alerts.read(), `said:${reason}`, {nowMs: deps.clock.now(), repeatMs: deps.repeatMs})
    if (key === undefined) return false
    if (!raiseAlert(deps, {level: 'WARNING', component, message, details, key})) return false
    deps.log(`${component}: ${logText ?? message}`)
    return true
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return true
  }
}

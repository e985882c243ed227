import {inspectStore} from '../../system/fleet/inspect-store.js'
import type {CheckStoreDeps} from '../../usecases/fleet/check-store.js'
import type {Guard} from '../guard.js'
import {fleetSettings, readFleetUrl} from './fleet.js'

/** Wires `guard fleet check`. Throws GuardError `config` if there is no store in the settings, or no address. */
export function wireFleetCheck(guard: Guard): CheckStoreDeps {
  const {timeoutMs} = fleetSettings(guard)
  const url = readFleetUrl(guard)
  return {inspectStore: () => inspectStore({url, timeoutMs, now: guard.clock.now})}
}

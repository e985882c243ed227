import type {FleetSettings} from '../../domain/settings/fleet.js'
import {GuardError} from '../../errors.js'
import {resolveSecret} from '../../system/host/secret.js'
import type {Guard} from '../guard.js'

/** The store's settings. Throws GuardError `config` if there are none. */
export function fleetSettings({settings}: Pick<Guard, 'settings'>): FleetSettings {
  if (settings.fleet) return settings.fleet
  throw new GuardError('config', 'there is no store of a fleet in the settings', [
    'add it: fleet: {postgres: {env: GUARD_FLEET_URL}}',
    'check the settings: guard config check',
  ])
}

/** The address of the store, a secret. Throws GuardError `config` if it cannot be read. */
export function readFleetUrl(guard: Pick<Guard, 'settings'>): string {
  return resolveSecret(fleetSettings(guard).postgres, 'fleet.postgres')
}

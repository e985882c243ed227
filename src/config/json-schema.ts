import {z} from 'zod'
import {formatDuration} from '../domain/clock/duration.js'
import {crashedRunsDefaults, fleetDefaults, openclawDefaults} from './default-values.js'
import {defaultSettings} from './defaults.js'
import {settingsAsWritten} from './display.js'
import {settingsSchema} from './schema.js'

type Schema = {[key: string]: unknown; properties?: Record<string, Schema>}

/** The JSON Schema of the settings file, for editors; its defaults are those of defaults.ts. */
export function settingsJsonSchema(): Schema {
  const schema = z.toJSONSchema(settingsSchema, {io: 'input'}) as Schema
  addDefaults(schema, {
    ...settingsAsWritten({...defaultSettings, openclaw: openclawDefaults}),
    fleet: {
      timeout: formatDuration(fleetDefaults.timeoutMs),
      wait: formatDuration(fleetDefaults.waitMs),
      onStoreError: fleetDefaults.onStoreError,
    },
    crashedRuns: {staleAfter: formatDuration(crashedRunsDefaults.staleAfterMs)},
  })
  return {...schema, title: 'guard settings'}
}

function addDefaults(schema: Schema, defaults: Readonly<Record<string, unknown>>): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const value = defaults[key]
    if (property.properties && typeof value === 'object') addDefaults(property, value as Record<string, unknown>)
    else if (value !== undefined) property['default'] = value
  }
}

import {formatDuration} from '../domain/clock/duration.js'
import type {Settings} from '../domain/settings/settings.js'
import {formatSize} from '../domain/settings/size.js'

/**
 * The settings in the form of the settings file: `timeoutMs: 300000` → `timeout: 5m`. Fields that are not keys of the
 * file (`file`, `scripts`, `wrong`, `dir`, …) are left out. Secrets are already references.
 */
export function settingsAsWritten(settings: Settings): Readonly<Record<string, unknown>> {
  const {file, scripts, jobs, defaults, wrong, ...rest} = withoutSecrets(settings)
  const shown = {...rest, defaults: without(defaults, ofOneJob), jobs: mapValues(jobs, (job) => without(job, derived))}
  return inFileWords(shown) as Record<string, unknown>
}

/** Shows only the host of addresses that serve as a secret, because knowing them is enough to post. */
export function withoutSecrets(settings: Settings): Settings {
  const channels = mapValues(settings.channels, (channel) =>
    (channel.type === 'webhook' || channel.type === 'ping') && typeof channel.url === 'string'
      ? {...channel, url: channel.url.replace(/^(\w+:\/\/)?([^@/]*@)?([^/?#]*).*$/s, '$1$3/…')}
      : channel,
  )
  return {...settings, channels}
}

/** Keys of a job that are derived from other parts of the file. */
const derived: readonly string[] = ['dir', 'openclawId']
/** Keys that are not allowed in `defaults`. */
const ofOneJob: readonly string[] = [...derived, 'args', 'outputs']

function without(job: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(job).filter(([key]) => !keys.includes(key)))
}

function mapValues<V, R>(record: Readonly<Record<string, V>>, map: (value: V) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))
}

function inFileWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFileWords)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => inFileWord(key, part)))
}

/** Only numbers have units, because a job may be called `itemsMs`. */
function inFileWord(key: string, value: unknown): [string, unknown] {
  if (typeof value === 'number' && key.endsWith('Ms')) return [key.slice(0, -2), formatDuration(value)]
  if (isNumbers(value) && key.endsWith('Ms')) return [key.slice(0, -2), value.map(formatDuration)]
  if (typeof value === 'number' && key.endsWith('Bytes')) return [key.slice(0, -5), formatSize(value)]
  return [key, inFileWords(value)]
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')
}

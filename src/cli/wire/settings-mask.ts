import {maskRedacted} from '../../domain/failure/mask-values.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {allSecretsOf} from '../../domain/settings/secrets-of.js'
import type {Journal} from '../../journal/journal.js'
import {secretMask} from '../../system/host/secret-mask.js'
import type {Guard} from '../guard.js'

/** Masks every secret of the settings in a text that is of no job. They are read with the first text. */
export function settingsMask({settings}: Pick<Guard, 'settings'>): (text: string) => string {
  return secretMask(allSecretsOf(settings), maskRedacted)
}

/** The alerts with what they say masked, because any program may write one. */
export function maskedAlerts<S>(
  alerts: Pick<Journal<S>, 'read' | 'newestFirst'>,
  mask: (text: string) => string,
): Pick<Journal<S>, 'read' | 'newestFirst'> {
  return {
    read: () => alerts.read(),
    *newestFirst() {
      for (const record of alerts.newestFirst()) yield maskedAlert(record, mask)
    },
  }
}

function maskedAlert({message, details, ...alert}: RawRecord, mask: (text: string) => string): RawRecord {
  return {...alert, message: maskedValue(message, mask), details: maskedValue(details, mask)}
}

function maskedValue(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, mask))
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, maskedValue(part, mask)]))
}

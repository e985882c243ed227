import {maskValues} from '../../domain/failure/mask-values.js'
import type {TextOrSecret} from '../../domain/settings/secret.js'
import {GuardError} from '../../errors.js'
import {resolveSecret} from '../host/secret.js'

export interface ChannelSecrets {
  /** Throws GuardError `config` if this process does not have it. */
  readonly read: (value: TextOrSecret, key: string) => string
  /** Hides every secret read so far. */
  readonly mask: (text: string) => string
}

/** The secrets of one channel, read when they are used. */
export function channelSecrets(channel: string): ChannelSecrets {
  const values: string[] = []
  return {
    read: (value, key) => {
      const place = `channels.${channel}.${key}`
      const text = resolveSecret(value, place)
      if (text.trim() === '') throw new GuardError('config', `${place} is empty`)
      values.push(text.trim())
      return text
    },
    mask: (text) => maskValues(text, values),
  }
}

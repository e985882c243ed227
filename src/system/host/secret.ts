import {readFileSync} from 'node:fs'
import type {TextOrSecret} from '../../domain/settings/secret.js'
import {GuardError} from '../../errors.js'

/** Reads a secret when it is used. `place` is its key in the settings, for the message. Throws GuardError `config`. */
export function resolveSecret(
  value: TextOrSecret,
  place: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (typeof value === 'string') return value
  if ('env' in value) {
    const text = env[value.env]
    if (text !== undefined) return text
    throw new GuardError('config', `${place}: the environment variable ${value.env} is not set`, [
      'cron starts jobs with a bare environment: set it in the crontab, or use {file: PATH}',
    ])
  }
  try {
    return readFileSync(value.file, 'utf8').trimEnd()
  } catch (cause) {
    throw new GuardError('config', `${place}: ${(cause as Error).message}`, ['check the path and its permissions'], {
      cause,
    })
  }
}

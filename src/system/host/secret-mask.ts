import {statSync} from 'node:fs'
import {maskValues} from '../../domain/failure/mask-values.js'
import type {TextOrSecret} from '../../domain/settings/secret.js'
import {resolveSecret} from './secret.js'

/** A larger file, or anything but a plain file, is not read just to mask it. */
const longestSecretBytes = 1024 * 1024

/** The values of those that are references, to mask them. One that cannot be read is left out. */
export function readSecrets(values: readonly TextOrSecret[]): readonly string[] {
  return values.flatMap((value) => {
    if (typeof value === 'string') return []
    try {
      if ('file' in value) {
        const stat = statSync(value.file)
        if (!stat.isFile() || stat.size > longestSecretBytes) return []
      }
      return [resolveSecret(value, '').trim()]
    } catch {
      return []
    }
  })
}

/** Masks by the values of these secrets, which are read when the first text comes. */
export function secretMask(secrets: readonly TextOrSecret[], mask = maskValues): (text: string) => string {
  let values: readonly string[] | undefined
  return (text) => {
    values ??= readSecrets(secrets)
    return mask(text, values)
  }
}

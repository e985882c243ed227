import {readFileSync} from 'node:fs'
import type {Secret, TextOrSecret} from '../domain/secret.js'
import {GuardError} from '../errors.js'

/** The value behind a reference, read now. Throws GuardError `config` that names the reference, never a value. */
export function readSecret(secret: Secret): string {
  const value = 'env' in secret ? process.env[secret.env] : readSecretFile(secret.file)
  if (value === undefined || value === '') {
    const where = 'env' in secret ? `the environment variable ${secret.env}` : `the file ${secret.file}`
    throw new GuardError('config', `a secret is missing: ${where} is not there or empty`, [
      `put the secret into ${where}`,
    ])
  }
  return value
}

/** An environment of which some values are secrets, ready to be handed to a child. */
export function readEnvironment(env: Readonly<Record<string, TextOrSecret>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, typeof value === 'string' ? value : readSecret(value)]),
  )
}

/** An editor's newline at the end is no part of the secret. */
function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new GuardError('config', `the secret in ${path} cannot be read: ${code}`, [`let guard's user read ${path}`], {
      cause: error,
    })
  }
}

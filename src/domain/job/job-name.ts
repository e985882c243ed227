import {lastPartOf} from './path-text.js'

/** What `jobNameRule` says. */
export const jobNamePattern = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/

/** The rule for names of jobs, leases and breaker targets, for messages. */
export const jobNameRule = 'a letter or digit, then up to 127 letters, digits or any of . _ : @ -'

export function isJobName(text: string): boolean {
  return jobNamePattern.test(text)
}

/** Hex digits of the hash at the end of a name. */
export const hashDigits = 8

/**
 * Makes a job's name from a file's: without folder and extension, other characters as `-`, and with `-` and `hash` at
 * its end.
 *
 * @returns undefined if nothing is left
 */
export function jobNameOfFile(path: string, hash?: string): string | undefined {
  const file = lastPartOf(path)
  const end = hash === undefined ? '' : `-${hash}`
  const stem = file.replace(/(.)\.[^.]*$/, '$1')
  const name = stem
    .replace(/[^A-Za-z0-9._:@-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128 - end.length)
  return isJobName(name) ? `${name}${end}` : undefined
}

/** Whether `name` is `stem` with a hash at its end. */
export function isHashedName(name: string, stem: string): boolean {
  return name.length === stem.length + 1 + hashDigits && name.startsWith(`${stem}-`) && /-[0-9a-f]+$/.test(name)
}

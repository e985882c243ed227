const pattern = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/

/** The rule for names of jobs, leases and breaker targets, for messages. */
export const jobNameRule = 'a letter or digit, then up to 127 letters, digits or any of . _ : @ -'

export function isJobName(text: string): boolean {
  return pattern.test(text)
}

/** Makes a job's name from a file's: without folder and extension, other characters as `-`. @returns undefined if nothing is left */
export function jobNameOfFile(path: string): string | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const stem = file.replace(/(.)\.[^.]*$/, '$1')
  const name = stem
    .replace(/[^A-Za-z0-9._:@-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128)
  return isJobName(name) ? name : undefined
}

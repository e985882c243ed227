import {GuardError} from '../../errors.js'

/** It becomes a part of the names of files. Throws GuardError `usage`. */
export function checkedRunId(id: string): string {
  if (/^[A-Za-z0-9][\w-]{7,63}$/.test(id)) return id
  throw new GuardError('usage', `--run-id ${JSON.stringify(id)} is not an id of a run`, [
    'an id is 8 to 64 letters, digits, _ and -, with a letter or digit first',
  ])
}

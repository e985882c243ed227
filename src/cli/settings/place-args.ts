import {dirname} from 'node:path'
import type {Guard} from '../guard.js'

/** The flags by which another guard has the state directory and the settings of this one, and takes them as this one does. */
export function placeArgs({
  settings: {file},
  stateDir,
  takesAnyFilesystem,
}: Pick<Guard, 'stateDir' | 'takesAnyFilesystem'> & {
  readonly settings: Pick<Guard['settings'], 'file'>
}): readonly string[] {
  return [
    ...['--state-dir', stateDir],
    ...(file === undefined ? [] : ['--config', file]),
    ...(takesAnyFilesystem ? ['--allow-unsafe-filesystem'] : []),
  ]
}

/** Where the jobs of the settings start, unless they name another folder. */
export function settingsFolder({settings: {file}}: Guard): string {
  return file === undefined ? '/' : dirname(file)
}

/** The command line of a process that sends what is due. */
export function delivererArgs(guard: Guard): readonly string[] {
  return ['alerts', 'deliver', '--stay', ...placeArgs(guard)]
}

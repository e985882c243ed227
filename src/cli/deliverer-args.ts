import type {Guard} from './guard.js'

/** The command line of a process that sends what is due, with the settings and the state directory of this one. */
export function delivererArgs({settings, stateDir}: Guard): readonly string[] {
  const {file} = settings
  return ['alerts', 'deliver', '--stay', '--state-dir', stateDir, ...(file === undefined ? [] : ['--config', file])]
}

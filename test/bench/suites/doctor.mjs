import {mkdirSync} from 'node:fs'
import {compare} from '../compare.mjs'
import {goalOf, guard, hasProgram} from '../place.mjs'

export const title = 'doctor, compared with the slowest program that it asks'

export function run({place, rounds}) {
  if (!hasProgram('supervisorctl')) return [{what: 'needs supervisor (apt)'}]
  mkdirSync(place.path('doctor'))
  place.write('doctor/.guardianrc.yaml', 'services: {scanner: {manager: supervisor, program: scanner}}\n')
  const options = {cwd: place.path('doctor'), env: {GUARD_STATE_DIR: place.path('doctor/state')}}
  return compare(
    [
      // No supervisord runs, so both end in error.
      {name: 'supervisorctl status', command: place.command(['supervisorctl', 'status', 'scanner'], options), exit: 4},
      {
        name: 'doctor',
        goal: goalOf({node: 'wall 3.0', standalone: 'wall 1.5'}),
        command: place.command([...guard, 'doctor'], options),
        exit: 2,
      },
    ],
    {rounds},
  )
}

import {compare} from '../compare.mjs'
import {fleetAside} from '../fleet.mjs'
import {goalOf, node} from '../place.mjs'

export const title = 'status, why and completion, of 10 jobs and of 1,000 jobs with very many lines'

export function run({place, rounds, lines}) {
  const few = fleetAside(place, {jobs: 10, lines: 1200})
  const many = fleetAside(place, {jobs: 1000, lines})
  // Settings are cached only if their file is a few seconds old.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
  const small = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: 'status, 10 jobs', command: few.inFleet('status'), goal: goalOf({node: 'CPU 4.0', standalone: 'CPU 2.0'})},
      {
        name: 'names of jobs',
        command: few.inFleet('completion', '--jobs'),
        goal: goalOf({node: 'CPU 3.0', standalone: 'CPU 1.5'}),
      },
    ],
    {rounds},
  )
  const large = compare(
    [
      {name: 'status, 10 jobs', command: few.inFleet('status')},
      {name: `status, 1000 jobs, ${lines} lines`, command: many.inFleet('status'), goal: 'CPU 2.0'},
      {name: `why of one of them`, command: many.inFleet('why', 'job-500'), goal: 'CPU 2.5'},
    ],
    {rounds},
  )
  return [...small, ...large]
}

import {compare} from '../compare.mjs'
import {bare, guard} from '../place.mjs'

export const title = 'guard run through oclif (GUARD_FULL_CLI=1), as for arguments that the fast parser does not know'

export function run({place, rounds}) {
  const words = ['run', '--', 'true']
  return compare(
    [
      {name: 'bare Node', command: place.command([...bare, 'true'])},
      {name: 'guard run', command: place.command([...guard, ...words])},
      {name: 'guard run, full', command: place.command([...guard, ...words], {env: {GUARD_FULL_CLI: '1'}})},
    ],
    {rounds},
  )
}

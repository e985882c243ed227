import {rmSync} from 'node:fs'
import {compare} from '../compare.mjs'
import {guard, node} from '../place.mjs'

export const title = 'commands through oclif, compared with node -e 0'

export function run({place, rounds}) {
  const call = (words, env) => place.command([...guard, ...words], {env})
  const warm = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: '--version', goal: 'CPU 2.0', command: call(['--version'])},
      {name: 'history nobody', goal: 'CPU 2.0', command: call(['history', 'nobody'])},
      {name: '--help', goal: 'CPU 2.5', command: call(['--help'])},
      {name: 'run --help', goal: 'CPU 2.5', command: call(['run', '--help'])},
      {
        name: '--version, no cache folder',
        goal: 'CPU 3.0',
        command: call(['--version'], {XDG_CACHE_HOME: '/proc/none'}),
      },
    ],
    {rounds},
  )
  const cache = place.path('cold')
  const cold = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: '--version, cold cache', goal: 'CPU 3.0', command: call(['--version'], {XDG_CACHE_HOME: cache})},
    ],
    {rounds, prepare: () => rmSync(cache, {recursive: true, force: true})},
  )
  return [...warm, ...cold.slice(1)]
}

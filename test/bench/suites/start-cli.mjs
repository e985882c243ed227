import {rmSync} from 'node:fs'
import {compare} from '../compare.mjs'
import {goalOf, guard, node} from '../place.mjs'

export const title = 'commands through oclif, compared with node -e 0'

const lists = goalOf({node: 'CPU 3.0', standalone: 'CPU 1.3'})
const help = goalOf({node: 'CPU 3.0', standalone: 'CPU 1.7'})

export function run({place, rounds}) {
  const call = (words, env) => place.command([...guard, ...words], {env})
  const warm = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: '--version', goal: goalOf({node: 'CPU 2.6', standalone: 'CPU 1.0'}), command: call(['--version'])},
      {name: 'history nobody', goal: lists, command: call(['history', 'nobody']), exit: 64},
      {name: 'lease list', goal: lists, command: call(['lease', 'list'])},
      {name: '--help', goal: help, command: call(['--help'])},
      {name: 'run --help', goal: help, command: call(['run', '--help'])},
      {name: '--version, no home', command: call(['--version'], {HOME: '/proc/none'})},
    ],
    {rounds},
  )
  const cache = place.path('.cache')
  const cold = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: '--version, cold cache', command: call(['--version'])},
    ],
    {rounds, prepare: () => rmSync(cache, {recursive: true, force: true})},
  )
  return [...warm, ...cold.slice(1)]
}

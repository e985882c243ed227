import {existsSync} from 'node:fs'
import {compare} from '../compare.mjs'
import {bare, guard} from '../place.mjs'

export const title = 'the start in different environments (figures only)'

const certificates = '/etc/ssl/certs/ca-certificates.crt'

export function run({place, rounds}) {
  const environments = [
    {name: 'clean', env: {}},
    ...(existsSync(certificates) ? [{name: 'NODE_EXTRA_CA_CERTS', env: {NODE_EXTRA_CA_CERTS: certificates}}] : []),
    {name: 'NODE_OPTIONS', env: {NODE_OPTIONS: '--max-old-space-size=256'}},
  ]
  const commands = environments.flatMap(({name, env}) => [
    {name: `bare Node, ${name}`, command: place.command([...bare, 'true'], {env})},
    {name: `guard run, ${name}`, command: place.command([...guard, 'run', '--', 'true'], {env})},
  ])
  return compare(commands, {rounds})
}

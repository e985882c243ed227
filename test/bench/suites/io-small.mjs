import {compare} from '../compare.mjs'
import {guard, node} from '../place.mjs'

export const title = 'a job that writes a line at a time (500,000 writes of 120 bytes)'

export function run({place, rounds}) {
  const writer = place.write(
    'writer.cjs',
    `const {writeSync} = require('node:fs')
const line = Buffer.from('x'.repeat(119) + '\\n')
for (let count = 0; count < 500000; count++) writeSync(1, line)
`,
  )
  const sh = (line) => place.command(['sh', '-c', line])
  const job = `${node} ${writer}`
  return compare(
    [
      {name: 'writer | tee', command: sh(`${job} | tee ${place.path('tee')} >/dev/null`)},
      {name: 'guard run', goal: 'wall 1.0', command: sh(`${guard.join(' ')} run -- ${job}`)},
      {name: 'guard run | cat', command: sh(`${guard.join(' ')} run -- ${job} | cat`)},
    ],
    {rounds: Math.max(3, Math.round(rounds / 4))},
  )
}

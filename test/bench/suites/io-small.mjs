import {rmSync} from 'node:fs'
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
  const own = `${guard.join(' ')} run`
  // By default a log is truncated at 10 MiB during the run, which tee does not do.
  const uncut = place.write('uncut.json', JSON.stringify({logs: {maxSize: '1TB'}}))
  const prepare = () => {
    for (const name of ['tee', 'plain', '.local/state/guard/logs'])
      rmSync(place.path(name), {recursive: true, force: true})
  }
  const sizes = {rounds: Math.max(3, Math.round(rounds / 4)), prepare}
  const logged = [
    {name: 'writer | tee', command: sh(`${job} | tee ${place.path('tee')} >/dev/null`)},
    // tee joins lines to larger writes on another core; here the job itself writes each line to the file.
    {name: 'writer >> file', command: sh(`${job} >> ${place.path('plain')}`)},
    {name: 'guard run, log not truncated', goal: 'wall 1.0', command: sh(`${own} --config ${uncut} -- ${job}`)},
    {name: 'guard run', goal: 'wall 1.0', command: sh(`${own} -- ${job}`)},
  ]
  const passedOn = [
    {name: 'writer | tee | cat', command: sh(`${job} | tee ${place.path('tee')} | cat`)},
    {name: 'guard run | cat', command: sh(`${own} -- ${job} | cat`)},
  ]
  return [...compare(logged, sizes), ...compare(passedOn, sizes)]
}

import {closeSync, existsSync, openSync, rmSync, writeSync} from 'node:fs'
import {compare} from '../compare.mjs'
import {guard} from '../place.mjs'

export const title = 'a job with much output, compared with tee(1)'

export function run({place, rounds, mib}) {
  const input = place.path('input')
  writeLines(input, mib)
  const settings = place.write('patterns.json', JSON.stringify({jobs: {cat: {failures: patterns(20)}}}))
  const log = place.path('.local/state/guard/logs/guardian_cat_output.log')
  const sh = (line) => place.command(['sh', '-c', line])
  const own = `${guard.join(' ')} run`
  const logged = [
    {name: `cat | tee, ${mib} MiB`, command: sh(`cat ${input} | tee ${place.path('tee')} >/dev/null`)},
    {name: 'cat > file', command: sh(`cat ${input} > ${place.path('plain')}`)},
    {name: 'guard run', goal: 'wall 1.1', command: sh(`${own} -- cat ${input}`)},
    {
      name: 'guard run, 20 patterns',
      goal: 'wall 2.5',
      exit: 1,
      command: sh(`${own} --config ${settings} --job cat -- sh -c 'cat ${input}; exit 1'`),
    },
  ]
  // The reader takes time too, so both rows have the same one.
  const passedOn = [
    {name: 'cat | tee | cat', command: sh(`cat ${input} | tee ${place.path('tee')} | cat`)},
    {name: 'guard run | cat', goal: 'wall 1.3', command: sh(`${own} -- cat ${input} | cat`)},
  ]
  const prepare = () => {
    for (const file of [log, place.path('tee'), place.path('plain')]) if (existsSync(file)) rmSync(file)
  }
  const sizes = {rounds: Math.max(3, Math.round(rounds / 4)), prepare}
  return [...compare(logged, sizes), ...compare(passedOn, sizes)]
}

function patterns(count) {
  const words = Array.from({length: count}, (_, index) => `never-there-${index}.*fail`)
  return {socket: words}
}

/** Lines of 120 bytes. */
function writeLines(file, mib) {
  const line = `${'2026-01-01T00:00:00Z INFO worker 17 handled request in 12 ms '.padEnd(119, 'x')}\n`
  const chunk = Buffer.from(line.repeat(Math.floor((1024 * 1024) / line.length)))
  const fd = openSync(file, 'w')
  for (let written = 0; written < mib; written++) writeSync(fd, chunk)
  closeSync(fd)
}

import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {compare} from '../compare.mjs'
import {claimSome, writeFleet, writeRuns} from '../fleet.mjs'
import {guard, measureOnce, node} from '../place.mjs'

export const title = 'one round of the watchdog over many jobs'

/** JSON.parse of every line, in pieces of a MiB: what a first pass is compared with. */
const parseAll = `
  const {openSync, readSync} = require('node:fs')
  const fd = openSync(process.argv[1], 'r')
  const piece = Buffer.alloc(1 << 20)
  for (let rest = '', got; (got = readSync(fd, piece)) > 0; ) {
    const lines = (rest + piece.toString('latin1', 0, got)).split('\\n')
    rest = lines.pop()
    for (const line of lines) JSON.parse(line)
  }`

/** Of so few, a round counts the healthy ones as it counts ten thousand. */
const fewJobs = 101

export function run({place, rounds, jobs, lines}) {
  const {state, journal} = writeFleet(place, {jobs, lines})
  const guarded = (...argv) => place.command([...guard, ...argv], {env: {GUARD_STATE_DIR: state}})
  const small = fleetAside(place, {name: 'small', jobs: fewJobs})
  const ran = fleetAside(place, {name: 'ran', jobs, hasRun: true})
  // Settings are kept from one start to the next once their file is a few seconds old.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
  const [parsed, settings, first] = measureOnce([
    place.command([node, '-e', parseAll, journal]),
    place.command([...guard, 'watchdog', '--dry-run'], {env: {GUARD_STATE_DIR: place.path('empty')}}),
    guarded('watchdog'),
  ])
  const size = `${jobs} jobs, ${lines} lines`
  const steady = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: `a round, ${jobs} jobs`, command: guarded('watchdog'), goal: 'CPU 3.0; 30 ms above the next'},
      {name: `a round, ${fewJobs} jobs`, command: small},
      {name: `a round, ${jobs} jobs that guard ran`, command: ran},
      {name: 'the first, dry run', command: guarded('watchdog', '--dry-run')},
      {name: 'the first, --json', command: guarded('watchdog', '--json')},
    ],
    {rounds},
  )
  const grown = compare(
    [
      {name: 'node -e 0', command: place.command([node, '-e', '0'])},
      {name: 'a round after 1,000 new lines', command: guarded('watchdog')},
    ],
    {rounds: Math.min(rounds, 10), prepare: () => claimSome(journal, 1000)},
  )
  return [
    once('JSON.parse of all lines', parsed, parsed),
    once(`the first pass, ${size}`, first, parsed, 'CPU 0.35, RSS 100'),
    once(`the settings for the first time, ${jobs} jobs`, settings, parsed),
    ...steady,
    ...grown.slice(1),
  ]
}

/** A round over other jobs: over next to none, what it takes more is the round itself; of those that ran, more is known. */
function fleetAside(place, {name, jobs, hasRun = false}) {
  const dir = place.path(name)
  mkdirSync(dir)
  const path = (inner) => join(dir, inner)
  const aside = {path, write: (inner, text) => writeFileSync(path(inner), text)}
  const {state} = writeFleet(aside, {jobs, lines: 2 * jobs})
  const inFleet = (...argv) => place.command([...guard, ...argv], {cwd: dir, env: {GUARD_STATE_DIR: state}})
  if (hasRun) {
    writeRuns(aside, {jobs})
    // From the first record of its own on, guard keeps a journal short.
    measureOnce([inFleet('run', '--job', 'job-0', '--', 'true')])
  }
  return inFleet('watchdog')
}

function once(what, figures, base, goal = '') {
  return {
    what,
    'CPU ms': figures.cpuMs.toFixed(0),
    'CPU ratio': (figures.cpuMs / base.cpuMs).toFixed(2),
    'wall ms': figures.wallMs.toFixed(0),
    'RSS MiB': figures.rssMiB.toFixed(0),
    goal,
    ...(figures.status > 2 && {note: `exit ${figures.status}`}),
  }
}

import {compare} from '../compare.mjs'
import {claimSome, fleetAside, writeFleet} from '../fleet.mjs'
import {guard, measureOnce, node} from '../place.mjs'

export const title = 'one round of the watchdog with 5, 50 and 500 jobs, and with very many'

/** JSON.parse of every line, in pieces of a MiB, as the base line of a first pass. */
const parseAll = `
  const {openSync, readSync} = require('node:fs')
  const fd = openSync(process.argv[1], 'r')
  const piece = Buffer.alloc(1 << 20)
  for (let rest = '', got; (got = readSync(fd, piece)) > 0; ) {
    const lines = (rest + piece.toString('latin1', 0, got)).split('\\n')
    rest = lines.pop()
    for (const line of lines) JSON.parse(line)
  }`

/** Usual numbers of jobs. One more row has `--jobs`. */
const sizes = [
  {jobs: 5, goal: '2.5'},
  {jobs: 50, goal: '2.5'},
  {jobs: 500, goal: '3'},
]

export function run({place, rounds, jobs, lines}) {
  const {state, journal} = writeFleet(place, {jobs, lines})
  const guarded = (...argv) => place.command([...guard, ...argv], {env: {GUARD_STATE_DIR: state}})
  const hosts = sizes.map((size) => ({...size, ...roundsOf(fleetAside(place, size))}))
  const many = roundsOf(fleetAside(place, {jobs}))
  // Settings are cached only if their file is a few seconds old.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
  const [parsed, settings, first] = measureOnce([
    place.command([node, '-e', parseAll, journal]),
    place.command([...guard, 'watchdog', '--dry-run'], {env: {GUARD_STATE_DIR: place.path('empty')}}),
    guarded('watchdog'),
  ])
  const nothing = {name: 'node -e 0', command: place.command([node, '-e', '0'])}
  const few = hosts.map((host) => ({name: `a round, ${host.jobs} jobs`, command: host.round(), goal: host.goal}))
  const most = hosts.at(-1)
  const steady = compare(
    [
      nothing,
      ...few,
      {name: `${most.jobs} jobs, --json`, command: most.round('--json')},
      {name: `${most.jobs} jobs, --dry-run`, command: most.round('--dry-run')},
    ],
    {rounds},
  )
  const grown = compare([nothing, {name: `a round, ${most.jobs} jobs, a new line for each`, command: most.round()}], {
    rounds: Math.min(rounds, 10),
    prepare: () => claimSome(most.journal, most.jobs),
  })
  const large = compare([nothing, {name: `a round, ${jobs} jobs`, command: many.round(), goal: '12'}], {
    rounds: Math.min(rounds, 10),
  })
  return [
    once('JSON.parse of all lines', parsed, parsed),
    once(`the first pass, ${jobs} jobs, ${lines} lines`, first, parsed, 'CPU 2.5, RSS 200'),
    once(`a dry run with ${jobs} jobs, settings not cached`, settings, parsed),
    ...steady,
    ...grown.slice(1),
    ...large.slice(1),
  ]
}

function roundsOf({journal, inFleet}) {
  return {journal, round: (...argv) => inFleet('watchdog', ...argv)}
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

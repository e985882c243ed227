import {spawnSync} from 'node:child_process'
import {middle} from '../compare.mjs'
import {guard, measureOnce} from '../place.mjs'
import {startPostgres} from '../postgres.mjs'

export const title = 'leases of a fleet, with a PostgreSQL on loopback'

export async function run({place, rounds}) {
  const schema = spawnSync(guard[0], ['fleet', 'schema'], {env: place.env(), cwd: place.dir, encoding: 'utf8'})
  if (schema.status !== 0) throw new Error(schema.stderr)
  const postgres = startPostgres(schema.stdout)
  if (!postgres) return [{what: 'PostgreSQL is not installed'}]
  try {
    return [...wholeProcess(place, postgres, rounds), ...inTheStore(place, postgres)]
  } finally {
    postgres.remove()
  }
}

/** `guard lease acquire` from start to end, in turn. Each asks for a job of its own, which is granted. */
function wholeProcess(place, postgres, rounds) {
  place.write('.guardianrc.yaml', 'fleet: {postgres: {env: GUARD_FLEET_URL}, host: bench}\n')
  const acquire = (scope, number) =>
    place.command([...guard, 'lease', 'acquire', `job-${number}`, '--ttl', '1m', '--scope', scope], {
      env: {GUARD_FLEET_URL: postgres.url},
    })
  const seen = {machine: [], fleet: []}
  // The first ones fill the caches.
  for (let round = -2; round < rounds * 10; round++) {
    const order = Math.random() < 0.5 ? ['machine', 'fleet'] : ['fleet', 'machine']
    const figures = measureOnce(order.map((scope) => acquire(scope, round)))
    const failed = figures.find(({status}) => status !== 0)
    if (failed) throw new Error(`guard lease acquire exited with ${failed.status}`)
    if (round >= 0) for (const [at, scope] of order.entries()) seen[scope].push(figures[at].wallMs)
  }
  const row = (what, of, goal) => {
    const [own, theirs] = [of(seen.fleet), of(seen.machine)]
    return {what, 'machine ms': theirs.toFixed(1), 'fleet ms': own.toFixed(1), ratio: (own / theirs).toFixed(2), goal}
  }
  return [
    row('lease acquire, whole process, p50', middle, '2'),
    row('lease acquire, whole process, p99', (values) => percentile(values, 0.99), '2.5'),
  ]
}

function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
}

const transactions = 3000

/** One statement on an open connection: a winner writes the row of the job, a loser finds it held. */
function inTheStore(place, postgres) {
  const statement = (job, claim) =>
    `select * from guard.acquire(guard.version(), '${job}', 'bench', 'bench', '${claim}', 3600000, 0, null,\
       (extract(epoch from clock_timestamp()) * 1000000)::bigint, '{}', '{}', 3000);\n`
  postgres.sql(statement('held', 'of another'))
  // A claim that asks again is granted again.
  const winner = place.write('winner.sql', statement('won', 'own'))
  const loser = place.write('loser.sql', statement('held', 'own'))
  const seen = {winner: [], loser: []}
  for (let round = 0; round < 3; round++) {
    seen.winner.push(postgres.latencyMs(winner, transactions))
    seen.loser.push(postgres.latencyMs(loser, transactions))
  }
  const [won, lost] = [middle(seen.winner), middle(seen.loser)]
  return [
    {
      what: 'loser : winner in the store',
      'winner ms': won.toFixed(3),
      'loser ms': lost.toFixed(3),
      ratio: (lost / won).toFixed(2),
      goal: '0.5',
    },
  ]
}

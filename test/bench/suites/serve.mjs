import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {get} from 'node:http'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {middle} from '../compare.mjs'
import {fleetAside} from '../fleet.mjs'
import {goalOf, node} from '../place.mjs'
import {usageOf} from '../usage.mjs'

export const title = 'the HTTP server: from its start to its first answer, at rest, and its list of 1,000 jobs'

const bareServer = [node, join(import.meta.dirname, '../serve.cjs')]
const key = 'a key for the bench alone'

export async function run({place, rounds}) {
  const ask = {path: '/api/v1/jobs', headers: {'x-dash-key': key, 'accept-encoding': 'gzip'}}
  const few = fleetAside(place, {jobs: 10, lines: 300})
  const served = serveIn(few)
  const bare = place.command(bareServer)
  // Settings are cached only if their file is a few seconds old.
  await sleep(3000)
  const [cold, coldBare] = [[], []]
  for (let round = 0; round < rounds; round++) {
    coldBare.push(await firstAnswer(bare, {path: '/'}))
    cold.push(await firstAnswer(served, ask))
  }
  const [rest, restBare] = [await atRest(served, ask), await atRest(bare, {path: '/'})]
  const many = fleetAside(place, {jobs: 1000, lines: 30_000})
  const list = await firstAnswer(serveIn(many), ask)
  const ratio = (one, other) => (one / other).toFixed(2)
  const cpu = (figures) => middle(figures.map(({cpuMs}) => cpuMs))
  return [
    {what: 'bare node:http, first answer', 'CPU ms': cpu(coldBare).toFixed(0)},
    {
      what: 'guard serve, first answer, 10 jobs',
      'CPU ms': cpu(cold).toFixed(0),
      ratio: ratio(cpu(cold), cpu(coldBare)),
      goal: goalOf({node: '8.0', standalone: '4.0'}),
    },
    {what: 'bare node:http, at rest', 'RSS MiB': restBare.rssMiB.toFixed(1)},
    {
      what: 'guard serve, at rest',
      'RSS MiB': rest.rssMiB.toFixed(1),
      ratio: ratio(rest.rssMiB, restBare.rssMiB),
      goal: goalOf({node: '3.2', standalone: '1.6'}),
    },
    {what: 'guard serve, CPU ms of 10 s at rest', 'CPU ms': rest.cpuMs.toFixed(0)},
    {
      what: 'list of 1,000 jobs, gzip',
      KB: (list.bytes / 1000).toFixed(1),
      'CPU ms': list.cpuMs.toFixed(0),
      goal: '200',
    },
  ]
}

/** CPU time from the start of a server until it has answered once. */
async function firstAnswer(server, ask) {
  return serving(server, async ({pid, url}) => {
    const bytes = await answer(url, ask)
    return {...usageOf(pid), bytes}
  })
}

/** After an answer and some rest. */
async function atRest(server, ask) {
  return serving(server, async ({pid, url}) => {
    await answer(url, ask)
    await sleep(5000)
    const before = usageOf(pid)
    await sleep(10_000)
    const after = usageOf(pid)
    return {rssMiB: after.rssMiB, cpuMs: after.cpuMs - before.cpuMs}
  })
}

function serveIn({inFleet}) {
  const command = inFleet('serve', '--json', '--port', '0')
  return {...command, env: {...command.env, DASHBOARD_KEY: key}}
}

async function serving({argv: [file, ...args], env, cwd}, work) {
  const child = spawn(file, args, {env, cwd, stdio: ['ignore', 'pipe', 'ignore']})
  const [line] = await once(child.stdout, 'data')
  try {
    return await work({pid: child.pid, url: JSON.parse(line).url})
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
}

function answer(url, {path, headers = {}}) {
  return new Promise((resolve, reject) => {
    const request = get(`${url}${path}`, {headers, agent: false}, (response) => {
      let bytes = 0
      response.on('data', (piece) => {
        bytes += piece.length
      })
      response.on('end', () =>
        response.statusCode === 200 ? resolve(bytes) : reject(new Error(`${response.statusCode}`)),
      )
    })
    request.on('error', reject)
  })
}

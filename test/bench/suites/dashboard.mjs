import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {gzipSync} from 'node:zlib'
import {middle, spread} from '../compare.mjs'
import {openDashboard} from '../dashboard-page.mjs'
import {fleetAside} from '../fleet.mjs'
import {hasProgram, root} from '../place.mjs'

export const title = "the dashboard in Debian's chromium, with 16 and 1,000 jobs, and what is sent for it"

const sizes = [16, 1000]

export async function run({place, rounds}) {
  const page = readFileSync(join(root, 'dist/dashboard.html'))
  const lists = sizes.map((jobs) => statusOf(fleetAside(place, {jobs, lines: 90 * jobs})))
  const sent = [
    {what: 'page, gzip', 'at median': kilobytes(page), goal: '35 KB'},
    {what: 'list of 1,000 jobs, gzip', 'at median': kilobytes(lists[1]), goal: '200 KB'},
  ]
  if (!hasProgram('chromium')) return sent
  return [...sent, ...(await figuresOf(page.toString(), lists, Math.min(rounds, 10)))]
}

function statusOf({inFleet}) {
  const {argv, env, cwd} = inFleet('status', '--json')
  const {stdout, stderr} = spawnSync(argv[0], argv.slice(1), {env, cwd, encoding: 'utf8', maxBuffer: 64 << 20})
  if (stdout === '') throw new Error(stderr)
  return stdout
}

const kilobytes = (text) => `${(gzipSync(text, {level: 6}).length / 1000).toFixed(1)} KB`

/** Both sizes in turn, since the load of the machine changes. */
async function figuresOf(html, lists, rounds) {
  const dashboard = await openDashboard(html)
  const seen = sizes.map(() => ({renderMs: [], eventMs: [], frames: []}))
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [index, list] of lists.entries()) {
        const figures = await dashboard.measure(list)
        for (const [key, value] of Object.entries(figures)) seen[index][key].push(value)
      }
    }
  } finally {
    await dashboard.close()
  }
  const rowsOf = (what, key, goal) =>
    sizes.map((jobs, index) => ({
      what: `${what}, ${jobs} jobs`,
      'min / median / max': spread(seen[index][key]),
      ratio: (middle(seen[index][key]) / middle(seen[0][key])).toFixed(2),
      goal: index === 0 ? '' : goal,
    }))
  return [
    ...rowsOf('first render, ms', 'renderMs', '8'),
    ...rowsOf('an event, ms', 'eventMs', ''),
    ...rowsOf('an event, frames', 'frames', '1.0'),
  ]
}

import {join} from 'node:path'
import {rolldown} from 'rolldown'
import {schedules} from '../fleet.mjs'
import {root} from '../place.mjs'

export const title = 'the slots of cron expressions in one process; microseconds and KB per job'

const different = 400

export async function run({place, jobs}) {
  const createSlots = await load(place)
  const now = Date.UTC(2026, 2, 9, 12)
  // The first expression also pays for the late parts of the module.
  createSlots().latest({expression: '* * * * *', timezone: 'UTC'}, now)
  const repeated = (count, timezone) =>
    measure(
      `${count} jobs, ${schedules.length} expressions, ${timezone}`,
      count,
      (n) => schedules[n % schedules.length],
    )
  const distinctIn = (timezone) => measure(`${different} different expressions, ${timezone}`, different, distinct)
  return [
    ...[5, 50, 500].map((count) => repeated(count, 'America/New_York')),
    repeated(jobs, 'UTC'),
    distinctIn('UTC'),
    distinctIn('America/New_York'),
  ]

  function measure(what, count, expressionOf) {
    const slots = createSlots()
    const before = process.memoryUsage().heapUsed
    const ask = (n, atMs) => slots.latest({expression: expressionOf(n), timezone: zone(what)}, atMs)
    const first = perJob(count, (n) => ask(n, now))
    const heap = (process.memoryUsage().heapUsed - before) / 1024 / count
    const again = perJob(count, (n) => ask(n, now + 60_000))
    const cells = {
      'first time': first.toFixed(1),
      'next time': again.toFixed(1),
      'KB, about': Math.max(0, heap).toFixed(1),
    }
    return {what, ...cells}
  }
}

const zone = (what) => what.slice(what.lastIndexOf(' ') + 1)
const distinct = (n) => `${n % 60} ${Math.floor(n / 60) % 24} * * 1-5`

function perJob(count, work) {
  const begun = performance.now()
  for (let n = 0; n < count; n++) work(n)
  return ((performance.now() - begun) * 1000) / count
}

async function load(place) {
  const build = await rolldown({
    input: join(root, 'src/system/host/slots.ts'),
    platform: 'node',
    external: [/^node:/],
    resolve: {extensionAlias: {'.js': ['.ts', '.js']}},
    logLevel: 'silent',
  })
  await build.write({file: place.path('slots.mjs'), format: 'esm'})
  await build.close()
  return (await import(place.path('slots.mjs'))).createSlots
}

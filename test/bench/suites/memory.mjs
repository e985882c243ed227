import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {bare, goalOf, guard} from '../place.mjs'

export const title = 'waiting for a job that sleeps; MiB of the waiting process'

export async function run({place}) {
  const rows = []
  for (const many of [1, 20]) {
    rows.push(await waiting(place, {what: 'bare Node', many, argv: () => [...bare, 'sleep', '600']}))
    const argv = (number) => [...guard, 'run', '--job', `m${many}-${number}`, '--', 'sleep', '600']
    rows.push(
      await waiting(place, {
        what: 'guard run',
        many,
        argv,
        goal: many === 1 ? goalOf({node: 'RSS +6', standalone: 'RSS 55'}) : goalOf({node: '', standalone: 'PSS 12'}),
      }),
    )
  }
  return rows
}

async function waiting(place, {what, many, argv, goal = ''}) {
  const warm = place.start([...argv('warm').slice(0, -2), 'true'])
  await once(warm, 'exit')
  const started = Array.from({length: many}, (_, number) => place.start(argv(number), {spawn: {detached: true}}))
  await sleep(2000 + many * 200)
  const figures = started.map(({pid}) => memoryOf(pid))
  const mean = (key) => (figures.reduce((sum, figure) => sum + figure[key], 0) / many / 1024).toFixed(1)
  for (const child of started) {
    // The whole group, because bare Node does not end its job.
    process.kill(-child.pid, 'SIGTERM')
    await once(child, 'exit')
  }
  return {what, at: `${many} at once`, RSS: mean('Rss'), PSS: mean('Pss'), USS: mean('Private'), goal}
}

/** Memory of the process in kB, without its job. */
function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return {Rss: of('Rss'), Pss: of('Pss'), Private: of('Private_Clean') + of('Private_Dirty')}
}

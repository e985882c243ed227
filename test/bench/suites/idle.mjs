import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {spread} from '../compare.mjs'
import {bare, guard} from '../place.mjs'
import {usageOf} from '../usage.mjs'

export const title = 'waiting for 20 s, and the time from the end of a job to its end record'

const restS = 20

export async function run({place}) {
  const rest = [
    await atRest(place, 'bare Node', [...bare, 'sleep', '600']),
    await atRest(place, 'guard run', [...guard, 'run', '--', 'sleep', '600']),
  ]
  return [...rest, await notice(place), ...(await failures(place))]
}

async function atRest(place, what, argv) {
  const child = place.start(argv, {spawn: {detached: true}})
  await sleep(2000)
  const before = usageOf(child.pid)
  await sleep(restS * 1000)
  const after = usageOf(child.pid)
  process.kill(-child.pid, 'SIGTERM')
  await once(child, 'exit')
  const perMinute = (from, to) => (((to - from) * 60) / restS).toFixed(0)
  return {
    what,
    'CPU ms a minute': perMinute(before.cpuMs, after.cpuMs),
    'wake-ups a minute': perMinute(before.sleeps, after.sleeps),
    goal: what === 'guard run' ? '5' : '',
  }
}

/** Time from the SIGKILL of a job to its end record, for 10 jobs. */
async function notice(place) {
  const took = []
  for (let turn = 0; turn < 10; turn++) {
    const job = `killed-${turn}`
    const child = place.start([...guard, 'run', '--job', job, '--', 'sh', '-c', `echo $$ > ${job}; exec sleep 600`])
    const pid = await pidIn(place.path(job))
    const killedAt = Date.now()
    process.kill(pid, 'SIGKILL')
    await once(child, 'exit')
    took.push(endedAt(place, job) - killedAt)
  }
  return {what: 'killed job → end record, ms: min / median / max', 'CPU ms a minute': spread(took, 0), goal: '10'}
}

/** Time from the last output of a failing job to its end record: its output is searched for a reason first. */
async function failures(place) {
  const rows = []
  for (const [what, words] of [
    ['has no output', ':'],
    ['has output without a known failure', 'echo it did not work'],
    ['has output with a known failure', 'echo connection refused by peer'],
  ]) {
    const took = []
    for (let turn = 0; turn < 20; turn++) {
      const job = `failed-${rows.length}-${turn}`
      const line = `${words}; date +%s%3N > ${job}; exit 3`
      await once(place.start([...guard, 'run', '--job', job, '--', 'sh', '-c', line]), 'exit')
      took.push(endedAt(place, job) - Number(readFileSync(place.path(job), 'utf8')))
    }
    rows.push({
      what: `failing job that ${what} → end record, ms: min / median / max`,
      'CPU ms a minute': spread(took, 0),
      goal: '10',
    })
  }
  return rows
}

function endedAt(place, job) {
  const lines = readFileSync(place.path('.local/state/guard/runs.jsonl'), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line)).findLast((record) => record.job === job && record.kind === 'ended').at
}

async function pidIn(file) {
  for (;;) {
    try {
      const pid = Number(readFileSync(file, 'utf8'))
      if (pid > 0) return pid
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
    await sleep(50)
  }
}

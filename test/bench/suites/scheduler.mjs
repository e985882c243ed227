import {spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {setTimeout as sleep} from 'node:timers/promises'
import {middle, spread} from '../compare.mjs'
import {goalOf, guard, hasProgram, node} from '../place.mjs'
import {usageOf} from '../usage.mjs'

export const title =
  'the scheduler with 1,000 jobs: at rest, at its start, with all of them due at once; lateness of a slot'

const jobs = 1000
const parallel = 8

export async function run({place, rounds}) {
  const settings = settingsWith(place, 'rest', "'0 0 1 1 *'")
  const bareStart = startsOf(Math.min(rounds, 10), () => void spawnSync(node, ['-e', '0']))
  return [
    ...(await atRest(place, settings)),
    {what: 'bare Node, start to end, ms: min / median / max', figure: spread(bareStart, 0)},
    start(place, settings, {rounds: Math.min(rounds, 10), bareMs: middle(bareStart)}),
    await allDue(place),
    ...(await lateness(place)),
  ]
}

function settingsWith(place, name, schedule, more = '') {
  const lines = Array.from({length: jobs}, (_, index) => `  j${index}: {command: ['true'], schedule: ${schedule}}`)
  return place.write(`${name}.yaml`, `stateDir: ${place.path(name)}\n${more}jobs:\n${lines.join('\n')}\n`)
}

const begin = (place, file) => {
  const begun = performance.now()
  const {status, stdout, stderr} = spawnSync(guard[0], ['scheduler', 'start', '--json', '--config', file], {
    env: place.env(),
    cwd: place.dir,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  running = {place, file}
  return {ms: performance.now() - begun, pid: JSON.parse(stdout).pid}
}
const end = (place, file) => {
  running = undefined
  spawnSync(guard[0], ['scheduler', 'stop', '--jobs', '--config', file], {env: place.env(), cwd: place.dir})
}

/** Its scheduler would outlive a bench that is ended by a signal or an error. */
let running
process.once('exit', () => running && end(running.place, running.file))

const restS = 60

/** Both at once, because the load of the machine changes. The kernel counts the time of a process in nanoseconds. */
async function atRest(place, file) {
  const {pid} = begin(place, file)
  const bare = spawn(node, ['-e', 'setInterval(() => {}, 60_000)'], {stdio: 'ignore'})
  await sleep(15_000)
  const before = [usageOf(bare.pid), usageOf(pid)]
  await sleep(restS * 1000)
  const after = [usageOf(bare.pid), usageOf(pid)]
  bare.kill()
  await once(bare, 'exit')
  end(place, file)
  const [bareMs, ownMs] = after.map(({cpuMs}, index) => ((cpuMs - before[index].cpuMs) * 60) / restS)
  const [bareMib, ownMib] = after.map(({rssMiB}) => rssMiB)
  return [
    {what: 'CPU ms a minute: Node with one timer of 60 s', figure: bareMs.toFixed(2)},
    {
      what: 'CPU ms a minute: scheduler',
      figure: ownMs.toFixed(2),
      ratio: (ownMs / bareMs).toFixed(2),
      goal: '1.5, or 5 ms more',
    },
    {what: 'RSS MiB: bare Node', figure: bareMib.toFixed(1)},
    {
      what: 'RSS MiB: scheduler',
      figure: ownMib.toFixed(1),
      ratio: (ownMib / bareMib).toFixed(2),
      goal: goalOf({node: '3.6', standalone: '1.8'}),
    },
  ]
}

function start(place, file, {rounds, bareMs}) {
  const took = startsOf(rounds, () => {
    const {ms} = begin(place, file)
    end(place, file)
    return ms
  })
  return {
    what: 'start to ready, ms: min / median / max',
    figure: spread(took, 0),
    ratio: (middle(took) / bareMs).toFixed(2),
    goal: goalOf({node: '6', standalone: '3'}),
  }
}

/** How long each took, without the first, which fills the caches. */
function startsOf(rounds, work) {
  return Array.from({length: rounds + 1}, () => {
    const begun = performance.now()
    const ms = work()
    return ms ?? performance.now() - begun
  }).slice(1)
}

/** From the slot to the start of the last, beside the same calls of guard run, so many at a time, by a loop of Node. */
async function allDue(place) {
  const file = settingsWith(place, 'due', "'* * * * *'", `scheduler: {maxParallel: ${parallel}}\n`)
  const bareFile = settingsWith(place, 'bare', "'0 0 1 1 *'")
  const bareMs = await bareSpawns(place, bareFile)
  const {pid} = begin(place, file)
  const first = await firstOf(place, 'due')
  process.kill(pid, 0)
  for (;;) {
    const starts = startsIn(place, 'due', first)
    if (starts.length >= jobs) {
      end(place, file)
      const lastMs = Math.max(...starts) - first
      return {
        what: `1,000 due at once, ${parallel} at a time, until the last has started, s (bare spawns ${(bareMs / 1000).toFixed(1)})`,
        figure: (lastMs / 1000).toFixed(1),
        ratio: (lastMs / bareMs).toFixed(2),
        goal: '1.3',
      }
    }
    await sleep(500)
  }
}

function recordsOf(place, state, name) {
  const text = spawnSync('sh', ['-c', `cat ${place.path(state)}/.gen/${name}.*.jsonl`], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  }).stdout
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
}

async function firstOf(place, state) {
  for (;;) {
    const fired = recordsOf(place, state, 'scheduler').find(({kind}) => kind === 'fired')
    if (fired) return fired.slot
    await sleep(200)
  }
}

function startsIn(place, state, slot) {
  return recordsOf(place, state, 'runs').flatMap((record) =>
    record.kind === 'started' && String(record.slot).endsWith(new Date(slot).toISOString()) ? [record.at] : [],
  )
}

async function bareSpawns(place, file) {
  const begun = Date.now()
  let next = 0
  const work = async () => {
    while (next < jobs) {
      const child = place.start([...guard, 'run', '--config', file, `j${next++}`], {spawn: {detached: true}})
      await once(child, 'exit')
    }
  }
  await Promise.all(Array.from({length: parallel}, work))
  return Date.now() - begun
}

const minutes = 3

/** How late a job starts that writes the time, by the scheduler and by Debian's cron in a mount namespace of its own. */
async function lateness(place) {
  const file = place.write(
    'late.yaml',
    `stateDir: ${place.path('late')}\njobs:\n  late: {command: [sh, -c, 'date +%s%3N >> ${place.path('by-scheduler')}'], schedule: '* * * * *'}\n`,
  )
  begin(place, file)
  const cron = hasProgram('cron') && process.getuid() === 0 ? startCron(place) : undefined
  await sleep((minutes * 60 + 5) * 1000)
  end(place, file)
  cron?.kill('SIGKILL')
  const late = (name) =>
    existsSync(place.path(name))
      ? readFileSync(place.path(name), 'utf8')
          .trim()
          .split('\n')
          .map((at) => Number(at) % 60_000)
      : []
  const [own, theirs] = [late('by-scheduler'), late('by-cron')]
  const rows =
    theirs.length === 0 ? [] : [{what: 'lateness of a slot by cron, ms: min / median / max', figure: spread(theirs, 0)}]
  const ratio = theirs.length === 0 ? '' : (middle(own) / middle(theirs)).toFixed(2)
  return [...rows, {what: 'lateness of a slot, ms: min / median / max', figure: spread(own, 0), ratio, goal: '1.0'}]
}

function startCron(place) {
  const crontab = place.write('crontab', `* * * * * date +\\%s\\%3N >> ${place.path('by-cron')}\n`)
  const script = `mount -t tmpfs none /run && mount -t tmpfs none /var/spool/cron && mkdir -m 1730 /var/spool/cron/crontabs &&
    for folder in d hourly daily weekly monthly; do [ ! -d /etc/cron.$folder ] || mount -t tmpfs none /etc/cron.$folder; done
    : > /run/crontab; [ ! -f /etc/crontab ] || mount --bind /run/crontab /etc/crontab
    crontab ${crontab} && exec cron -f`
  writeFileSync(place.path('cron.sh'), script)
  return spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', place.path('cron.sh')], {
    stdio: 'ignore',
  })
}

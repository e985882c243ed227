import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {bundle} from '../bundle.mjs'
import {middle} from '../compare.mjs'
import {node, root} from '../place.mjs'

export const title =
  'what a round decides about alerts, with 100,000 records of deliveries; milliseconds in a new process'

const messages = 25_000
const jobs = 500
const groups = 50

export async function run({place, rounds}) {
  const program = await build(place)
  const dir = place.path('state')
  execFileSync(node, [program, 'fill', dir])
  const figures = Array.from({length: rounds}, () =>
    JSON.parse(execFileSync(node, [program, 'round', dir], {encoding: 'utf8'})),
  )
  return ['open and read', 'decide'].map((what) => {
    const all = figures.map((one) => one[what])
    return {
      what,
      least: Math.min(...all).toFixed(1),
      median: middle(all).toFixed(1),
      most: Math.max(...all).toFixed(1),
      goal: what === 'decide' ? '' : '30 with decide',
    }
  })
}

/** Each round is a process of its own, in which nothing is compiled or read yet. */
async function build(place) {
  const from = (name) => `'${join(root, `src/${name}.ts`)}'`
  const entry = place.write(
    'entry.ts',
    `import {openStateDir} from ${from('journal/state-dir')}
import {openStream} from ${from('journal/streams')}
import {alertStream, deliveryStream, silenceStream} from ${from('journal/failure-streams')}
import {hasNewAlerts} from ${from('usecases/alert/new-alerts')}
import {nextOf} from ${from('usecases/alert/deliver-alerts')}
import {mkdirSync} from 'node:fs'

let count = 0
const newStamp = () => ({v: 1, id: \`r\${++count}\`, at: Date.now(), mono: count, boot: 'b', host: 'h'})
const [, , what, path] = process.argv
const policy = {groupWaitMs: 3e4, groupIntervalMs: 3e5, repeatMs: [144e5], recoveryWaitMs: 6e5, cap: 20}
mkdirSync(path, {recursive: true, mode: 0o700})
const dir = openStateDir(path)
const open = (spec) => openStream(spec, {dir, newStamp})

function fill() {
  const [alerts, outbox] = [open(alertStream), open(deliveryStream)]
  for (let number = 0; number < ${messages}; number++) {
    const [job, group, id] = [\`job-\${number % ${jobs}}\`, \`cause \${number % ${groups}}\`, \`m\${number}\`]
    const details = {event: 'trouble', verdict: 'failing', class: group}
    alerts.append({kind: 'raised', level: 'CRITICAL', component: 'watchdog', message: 'it failed', job, details, key: id}, 'buffered')
    const news = {job, level: 'CRITICAL', reason: 'it failed', sinceMs: Date.now(), errorLine: 'HTTP 503', runId: id}
    const about = {token: 1, channel: 'ops'}
    outbox.append({kind: 'noted', token: 1, alert: number + 1, as: id, event: 'trouble', group, subject: job, channels: ['ops'], news}, 'buffered')
    const message = {id, channel: 'ops', group, kind: 'trouble', level: 'CRITICAL', title: 'it failed', atMs: Date.now(), jobs: [news], jobCount: 1, notes: []}
    outbox.append({kind: 'pending', token: 1, message, told: {jobs: 10, level: 'CRITICAL', repeats: 0}}, 'buffered')
    outbox.append({kind: 'attempted', ...about, message: id}, 'buffered')
    outbox.append({kind: 'sent', ...about, message: id, receipt: {message_id: number}}, 'buffered')
    if (number % 1000 !== 999) continue
    alerts.compactIfDue()
    outbox.compactIfDue()
  }
}

function round() {
  const begun = performance.now()
  const deps = {outbox: open(deliveryStream), silences: open(silenceStream)}
  const isNew = hasNewAlerts(open(alertStream).read(), deps.outbox.read())
  deps.silences.read()
  const read = performance.now()
  const none = () => undefined
  const nextMs = nextOf({...deps, policy, host: 'h', newId: none, isQuiet: () => false, now: Date.now, isKnown: () => true, badAtOf: none, fallbackOf: none})
  if (isNew || nextMs === undefined) throw new Error('the journals are not as they were filled')
  console.log(JSON.stringify({'open and read': read - begun, decide: performance.now() - read}))
}

if (what === 'fill') fill()
else round()
`,
  )
  return bundle(entry, place.path('delivery.mjs'))
}

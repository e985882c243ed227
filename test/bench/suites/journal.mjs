import {join} from 'node:path'
import {bundle} from '../bundle.mjs'
import {middle} from '../compare.mjs'
import {root} from '../place.mjs'

export const title = 'the journal in one process; microseconds per record'

const records = 2000

export async function run({place}) {
  const {openStream, leaseStream, runStream, openStateDir} = await load(place)
  const dir = openStateDir(place.path('state'))
  const stamp = stamper()
  const open = (spec) => openStream(spec, {dir, newStamp: stamp, compactBytes: 2 ** 40})
  const [leases, runs] = [open(leaseStream), open(runStream)]
  const entry = (number) => ({kind: 'started', job: 'bench', run: `run-${number}`})
  const claim = (number) => ({kind: 'claimed', job: `job-${number}`, holder: 'bench', ttlMs: 60_000})
  return [
    timed('note, buffered', records, (number) => runs.note(entry(number), 'buffered')),
    timed('note, durable (fdatasync)', records / 10, (number) => runs.note(entry(number), 'durable')),
    timed('append a claim, buffered', records, (number) => leases.append(claim(number), 'buffered')),
    timed('read all (per record)', 1, () => open(leaseStream).read(), records),
  ]
}

function timed(what, times, work, of = 1) {
  const took = Array.from({length: times}, (_, number) => {
    const begun = performance.now()
    work(number)
    return ((performance.now() - begun) * 1000) / of
  })
  return {what, median: middle(took).toFixed(1), mean: (took.reduce((sum, one) => sum + one, 0) / times).toFixed(1)}
}

function stamper() {
  let count = 0
  return () => ({
    v: 1,
    id: `bench-${count++}`,
    at: Date.now(),
    mono: Math.floor(performance.now()),
    boot: 'b',
    host: 'h',
  })
}

async function load(place) {
  const entry = place.write(
    'entry.ts',
    ['streams', 'state-dir'].map((name) => `export * from '${join(root, `src/journal/${name}.ts`)}'`).join('\n'),
  )
  return import(await bundle(entry, place.path('journal.mjs')))
}

import {closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {guard, measureOnce} from './place.mjs'

/** Real crontabs repeat a few schedules in many jobs. */
const schedules = ['*/5 * * * *', '*/15 * * * *', '0 * * * *', '15 14 * * 1-5', '30 2 * * *', '7 */2 * * *']

/** Writes settings of many jobs, and a journal of their leases that guard has not read yet. */
export function writeFleet(place, {jobs, lines}) {
  const entries = Array.from({length: jobs}, (_, n) => [
    `job-${n}`,
    {command: ['true'], schedule: schedules[n % schedules.length], timezone: 'UTC'},
  ])
  place.write('.guardianrc.json', JSON.stringify({jobs: Object.fromEntries(entries)}))
  const state = place.path('state')
  mkdirSync(state, {mode: 0o700})
  const journal = join(state, 'leases.jsonl')
  appendLines(journal, leaseLines({jobs, lines}))
  return {state, journal}
}

/** Each run of a job is a claim and a release; the last one is a moment ago. */
function* leaseLines({jobs, lines}) {
  const stampAgo = stamper()
  for (let n = 0; n < lines; n += 2) {
    const agoMs = Math.ceil((lines - n) / 20)
    const job = `job-${(n / 2) % jobs}`
    yield {...stampAgo(`r${n}`, agoMs), kind: 'claimed', job, holder: 'h', ttlMs: 300_000}
    yield {...stampAgo(`r${n + 1}`, agoMs), kind: 'released', job, claim: `r${n}`, token: n / 2 + 1, status: 'ok'}
  }
}

/** Writes runs like `guard run`, three lines each; the last one of each job is a moment ago. */
function writeRuns(place, {jobs, lines = 3 * jobs}) {
  appendLines(join(place.path('state'), 'runs.jsonl'), runLines(place, {jobs, runs: lines / 3}))
}

function* runLines(place, {jobs, runs}) {
  const stampAgo = stamper()
  for (let n = 0; n < runs; n++) {
    const agoMs = Math.ceil((runs - n) / 10)
    const job = `job-${n % jobs}`
    const of = {job, run: `run-${n}`}
    const log = {file: place.path(`state/logs/guardian_${job}_output.log`), inode: 1_000_000 + (n % jobs), from: 0}
    yield {...stampAgo(`s${n}`, agoMs), kind: 'started', ...of, token: n + 1, log}
    yield {...stampAgo(`a${n}`, agoMs), kind: 'attempt-ended', ...of, attempt: 1, outcome: 'healthy', exitCode: 0}
    const ended = {outcome: 'healthy', exitCode: 0, durationMs: 40, attempts: 1, recovered: false}
    yield {...stampAgo(`e${n}`, agoMs), kind: 'ended', ...of, ...ended, log: {...log, to: 120}}
  }
}

let claims = 0

/** Claims the leases of some jobs, as after new runs. */
export function claimSome(journal, count) {
  const stampAgo = stamper()
  const records = Array.from({length: count}, (_, n) => ({
    ...stampAgo(`n${claims++}`, 0),
    kind: 'claimed',
    job: `job-${n}`,
    holder: 'h',
    ttlMs: 300_000,
  }))
  appendLines(journal, records)
}

function stamper() {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const now = {at: Date.now(), mono: Math.floor(Number(process.hrtime.bigint() / 1_000_000n))}
  const host = hostname()
  return (id, agoMs) => ({v: 1, id, at: now.at - agoMs, mono: now.mono - agoMs, boot, host})
}

function appendLines(file, records) {
  const fd = openSync(file, 'a', 0o600)
  let piece = []
  const flush = () => {
    if (piece.length > 0) writeSync(fd, `${piece.join('\n')}\n`)
    piece = []
  }
  for (const record of records) if (piece.push(JSON.stringify(record)) >= 20_000) flush()
  flush()
  closeSync(fd)
}

/** A separate folder with so many jobs and runs on record, of which guard has made a snapshot. */
export function fleetAside(place, {jobs, lines}) {
  const dir = place.path(`fleet-${jobs}`)
  mkdirSync(dir)
  const path = (inner) => join(dir, inner)
  const aside = {path, write: (inner, text) => writeFileSync(path(inner), text)}
  const {state, journal} = writeFleet(aside, {jobs, lines: 2 * jobs})
  const inFleet = (...argv) => place.command([...guard, ...argv], {cwd: dir, env: {GUARD_STATE_DIR: state}})
  writeRuns(aside, {jobs, ...(lines !== undefined && {lines})})
  // With its first record, guard compacts the journal.
  measureOnce([inFleet('run', '--job', 'job-0', '--', 'true')])
  return {journal, inFleet}
}

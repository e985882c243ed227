// One round of the watchdog over many jobs: first pass over a long journal, then with the snapshot there.
// node test/bench/watchdog.mjs [jobs] [lines] [rounds]      (default 10000, 1000000 and 20)
import {spawnSync} from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import {hostname, tmpdir} from 'node:os'
import {join} from 'node:path'

const [jobs = 10_000, lines = 1_000_000, rounds = 20] = process.argv.slice(2).map(Number)
const guard = join(import.meta.dirname, '../../bin/guard.js')
const dir = mkdtempSync(join(tmpdir(), 'guard-bench-'))
const stateDir = join(dir, 'state')
mkdirSync(stateDir, {mode: 0o700})

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
const monoNow = Math.floor(Number(process.hrtime.bigint() / 1_000_000n))
const schedules = ['*/5 * * * *', '*/15 * * * *', '0 * * * *', '15 14 * * 1-5', '30 2 * * *', '7 */2 * * *']

function writeSettings() {
  const entries = Array.from({length: jobs}, (_, n) => [
    `job-${n}`,
    {command: ['true'], schedule: schedules[n % schedules.length], timezone: 'UTC'},
  ])
  writeFileSync(join(dir, '.guardianrc.json'), JSON.stringify({jobs: Object.fromEntries(entries)}))
}

/** Each run of a job is a claim and a release, the newest a moment ago. */
function writeLeases() {
  const fd = openSync(join(stateDir, 'leases.jsonl'), 'w', 0o600)
  const stamp = (n, agoMs) => ({
    v: 1,
    id: `r${n}`,
    at: Date.now() - agoMs,
    mono: monoNow - agoMs,
    boot,
    host: hostname(),
  })
  let piece = []
  for (let n = 0, grants = 0; n < lines; n += 2) {
    const job = `job-${(n / 2) % jobs}`
    const agoMs = Math.ceil((lines - n) / 20)
    grants += 1
    piece.push(JSON.stringify({...stamp(n, agoMs), kind: 'claimed', job, holder: 'h', ttlMs: 300_000}))
    piece.push(
      JSON.stringify({...stamp(n + 1, agoMs), kind: 'released', job, claim: `r${n}`, token: grants, status: 'ok'}),
    )
    if (piece.length < 20_000) continue
    writeSync(fd, `${piece.join('\n')}\n`)
    piece = []
  }
  if (piece.length > 0) writeSync(fd, `${piece.join('\n')}\n`)
  closeSync(fd)
}

/** CPU and memory of a whole process, as it tells them itself when it ends. */
const probe = join(dir, 'probe.cjs')
const probed = join(dir, 'probe.json')
writeFileSync(
  probe,
  `process.once('exit', () => require('node:fs').writeFileSync(${JSON.stringify(probed)}, JSON.stringify(process.resourceUsage())))`,
)

function measure(argv) {
  const startedAt = process.hrtime.bigint()
  const {status, stderr} = spawnSync(process.execPath, ['--require', probe, ...argv], {
    cwd: dir,
    env: {PATH: '/usr/bin:/bin', HOME: dir, GUARD_STATE_DIR: stateDir},
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  })
  const wallMs = Number(process.hrtime.bigint() - startedAt) / 1e6
  if (status > 2) throw new Error(`exit ${status}: ${stderr.slice(0, 300)}`)
  const {userCPUTime, systemCPUTime, maxRSS} = JSON.parse(readFileSync(probed, 'utf8'))
  return {cpuMs: (userCPUTime + systemCPUTime) / 1000, wallMs, rssMiB: maxRSS / 1024}
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** A and B in turn; ratios are of the medians of one call. */
function compare(label, argv, before = () => undefined) {
  const [own, floor] = [[], []]
  for (let round = 0; round < rounds; round++) {
    before()
    own.push(measure([guard, ...argv]))
    floor.push(measure(['-e', '0']))
  }
  const cpuMs = own.map((one) => one.cpuMs)
  const ratio = median(cpuMs) / median(floor.map((one) => one.cpuMs))
  console.log(
    [
      label.padEnd(40),
      `CPU ms ${Math.min(...cpuMs).toFixed(0)} / ${median(cpuMs).toFixed(0)} / ${Math.max(...cpuMs).toFixed(0)}`.padEnd(
        28,
      ),
      `${ratio.toFixed(2)}x node -e 0`.padEnd(20),
      `wall ms ${median(own.map((one) => one.wallMs)).toFixed(0)}`.padEnd(14),
      `RSS MiB ${median(own.map((one) => one.rssMiB)).toFixed(0)}`,
    ].join(' '),
  )
}

/** JSON.parse of every line, in pieces of a MiB: what a first pass is compared to. */
const parseAll = `
  const {openSync, readSync} = require('node:fs')
  const fd = openSync(process.argv[1], 'r')
  const piece = Buffer.alloc(1 << 20)
  for (let rest = '', got; (got = readSync(fd, piece)) > 0; ) {
    const lines = (rest + piece.toString('latin1', 0, got)).split('\\n')
    rest = lines.pop()
    for (const line of lines) JSON.parse(line)
  }`

/** A run of some jobs since the last round. */
function addLines(count) {
  const piece = Array.from({length: count}, (_, n) =>
    JSON.stringify({
      v: 1,
      id: `n${process.hrtime.bigint()}`,
      at: Date.now(),
      mono: Math.floor(Number(process.hrtime.bigint() / 1_000_000n)),
      boot,
      host: hostname(),
      kind: 'claimed',
      job: `job-${n % jobs}`,
      holder: 'h',
      ttlMs: 300_000,
    }),
  )
  appendFileSync(join(stateDir, 'leases.jsonl'), `${piece.join('\n')}\n`)
}

try {
  writeSettings()
  writeLeases()
  const journal = join(stateDir, 'leases.jsonl')
  console.log(`${jobs} jobs, ${lines} lines, ${Math.round(statSync(journal).size / 1e6)} MB, node ${process.version}`)
  const parse = measure(['-e', parseAll, journal])
  // The settings are kept once their file is a few seconds old.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000)
  const settings = measure([guard, 'config', 'show', '--json'])
  const first = measure([guard, 'watchdog'])
  console.log(`settings for the first time: CPU ms ${settings.cpuMs.toFixed(0)}`)
  console.log(
    `cold, whole journal: CPU ms ${first.cpuMs.toFixed(0)}, ${(first.cpuMs / parse.cpuMs).toFixed(2)}x JSON.parse of all lines, RSS MiB ${first.rssMiB.toFixed(0)}`,
  )
  measure([guard, 'watchdog'])
  measure([guard, 'watchdog'])
  compare('snapshot', ['watchdog'])
  compare('snapshot, dry run', ['watchdog', '--dry-run'])
  compare('snapshot and 1,000 new lines', ['watchdog'], () => addLines(1000))
} finally {
  if (process.env.KEEP) console.log(dir)
  else rmSync(dir, {recursive: true, force: true})
}

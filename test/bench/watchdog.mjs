// One round of the watchdog over many jobs: first pass over a long journal, then with the snapshot there.
// node test/bench/watchdog.mjs [jobs] [lines]      (default 10000 and 1000000)
import {execFileSync, spawnSync} from 'node:child_process'
import {
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

const [jobs = 10_000, lines = 1_000_000] = process.argv.slice(2).map(Number)
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

function timed(label, argv) {
  const startedAt = process.hrtime.bigint()
  const {status, stdout, stderr} = spawnSync(process.execPath, argv, {
    cwd: dir,
    env: {PATH: '/usr/bin:/bin', HOME: dir, GUARD_STATE_DIR: stateDir},
    maxBuffer: 1 << 28,
    encoding: 'utf8',
  })
  const wallMs = Number(process.hrtime.bigint() - startedAt) / 1e6
  console.log(
    `${label.padEnd(44)} ${wallMs.toFixed(0).padStart(7)} ms   exit ${status}${stderr ? `   ${stderr.slice(0, 200)}` : ''}`,
  )
  return stdout
}

try {
  writeSettings()
  writeLeases()
  console.log(
    `${jobs} jobs, ${lines} lines, ${Math.round(statSync(join(stateDir, 'leases.jsonl')).size / 1e6)} MB, node ${execFileSync(process.execPath, ['--version'], {encoding: 'utf8'}).trim()}`,
  )
  timed('node -e 0', ['-e', '0'])
  timed('first round, whole journal', [guard, 'watchdog'])
  timed('second round', [guard, 'watchdog'])
  timed('third round', [guard, 'watchdog'])
  timed('dry run', [guard, 'watchdog', '--dry-run'])
} finally {
  if (!process.env.KEEP) rmSync(dir, {recursive: true, force: true})
  else console.log(dir)
}

import {chmodSync, existsSync, mkdirSync, readFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {expect, test} from 'vitest'
import {systemClock} from '../../src/system/host/clock.js'
import {readBootId} from '../../src/system/host/host.js'
import {asOrdinaryUser, createSandbox, type Ended, isAlive, type Sandbox, until} from '../support/sandbox.js'

interface Picture {
  readonly verdict: string
  readonly checks: readonly {readonly check: string; readonly verdict: string; readonly reason: string}[]
}

/** The verdicts of what guard itself is responsible for; the machine of the test may lack disk or memory. */
function ofGuard({stdout}: Ended): Record<string, string> {
  const {checks} = JSON.parse(stdout) as Picture
  const own = checks.filter(({check}) => !['disk', 'memory', 'load'].includes(check))
  return Object.fromEntries(own.map(({check, verdict}) => [check, verdict]))
}

const allHealthy = {
  state: 'healthy',
  journals: 'healthy',
  leases: 'healthy',
  runs: 'healthy',
  breakers: 'healthy',
  incidents: 'healthy',
  alerts: 'healthy',
  watchdog: 'healthy',
  'reset-daemon': 'healthy',
}

/** A watchdog that came by once, so long ago, and never again. */
function lateWatchdog(box: Sandbox, agoMs: number): void {
  const stamp = {v: 1, at: Date.now() - agoMs, mono: systemClock.mono() - agoMs, boot: readBootId(), host: hostname()}
  const claim = {...stamp, id: 'c1', kind: 'claimed', job: 'guard-watchdog', holder: 'w', ttlMs: 60_000}
  box.write('state/leases.jsonl', `${JSON.stringify(claim)}\n`, 0o600)
}

test('where the state directory cannot be made health and doctor say so, and which folder is why', async () => {
  const box = createSandbox()
  mkdirSync(box.path('shut'), {mode: 0o555})
  const asked = 'guard health --json --state-dir shut/deep/state; guard doctor --json --state-dir shut/deep/state'
  const {stdout} = await box.sh(asOrdinaryUser(box, asked))
  const [health, doctor] = stdout.trim().split('\n')
  const reason = `state directory ${box.path('shut/deep/state')} cannot be made: ${box.path('shut')} cannot be written (EACCES)`
  expect((JSON.parse(health ?? '') as Picture).checks).toContainEqual(
    expect.objectContaining({check: 'state', verdict: 'unhealthy', reason}),
  )
  expect(doctor).toContain(JSON.stringify(reason))
  expect(existsSync(box.path('shut/deep'))).toBe(false)
})

test('where guard was never used all is well, and nothing is made', async () => {
  const box = createSandbox()
  expect(ofGuard(await box.guard('health', '--json'))).toEqual(allHealthy)
  expect(existsSync(box.stateDir)).toBe(false)
})

test('after a good run all is well, which is said on one line', async () => {
  const box = createSandbox()
  await box.guard('run', '--job', 'scan', '--', 'true')
  const {stdout} = await box.guard('health')
  expect(stdout).toMatch(
    /^healthy: .*state, journals, leases, runs, breakers, incidents, alerts, watchdog, reset-daemon$/m,
  )
  const {checks} = JSON.parse((await box.guard('health', '--json')).stdout)
  expect(checks).toEqual(
    expect.arrayContaining([
      expect.objectContaining({check: 'leases', reason: '0 held, 0 expired, 1 released'}),
      expect.objectContaining({check: 'journals', reason: '2 in use, 0 lines are not JSON'}),
    ]),
  )
})

test('settings that cannot be read degrade, though nothing is known of their jobs', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs: [\n')
  const {code, stdout} = await box.guard('health')
  expect(code).toBe(1)
  expect(stdout).toMatch(/^settings {2}degraded {2}\S+\/\.guardianrc\.yaml cannot be loaded: /m)
})

test('what is wrong has a line of its own, the worst first, and the last line says the verdict', async () => {
  const box = createSandbox()
  await box.guard('breaker', 'open', 'api', '--reason', 'no feed')
  mkdirSync(box.path('open'))
  chmodSync(box.path('open'), 0o777)
  const {code, stdout} = await box.guard('health', '--state-dir', box.path('open'))
  expect(code).toBe(2)
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^state +unhealthy +state directory .* is writable by others$/)
  expect(lines.at(-1)).toMatch(/^unhealthy: state/)
})

test('an open breaker and a late watchdog degrade', async () => {
  const box = createSandbox()
  lateWatchdog(box, 60_000)
  await box.guard('breaker', 'open', 'api', '--reason', 'no feed')
  box.write('.guardianrc.yaml', 'watchdog: {lateAfter: 30s}')
  const ended = await box.guard('health', '--json')
  expect(ofGuard(ended)).toEqual({...allHealthy, breakers: 'degraded', watchdog: 'degraded'})
  expect(ended.code).toBeGreaterThanOrEqual(1)
})

test('an incident that called a human is unhealthy, exit 2', async () => {
  const box = createSandbox()
  const stamp = {v: 1, at: Date.now(), uptimeMs: 1, job: 'scan'}
  const records = [
    {...stamp, kind: 'opened', id: 'i1', verdict: 'stalled', reason: 'its lease expired'},
    {...stamp, kind: 'escalated', id: 'i2', incident: 'i1', number: 1, reason: 'two resets failed'},
  ]
  box.write('state/incidents.jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join(''), 0o600)
  const ended = await box.guard('health', '--json')
  expect(ended.code).toBe(2)
  expect(ofGuard(ended)).toEqual({...allHealthy, incidents: 'unhealthy'})
})

test('a run killed with its job is told by health and history until the next run', async () => {
  const box = createSandbox()
  const run = box.start(['run', '--job', 'scan', '--', 'sh', '-c', `echo $$ > ${box.path('pid')}; exec sleep 60`])
  const pid = () => (existsSync(box.path('pid')) ? readFileSync(box.path('pid'), 'utf8') : '')
  await until(() => pid().endsWith('\n') && box.journal('leases.jsonl').length > 1, 'the job is bound')
  const job = Number(pid())
  expect((await box.guard('history', 'scan')).stdout).toContain('running')

  run.kill('SIGKILL')
  process.kill(job, 'SIGKILL')
  await run.ended
  await until(() => !isAlive(job), 'the job is gone')
  expect(ofGuard(await box.guard('health', '--json'))).toEqual({...allHealthy, runs: 'degraded'})
  const told = await box.guard('history', 'scan')
  expect(told.stdout).toMatch(
    / {2}interrupted {2}.* {2}not yet recorded: its guard and its job are gone: processes \d+ and \d+ no longer run\n$/,
  )
  expect(JSON.parse((await box.guard('history', 'scan', '--json')).stdout)).toMatchObject({
    runs: [
      {outcome: 'interrupted', detail: expect.stringMatching(/^not yet recorded: its guard and its job are gone/)},
    ],
  })

  await box.guard('run', '--job', 'scan', '--', 'true')
  expect(ofGuard(await box.guard('health', '--json'))).toEqual(allHealthy)
})

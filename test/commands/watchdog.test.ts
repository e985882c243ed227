import {existsSync, readFileSync, utimesSync} from 'node:fs'
import {hostname} from 'node:os'
import {describe, expect, test} from 'vitest'
import {readBootId} from '../../src/system/host/host.js'
import {createSandbox, isAlive, type Sandbox, until} from '../support/sandbox.js'
import {inTerminal} from '../support/terminal.js'

const settings = `
watchdog: {bootGrace: 0s, escalateAfter: 0s}
jobs:
  scan: {command: ["true"]}
`

const json = ({stdout}: {readonly stdout: string}) => JSON.parse(stdout) as Record<string, never>

/** A state directory in which the holder of scan's lease fell silent long ago in this boot. */
function deadJob(): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  const stamp = {v: 1, id: 'c1', at: Date.now() - 60_000, mono: 1, boot: readBootId(), host: hostname()}
  const claim = {...stamp, kind: 'claimed', job: 'scan', holder: 'gone', ttlMs: 1000}
  box.write('state/leases.jsonl', `${JSON.stringify(claim)}\n`, 0o600)
  return box
}

test('a job new in the settings is not trouble, and exit 0 says so', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  const {code, stdout} = await box.guard('watchdog', '--verbose')
  expect(stdout).toMatch(/^scan {2}unknown {2}nothing is known yet, watched for \d+s\n$/)
  expect(code).toBe(0)
})

test('a job with wrong settings is failing, and the others are watched as ever', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', `${settings}  bad: {command: ["true"], timeout: soon}\n`)
  await box.guard('run', 'scan')
  const {code, stdout} = await box.guard('watchdog', '--verbose')
  expect(stdout).toMatch(/^scan +healthy/m)
  expect(stdout).toMatch(/bad +failing +its settings are wrong: jobs\.bad\.timeout: "soon" is not a duration/)
  expect(code).toBe(2)
})

test('settings that cannot be read at all are not a healthy round', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs: [\n')
  const {code, stderr} = await box.guard('watchdog')
  expect([code, stderr]).toEqual([78, expect.stringContaining('.guardianrc.yaml cannot be loaded')])
})

test('a run that lasts longer than longestRun is hung', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', `${settings}  slow: {command: [sleep, "60"], longestRun: 1ms}\n`)
  const run = box.start(['run', 'slow'])
  await until(() => existsSync(box.path('state/runs.jsonl')), 'the start of the run')
  await box.guard('watchdog')
  const {code, stdout} = await box.guard('watchdog', '--verbose')
  run.kill('SIGTERM')
  await run.ended
  expect(stdout).toMatch(/^slow {2}hung +its run has lasted for \d+s, at most 0s is allowed$/m)
  expect(code).toBe(2)
})

test('a watchdog that watches no job exits 78 on a terminal, else 0 with one alert', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs: {}')
  for (let round = 0; round < 2; round++) {
    expect(await box.guard('watchdog')).toMatchObject({code: 0, stdout: '', stderr: ''})
  }
  expect(box.journal('alerts.jsonl')).toMatchObject([
    {level: 'WARNING', component: 'watchdog', message: `no job is watched: ${box.dir}/.guardianrc.yaml names none`},
  ])
  const {code, stdout} = await box.sh('script -qec "guard watchdog" /dev/null')
  expect([code, stdout]).toEqual([78, expect.stringContaining('no job is watched')])
})

test('an incident of a job stays open while the settings cannot be read', async () => {
  const box = deadJob()
  await box.guard('watchdog')
  box.write('.guardianrc.yaml', 'jobs: [')
  await box.guard('watchdog')
  box.write('.guardianrc.yaml', 'jobs: 7')
  expect((await box.guard('watchdog')).code).toBe(2)
  expect(box.journal('incidents.jsonl').filter(({kind}) => kind === 'resolved')).toEqual([])
})

test.each(['watchdog', 'reset-daemon'])(
  'rounds of %s that follow each other within a second are wrong usage',
  async (daemon) => {
    const {guard} = createSandbox()
    for (const span of ['500ms', '0']) {
      const {code, stderr} = await guard(daemon, '--watch', span)
      expect([code, stderr]).toEqual([
        64,
        expect.stringContaining(`"${span}" is shorter than 1s\n  - write 1s or more\n`),
      ])
    }
  },
)

const performanceMono = () => Math.floor(Number(process.hrtime.bigint() / 1_000_000n))

test('without a terminal a round prints only what was opened, told or resolved', async () => {
  const box = deadJob()
  expect((await box.guard('watchdog')).stdout).toContain('incident opened')
  expect(await box.guard('watchdog')).toMatchObject({code: 2, stdout: '', stderr: ''})
  await box.guard('run', 'scan')
  expect((await box.guard('watchdog')).stdout).toContain('incident resolved')
  expect(await box.guard('watchdog')).toMatchObject({code: 0, stdout: '', stderr: ''})
  expect((await box.guard('watchdog', '--verbose')).stdout).toMatch(/^scan {2}healthy/)
})

test('without any job in the settings it says that it watches none', async () => {
  const {code, stdout} = await createSandbox().guard('watchdog', '--verbose')
  expect({code, stdout}).toEqual({code: 0, stdout: 'no job is watched\n'})
})

test('a dead job is an incident, then one alert, and is forgiven after a good run', async () => {
  const box = deadJob()
  const first = await box.guard('watchdog')
  expect(first.code).toBe(2)
  expect(first.stdout).toContain('scan  stalled  its lease expired')
  expect(first.stdout).toContain('incident opened')
  expect(first.stdout).toContain('\nunhealthy: scan stalled, told\n')

  expect((await box.guard('watchdog')).code).toBe(2)
  expect((await box.guard('watchdog')).code).toBe(2)
  expect(box.journal('alerts.jsonl')).toEqual([
    expect.objectContaining({kind: 'raised', level: 'CRITICAL', component: 'watchdog', job: 'scan'}),
  ])
  const escalationFile = box.path('state/openclaw_escalation.json')
  expect(JSON.parse(readFileSync(escalationFile, 'utf8')).escalations).toMatchObject([{job: 'scan', alerts: 1}])

  expect((await box.guard('run', 'scan')).code).toBe(0)
  const last = await box.guard('watchdog')
  expect(last.code).toBe(0)
  expect(last.stdout).toContain('incident resolved: healthy again: its last run ended well')
  expect(existsSync(escalationFile)).toBe(false)
  expect(box.journal('alerts.jsonl').at(-1)).toMatchObject({level: 'INFO', job: 'scan'})
})

test('the JSON is one object with what docs/json.md names', async () => {
  const answer = json(await deadJob().guard('watchdog', '--json'))
  expect(answer).toMatchObject({
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    verdict: 'unhealthy',
    reason: 'scan stalled, told',
    jobs: [
      {
        job: 'scan',
        verdict: 'stalled',
        evidence: {liveness: {is: 'expired'}, outputs: []},
        actions: [
          {do: 'open', job: 'scan'},
          {do: 'escalate', job: 'scan'},
        ],
        reason: expect.stringContaining('its lease expired'),
      },
    ],
  })
})

test('a dry run says the same and writes nothing', async () => {
  const box = deadJob()
  const {code, stdout} = await box.guard('watchdog', '--dry-run')
  expect(code).toBe(1)
  expect(stdout).toContain('stalled')
  expect(existsSync(box.path('state/incidents.jsonl'))).toBe(false)

  const fresh = createSandbox()
  expect((await fresh.guard('watchdog', '--dry-run')).code).toBe(0)
  expect(existsSync(fresh.stateDir)).toBe(false)
})

test('while another watchdog is at work the round is refused with 75', async () => {
  const box = createSandbox()
  await box.guard('lease', 'acquire', 'guard-watchdog', '--ttl', '5m', '--pid', `${process.pid}`)
  const {code, stderr} = await box.guard('watchdog')
  expect(code).toBe(75)
  expect(stderr).toContain('the lease of guard-watchdog is held')
})

test('a watch tells each round in one line of JSON, and ends with TERM', async () => {
  const box = deadJob()
  const watch = box.start(['watchdog', '--watch', '1s', '--json'])
  await until(() => existsSync(box.path('state/openclaw_escalation.json')), 'the escalation')
  watch.kill('SIGTERM')
  const {code, stdout} = await watch.ended
  expect(code).toBe(0)
  const rounds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).verdict)
  expect(rounds[0]).toBe('unhealthy')
})

test('each round of a watch goes by the settings of its time', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  const watch = box.start(['watchdog', '--watch', '1s', '--json'])
  const isWatched = (job: string) =>
    existsSync(box.path('state/incidents.jsonl')) &&
    box.journal('incidents.jsonl').some(({kind, jobs}) => kind === 'watched' && (jobs as string[]).includes(job))
  await until(() => isWatched('scan'), 'the first round')
  box.write('.guardianrc.yaml', `${settings}  more: {command: ["true"]}\n`)
  await until(() => isWatched('more'), 'the job that is new is watched')
  watch.kill('SIGTERM')
  expect((await watch.ended).code).toBe(0)
})

test('a process that stays says once on its terminal what is wrong in the settings', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', `${settings}channels: {ops: {type: pigeon}}\n`)
  const rounds = 'until test "$(grep -c claimed state/leases.jsonl)" -ge 3; do sleep 0.2; done'
  const {stdout} = await inTerminal(box, `guard watchdog --watch 1s & ${rounds} 2> /dev/null; kill $!; wait`)
  expect(stdout.match(/"pigeon" is unknown/g)).toHaveLength(1)
})

test('the evidence of a job in trouble has what became of its resets so far', async () => {
  const box = createSandbox()
  const id = '3a7f742b-889a-4c05-9697-f5f873fea02c'
  box.write('.guardianrc.json', JSON.stringify({openclaw: {command: ['/not/there'], jobs: {coin: {id}}}}))
  const stamp = (own: string) => ({v: 1, id: own, at: Date.now(), mono: performanceMono(), boot: readBootId()})
  const write = (name: string, entry: object) =>
    box.write(`state/${name}.jsonl`, `${JSON.stringify({...stamp(name), host: hostname(), ...entry})}\n`, 0o600)
  write('incidents', {kind: 'opened', job: 'coin', verdict: 'hung', reason: 'it hangs', uptimeMs: performanceMono()})
  const asked = {job_id: id, job_name: 'coin', reason: 'it hangs', requested_at: new Date().toISOString(), attempts: 1}
  write('openclaw_reset_requests', {kind: 'requested', job: 'coin', request_id: 'incidents-1', ...asked})
  const answer = json(await box.guard('watchdog', '--json', '--dry-run'))
  const resets = {requested: 1, failed: 0, last: 'pending', ageMs: expect.any(Number)}
  expect(answer).toMatchObject({
    jobs: [
      {job: 'coin', evidence: {resets}},
      {job: 'guard-openclaw', verdict: 'unknown'},
    ],
  })
})

test('the reset daemon is watched where it was ever used', async () => {
  const box = deadJob()
  await box.guard('lease', 'acquire', 'guard-reset-daemon', '--ttl', '1ms')
  const answer = json(await box.guard('watchdog', '--json'))
  expect(answer['jobs']).toMatchObject([{job: 'scan'}, {job: 'guard-reset-daemon', verdict: 'stalled'}])
})

describe('a job that fails', () => {
  const withJob = (job: string, watchdog = '{bootGrace: 0s}') => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', `watchdog: ${watchdog}\njobs:\n  backup: ${job}\n`)
    return box
  }

  test('each night is told after the first bad run, by watchdog and by health', async () => {
    const box = withJob('{command: ["false"], exitMap: {"1": failed}, schedule: "0 0 1 1 *"}')
    await box.guard('run', 'backup')
    const {code, stdout} = await box.guard('watchdog')
    expect(stdout).toMatch(/^backup {2}failing +its last run failed \d+s ago/)
    expect(stdout).toMatch(/\nunhealthy: backup failing, told\n$/)
    expect(code).toBe(2)
    expect(box.journal('alerts.jsonl')).toMatchObject([{level: 'CRITICAL', job: 'backup'}])
    const health = await box.guard('health')
    expect(health.code).toBe(2)
    expect(health.stdout).toMatch(/^incidents +unhealthy +backup failing for \S+, told$/m)
    expect(health.stdout).toMatch(/\nunhealthy: .*incidents/)
  })

  test('in a row has that in the first line of its history', async () => {
    const box = withJob('{command: ["false"], exitMap: {"1": failed}}')
    await box.guard('run', 'backup')
    expect((await box.guard('history', 'backup')).stdout).toMatch(/^the last run ended badly, at \S+ \S+Z\n/)
    await box.guard('run', 'backup')
    expect((await box.guard('history', 'backup')).stdout).toMatch(/^2 bad runs in a row since \S+ \S+Z\n/)
    expect(json(await box.guard('history', 'backup', '--json'))).toMatchObject({streak: {isWell: false, count: 2}})
  })

  test('once, and runs again soon, is an incident that is not told yet, exit 1', async () => {
    const box = withJob('{command: ["false"], exitMap: {"1": failed}, schedule: "* * * * *"}')
    await box.guard('run', 'backup')
    const {code, stdout} = await box.guard('watchdog')
    expect(stdout).toContain('incident opened')
    expect(stdout).toMatch(/\ndegraded: backup failing\n$/)
    expect(code).toBe(1)
    expect(existsSync(box.path('state/alerts.jsonl'))).toBe(false)
  })
})

test('an output that is written in the second of the round is new', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs:\n  scan: {command: ["true"], outputs: [{files: "ok.txt", maxAge: 1m}]}\n')
  const soon = Date.now() / 1000 + 30
  utimesSync(box.write('ok.txt', 'ok'), soon, soon)
  const {code, stdout} = await box.guard('watchdog', '--verbose')
  expect({code, stdout}).toEqual({code: 0, stdout: 'scan  healthy  ok.txt is 0s old\n'})
  const far = Date.now() / 1000 + 3600
  utimesSync(box.path('ok.txt'), far, far)
  expect((await box.guard('watchdog', '--verbose')).stdout).toMatch(
    /is dated 59m \d+s into the future and proves nothing/,
  )
})

test('a lease of six hours whose process is dead does not keep its job alive', async () => {
  const box = createSandbox()
  box.write(
    '.guardianrc.yaml',
    'watchdog: {bootGrace: 0s}\njobs:\n  scan: {command: [sleep, "60"], ttl: 6h}\n  hand: {command: ["true"]}\n',
  )
  const run = box.start(['run', 'scan'])
  const started = () =>
    existsSync(box.path('state/leases.jsonl')) && box.journal('leases.jsonl').find(({jobProcess}) => jobProcess)
  await until(() => started() !== undefined && started() !== false, 'the job is bound')
  await box.guard('lease', 'acquire', 'hand', '--ttl', '6h', '--pid', `${run.pid}`)
  const {pid} = (started() as {jobProcess: {pid: number}}).jobProcess
  run.kill('SIGKILL')
  process.kill(pid, 'SIGKILL')
  await run.ended
  await until(() => !isAlive(pid), 'the job is gone')
  const {stdout} = await box.guard('watchdog')
  expect(stdout).toMatch(/^scan {2}failing +its last run was found interrupted \d+s ago/m)
  expect(stdout).toMatch(/^hand {2}stalled +its process is dead/m)
})

import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {expect, onTestFinished, test} from 'vitest'
import {startReady} from '../support/child.js'
import {createSandbox, type Sandbox} from '../support/sandbox.js'
import {hasSupervisord, startSupervisord} from '../support/supervisord.js'
import {tempDir} from '../support/temp-dir.js'

/** The health check of the guardian wrapper: exits 0 while the daemon's file is there, else 2 with its failure. */
const check = `import os, sys
if os.path.exists('daemon.up'):
    print('all well')
    sys.exit(0)
print('UW socket: connection_error')
sys.exit(2)
`

const failures = {'uw-socket': ['connection_error', 'socket.*fail'], 'alpaca-sip': ['SIP.*delay']}
const restart = {do: 'restart', service: 'uw-daemon', when: 'uw-socket'}
const clearLocks = {do: 'clear-locks', files: 'state/**/*.lock'}
const verify = {do: 'verify'}

interface Written {
  readonly recovery: readonly object[]
  readonly service?: object
  readonly budget?: object
}

function settle({write, dir}: Sandbox, {recovery, service = {}, budget}: Written): void {
  write('check.py', check)
  mkdirSync(`${dir}/state`, {recursive: true})
  const uwDaemon = {manager: 'command', restart: ['touch', 'daemon.up'], check: ['test', '-e', 'daemon.up'], cwd: dir}
  const job = {script: 'check.py', failures, recovery, ...(budget && {budget})}
  const services = {'uw-daemon': {...uwDaemon, stayUp: '0s', ...service}}
  write('.guardianrc.json', JSON.stringify({jobs: {check: job}, services}))
}

const steps = (sandbox: Sandbox) =>
  sandbox.journal('runs.jsonl').filter(({kind}) => kind === 'step-ended') as {
    do: string
    ok: boolean
    evidence: string
  }[]

test('a failed check is recovered by the steps for its failure, verified, and ends with 0', async () => {
  const sandbox = createSandbox()
  settle(sandbox, {
    recovery: [clearLocks, {do: 'alert', when: 'alpaca-sip'}, restart, {do: 'wait', for: '10ms'}, verify],
  })
  const stale = sandbox.write('state/dead.lock', execFileSync('sh', ['-c', 'echo $$'], {encoding: 'utf8'}))
  const live = sandbox.write('state/live.lock', '')
  await startReady('flock', live, 'sh', '-c', 'echo ready; sleep 300')

  const {code, stdout, stderr} = await sandbox.guard('run', 'check')
  expect(code).toBe(0)
  expect(stdout).toBe('UW socket: connection_error\nall well\n')
  expect(stderr).toMatch(/^guard: clear stale locks .*: ok, cleared 1 into .*, kept 1: live\.lock process \d+/m)
  expect(stderr).toMatch(/^guard: restart uw-daemon: ok, test -e daemon\.up: exit 0, in \d/m)
  expect([existsSync(stale), existsSync(live)]).toEqual([false, true])
  expect(steps(sandbox).map((step) => [step.do, step.ok])).toEqual([
    ['clear-locks', true],
    ['restart', true],
    ['wait', true],
    ['verify', true],
  ])
  const history = JSON.parse((await sandbox.guard('history', 'check', '--json')).stdout)
  expect(history.runs[0]).toMatchObject({
    outcome: 'healthy',
    class: 'uw-socket',
    recovered: true,
    attempts: 2,
    exitCode: 0,
  })
  expect(existsSync(sandbox.path('state/logs/guardian_retry_check.log'))).toBe(true)
})

test.skipIf(!hasSupervisord)(
  'a daemon of a real supervisord that was killed is restarted, and the check that missed it ends with 0',
  async () => {
    const sandbox = createSandbox()
    const up = `${sandbox.dir}/daemon.up`
    const supervisord = await startSupervisord(tempDir(), {
      daemon: `command=sh -c 'echo $$ > ${up}; exec sleep 300'\nstartsecs=1\nautorestart=false`,
    })
    onTestFinished(supervisord.stop)
    const service = {manager: 'supervisor', program: 'daemon', config: supervisord.config}
    settle(sandbox, {recovery: [clearLocks, restart, verify]})
    const settings = JSON.parse(readFileSync(sandbox.path('.guardianrc.json'), 'utf8'))
    sandbox.write('.guardianrc.json', JSON.stringify({...settings, services: {'uw-daemon': service}}))
    sandbox.write(
      'check.py',
      check.replace("os.path.exists('daemon.up')", "os.path.exists('/proc/' + open('daemon.up').read().strip())"),
    )
    await expect.poll(() => existsSync(up), {timeout: 40_000}).toBe(true)
    expect((await sandbox.guard('run', 'check')).code).toBe(0)

    const killed = supervisord.pidOf('daemon')
    process.kill(killed, 'SIGKILL')
    await expect.poll(() => existsSync(`/proc/${killed}`)).toBe(false)
    expect((await sandbox.guard('run', 'check')).code).toBe(0)
    expect(supervisord.pidOf('daemon')).not.toBe(killed)
    expect(steps(sandbox)).toMatchObject([
      {do: 'clear-locks', ok: true},
      {do: 'restart', ok: true, service: 'uw-daemon', evidence: expect.stringMatching(/daemon is RUNNING pid/)},
      {do: 'verify', ok: true, evidence: 'healthy'},
    ])
  },
)

test('two jobs that fail of the same service restart it once, and both end with 0', async () => {
  const sandbox = createSandbox()
  const {dir, write, path} = sandbox
  write('check.py', check)
  // The recoveries of both have begun before either restarts, and the other one has the time to come to its own restart.
  const bothBegun = 'until [ -e begun.a ] && [ -e begun.b ]; do sleep 0.05; done; sleep 2'
  const restartOnce = ['sh', '-c', `${bothBegun}; echo x >> restarts; touch daemon.up`]
  const service = {manager: 'command', restart: restartOnce, check: ['test', '-e', 'daemon.up'], cwd: dir, stayUp: '0s'}
  const job = (name: string) => ({
    command: ['python3', 'check.py'],
    recovery: [{do: 'exec', command: ['touch', `begun.${name}`]}, {do: 'restart', service: 'uw-daemon'}, verify],
  })
  write('.guardianrc.json', JSON.stringify({jobs: {a: job('a'), b: job('b')}, services: {'uw-daemon': service}}))

  const both = await Promise.all([sandbox.guard('run', 'a'), sandbox.guard('run', 'b')])
  expect(both.map(({code}) => code)).toEqual([0, 0])
  expect(readFileSync(path('restarts'), 'utf8')).toBe('x\n')
  const restarts = steps(sandbox).filter((step) => step.do === 'restart')
  expect(restarts).toMatchObject([
    {ok: true, service: 'uw-daemon'},
    {ok: true, evidence: expect.stringMatching(/^not restarted: run \S+ has just restarted uw-daemon/)},
  ])
  expect(sandbox.journal('leases.jsonl').at(-1)).toMatchObject({kind: 'released'})
})

test('a restart that cannot start is a failed step with its reason, and with nothing to verify', async () => {
  const sandbox = createSandbox()
  settle(sandbox, {recovery: [restart, verify], service: {restart: ['/no/such/manager']}})
  const {code, stderr} = await sandbox.guard('run', 'check')
  expect(code).toBe(2)
  expect(stderr).toMatch(/restart uw-daemon: failed, \/no\/such\/manager is not on this machine/)
  expect(steps(sandbox)).toMatchObject([{do: 'restart', ok: false, notStarted: true}])
})

test('a restart that fails is a failed step with its reason, and the exit code of the job arrives', async () => {
  const sandbox = createSandbox()
  settle(sandbox, {recovery: [restart, verify], service: {restart: ['false']}})
  const {code, stderr} = await sandbox.guard('run', 'check')
  expect([code, /restart uw-daemon: failed, /.test(stderr)]).toEqual([2, true])
  expect(steps(sandbox)).toMatchObject([
    {do: 'restart', ok: false, service: 'uw-daemon'},
    {do: 'verify', ok: false, evidence: 'unhealthy: UW socket: connection_error'},
  ])
})

test('a restart that hangs ends at its time limit, and the exit code of the job arrives', async () => {
  const sandbox = createSandbox()
  settle(sandbox, {recovery: [restart], service: {restart: ['sleep', '300'], timeout: '300ms'}})
  const {code, stderr} = await sandbox.guard('run', 'check')
  expect([code, /failed, no answer within 300ms: sleep 300/.test(stderr)]).toEqual([2, true])
})

test('beyond its budget a job is not recovered again, and one alert says why', async () => {
  const sandbox = createSandbox()
  const exec = {do: 'exec', command: ['true']}
  settle(sandbox, {recovery: [clearLocks, exec, verify], budget: {recoveries: 2, per: '30m'}})
  for (let run = 1; run <= 2; run++) await sandbox.guard('run', 'check')
  const third = await sandbox.guard('run', 'check')
  await sandbox.guard('run', 'check')
  expect(third.code).toBe(2)
  expect(third.stderr).toMatch(
    /not recovered again: the budget for recoveries of check from uw-socket, 2 in 30m, is spent; the next is allowed at 20/,
  )
  const recovered = ['clear-locks', 'exec', 'verify']
  const refused = ['clear-locks', 'refused']
  expect(steps(sandbox).map((step) => step.do)).toEqual([...recovered, ...recovered, ...refused, ...refused])
  const refusals = sandbox.journal('alerts.jsonl').filter(({message}) => /not recovered again/.test(String(message)))
  expect(refusals).toMatchObject([{level: 'CRITICAL', component: 'check', job: 'check'}])
  expect((await sandbox.guard('history', 'check')).stdout).toMatch(
    /not recovered again: .*recoveries of check from uw-socket, 2 in 30m/,
  )
})

test('an alert stands in the journal and in a file of its own', async () => {
  const sandbox = createSandbox()
  const alert = {do: 'alert', level: 'CRITICAL', file: 'sip_alert_{timestamp}.txt', message: 'the SIP feed is late'}
  settle(sandbox, {recovery: [alert]})
  await sandbox.guard('run', 'check')
  expect(sandbox.journal('alerts.jsonl')).toMatchObject([
    {level: 'CRITICAL', component: 'check', message: 'the SIP feed is late', details: {outcome: 'unhealthy'}},
  ])
  const files = readdirSync(`${sandbox.stateDir}/logs`).filter((name) => name.startsWith('sip_alert'))
  expect(files).toEqual([expect.stringMatching(/^sip_alert_\d{8}_\d{6}\.txt$/)])
})

test('a service that the settings do not name is wrong settings, before anything runs', async () => {
  const sandbox = createSandbox()
  settle(sandbox, {recovery: [{do: 'restart', service: 'uw-deamon'}]})
  const {code, stderr} = await sandbox.guard('config', 'check')
  expect([code, /uw-deamon/.test(stderr)]).toEqual([78, true])
})

test('a signal to guard during the recovery ends it, and no further step begins', async () => {
  const sandbox = createSandbox()
  settle(sandbox, {
    recovery: [{do: 'exec', command: ['touch', `${sandbox.dir}/begun`]}, {do: 'wait', for: '5m'}, restart],
  })
  const running = sandbox.start(['run', 'check'])
  await expect.poll(() => existsSync(`${sandbox.dir}/begun`), {timeout: 40_000}).toBe(true)
  running.kill('SIGTERM')
  await running.ended
  expect(existsSync(`${sandbox.dir}/daemon.up`)).toBe(false)
  writeFileSync(`${sandbox.dir}/daemon.up`, '')
  expect((await sandbox.guard('run', 'check')).code).toBe(0)
})

test('a signal to guard ends the restart that hangs, and all that it started', async () => {
  const sandbox = createSandbox()
  const script = `echo $$ > ${sandbox.dir}/begun; exec sleep 300`
  settle(sandbox, {recovery: [restart, verify], service: {restart: ['sh', '-c', script], timeout: '5m'}})
  const running = sandbox.start(['run', 'check'])
  const pid = () => readFileSync(sandbox.path('begun'), 'utf8').trim()
  await expect.poll(() => existsSync(sandbox.path('begun')) && pid() !== '', {timeout: 40_000}).toBe(true)
  running.kill('SIGTERM')
  await running.ended
  await expect.poll(() => existsSync(`/proc/${pid()}`)).toBe(false)
  expect(steps(sandbox)).toMatchObject([{do: 'restart', ok: false}])
})

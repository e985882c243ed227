import {expect, test} from 'vitest'
import {defaultSettings, jobDefaults} from '../../src/config/defaults.js'
import {type Settings, settingsOfJob} from '../../src/domain/settings/settings.js'
import {checkSettings} from '../support/written-settings.js'

const resolved = (written: object): Promise<Settings> => checkSettings(written, '/srv/bot/.guardianrc')
const scan = async (job: object, more: object = {}) =>
  settingsOfJob(await resolved({...more, jobs: {scan: job}}), 'scan')

test('an empty file means the defaults, as without a file', async () => {
  const {file, defaults, ...others} = await resolved({})
  expect(file).toBe('/srv/bot/.guardianrc')
  expect(defaults).toEqual({...jobDefaults, dir: '/srv/bot'})
  expect(others).toEqual({...defaultSettings, defaults: undefined})
})

test('durations become milliseconds and sizes bytes; a number without unit is seconds', async () => {
  expect(await scan({timeout: '5m', silence: 90, outputs: [{files: 'x', maxAge: '1d', minSize: '1kB'}]})).toMatchObject(
    {
      timeoutMs: 300_000,
      silenceMs: 90_000,
      outputs: [{files: ['x'], maxAgeMs: 86_400_000, minSizeBytes: 1024}],
    },
  )
})

test('a job overrides the defaults of the file, which override those of guard', async () => {
  const defaults = {
    timeout: '1m',
    killAfter: '5s',
    env: {A: '1', B: '1'},
    retry: {maxAttempts: 3, classes: {auth: {maxRetries: 1}}},
  }
  expect(await scan({timeout: '2m', env: {B: '2'}, retry: {factor: 3}}, {defaults})).toMatchObject({
    timeoutMs: 120_000,
    killAfterMs: 5000,
    ttlMs: jobDefaults.ttlMs,
    env: {A: '1', B: '2'},
    retry: {maxAttempts: 3, factor: 3, classes: {auth: {maxRetries: 1}, 'not-found': {maxRetries: 0}}},
  })
})

test('the failure classes of the job come before those of all jobs', async () => {
  const job = await scan({failures: {own: 'a', both: 'b'}}, {defaults: {failures: {both: 'c', common: 'd'}}})
  expect(Object.entries(job.failures)).toEqual([
    ['own', ['a']],
    ['both', ['b']],
    ['common', ['d']],
  ])
})

test('an exit code is added to the map', async () => {
  expect((await scan({exitMap: {75: 'healthy'}})).exitMap).toEqual({
    0: 'healthy',
    1: 'degraded',
    2: 'unhealthy',
    75: 'healthy',
  })
})

test('paths are relative to the settings file; a program without a slash is searched in PATH', async () => {
  const settings = await resolved({
    stateDir: 'state',
    logDir: '/var/log/guard',
    services: {web: {manager: 'command', restart: ['./restart.sh', './x'], check: ['pgrep', 'web']}},
    channels: {ops: {type: 'telegram', chat: '1', token: {file: 'token'}}},
    jobs: {
      scan: {
        script: 'scan.py',
        cwd: 'work',
        interpreter: 'venv/bin/python',
        recovery: [{do: 'exec', command: ['./mend']}],
      },
    },
  })
  expect(settings).toMatchObject({
    stateDir: '/srv/bot/state',
    logDir: '/var/log/guard',
    services: {web: {restart: ['/srv/bot/restart.sh', './x'], check: ['pgrep', 'web']}},
    channels: {ops: {token: {file: '/srv/bot/token'}}},
    jobs: {
      scan: {
        script: '/srv/bot/scan.py',
        cwd: '/srv/bot/work',
        dir: '/srv/bot/work',
        interpreter: ['/srv/bot/venv/bin/python'],
        recovery: [{do: 'exec', command: ['/srv/bot/mend'], timeoutMs: 60_000}],
      },
    },
  })
})

test('the steps of a recovery have their defaults', async () => {
  const recovery = [
    {do: 'clear-locks', files: 'state/**/*.lock'},
    {do: 'restart', service: 'web', when: 'uw-socket'},
    {do: 'wait', for: '5s'},
    {do: 'verify'},
  ]
  const services = {web: {manager: 'systemd', unit: 'web.service'}}
  expect((await scan({recovery, failures: {'uw-socket': 'a'}}, {services})).recovery).toEqual([
    {do: 'clear-locks', files: ['state/**/*.lock'], minAgeMs: 600_000, when: []},
    {do: 'restart', service: 'web', when: ['uw-socket']},
    {do: 'wait', forMs: 5000, when: []},
    {do: 'verify', pollMs: 5000, when: []},
  ])
})

test('a shell command stays one string', async () => {
  expect((await scan({command: './a | ./b', shell: true})).command).toEqual(['./a | ./b'])
})

test('a script means its job, or of several jobs the one without arguments', async () => {
  const jobs = {
    fast: {script: 'x.py', args: ['--fast']},
    plain: {script: 'x.py'},
    slow: {script: 'x.py', args: ['--slow']},
  }
  expect((await resolved({jobs})).scripts).toEqual({'/srv/bot/x.py': 'plain'})
})

test('a breaker target has the defaults of all targets and its overrides', async () => {
  const {breakers} = await resolved({breakers: {defaults: {failures: 9}, targets: {api: {openFor: '1m'}}}})
  expect(breakers.targets['api']).toEqual({...defaultSettings.breakers.defaults, failures: 9, openForMs: 60_000})
})

test('a job knows its id in OpenClaw', async () => {
  const id = '3a7f742b-889a-4c05-9697-f5f873fea02c'
  expect((await scan({}, {openclaw: {jobs: {scan: {id, maxRunning: '10m'}}}})).openclawId).toBe(id)
  expect((await scan({}, {openclaw: {jobs: {other: {id}}}})).openclawId).toBeUndefined()
})

test('a job without settings has the defaults, whatever its name', async () => {
  const settings = await resolved({defaults: {timeout: '1m'}})
  expect(settingsOfJob(settings, 'constructor')).toBe(settings.defaults)
})

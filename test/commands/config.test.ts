import {expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

const right = `
jobs:
  scan: {script: scan.py, timeout: 5m, env: {B: {env: SECRET_B}}}
channels:
  beat: {type: ping, url: https://hc-ping.com/3a7f742b}
`

test('settings without problems are reported in one line', async () => {
  const {guard, write, dir} = createSandbox()
  write('.guardianrc', right)
  write('scan.py', '')
  expect(await guard('config', 'check')).toMatchObject({
    code: 0,
    stdout: `${dir}/.guardianrc is right; jobs: 1\n`,
    stderr: '',
  })
})

test('no settings at all are right too', async () => {
  const {guard} = createSandbox()
  expect(await guard('config', 'check')).toMatchObject({code: 0, stdout: 'no settings file; everything is default\n'})
})

test('all problems are reported at once, with exit code 78', async () => {
  const {guard, write, dir} = createSandbox()
  write('.guardianrc', 'jbos: {}\njobs: {scan: {timeout: soon}}')
  expect(await guard('config', 'check')).toEqual({
    code: 78,
    signal: null,
    stdout: '',
    stderr: `guard: ${dir}/.guardianrc has 2 problems
    jobs.scan.timeout: "soon" is not a duration; write 500ms, 30s, 10m, 2h or 1d
    jbos: is an unknown key; did you mean "jobs"?
  - correct it and check it: guard config check
`,
  })
})

test('the address of the store of a fleet is checked by the process that has it, without being shown', async () => {
  const {guard, guardWith, write, dir} = createSandbox()
  write('.guardianrc', 'fleet: {postgres: {env: FLEET_URL}}')
  expect(await guard('config', 'check')).toMatchObject({code: 0})
  const env = {FLEET_URL: 'postgres://guard:hunter2@db.example.org/guard?sslmode=require'}
  const {code, stderr} = await guardWith({env}, 'config', 'check')
  expect([code, stderr]).toEqual([
    78,
    `guard: ${dir}/.guardianrc has a problem
    fleet.postgres: the address of the store has sslmode=require, which does not check with whom guard talks; write sslmode=verify-full
  - correct it and check it: guard config check
`,
  ])
})

test('secrets of channels that this process has are checked too, without being shown', async () => {
  const {guardWith, write} = createSandbox()
  const hook = {type: 'webhook', url: {env: 'HOOK'}, secrets: [{env: 'RIGHT'}, {env: 'SHORT'}, {file: 'missing.txt'}]}
  const channels = {hook, phone: {type: 'ntfy', topic: 't', proxy: {env: 'PROXY'}}}
  const settings = {channels, alerting: {cap: 0, routes: [{to: ['hook', 'phone']}]}}
  write('.guardianrc.json', JSON.stringify(settings))
  const env = {
    HOOK: 'http://127.0.0.1:6000/hunter2',
    RIGHT: `whsec_${Buffer.alloc(24, 1).toString('base64')}`,
    SHORT: `whsec_${Buffer.alloc(23, 1).toString('base64')}`,
    PROXY: 'socks5://u:hunter2@proxy.example:1080',
  }
  const {code, stderr} = await guardWith({env}, 'config', 'check')
  expect(code).toBe(78)
  const lines = stderr.split('\n').map((line) => line.trim())
  expect(lines.filter((line) => /^(channels|alerting)\./.test(line))).toEqual([
    'alerting.cap: 0 is not a whole number from 1 to 10000',
    'channels.hook.url: has the port 6000, which fetch refuses; let the receiver listen on another one',
    'channels.hook.secrets[1]: is not `whsec_` and 24 to 64 bytes in base64',
    'channels.phone.proxy: is not the address of an HTTP proxy; write http://host:port',
  ])
  expect(stderr).not.toContain('hunter2')
})

test('as JSON each problem has its key path', async () => {
  const {guard, write} = createSandbox()
  write('.guardianrc', 'jobs: {scan: {timeout: soon}}')
  const {code, stdout} = await guard('config', 'check', '--json')
  expect(code).toBe(78)
  expect(JSON.parse(stdout)).toMatchObject({
    error: {kind: 'config', message: expect.any(String), hints: expect.any(Array)},
    problems: [{path: 'jobs.scan.timeout', text: 'is not a duration; write 500ms, 30s, 10m, 2h or 1d'}],
  })
})

test('show says where each value comes from', async () => {
  const {guard, write, dir, stateDir} = createSandbox()
  write('.guardianrc', right)
  const {code, stdout} = await guard('config', 'show', '--origin')
  const lines = stdout.split('\n').map((line) => line.replace(/ +#/, ' #'))
  expect(code).toBe(0)
  expect(lines).toContain(`stateDir: "${stateDir}" # GUARD_STATE_DIR in the environment`)
  expect(lines).toContain(`jobs.scan.timeout: "5m" # ${dir}/.guardianrc: jobs.scan.timeout`)
  expect(lines).toContain('jobs.scan.killAfter: "10s" # default')
})

test.each([[['--origin']], [['--json']], [['--json', '--origin']]])('show %j shows no secret', async (flags) => {
  const {guardWith, write} = createSandbox()
  write('.guardianrc', right)
  const {code, stdout} = await guardWith({env: {SECRET_B: 'hunter2'}}, 'config', 'show', ...flags)
  expect(code).toBe(0)
  expect(stdout).toContain('SECRET_B')
  expect(stdout).not.toMatch(/hunter2|3a7f742b/)
})

test('show --json has the settings with their units', async () => {
  const {guard, write, stateDir} = createSandbox()
  write('.guardianrc', right)
  const {stdout} = await guard('config', 'show', '--json')
  expect(JSON.parse(stdout)).toMatchObject({settings: {stateDir, jobs: {scan: {timeoutMs: 300_000}}}})
})

test('schema prints a JSON Schema that knows the keys and their defaults', async () => {
  const {guard} = createSandbox()
  const {code, stdout} = await guard('config', 'schema')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    properties: {defaults: {properties: {killAfter: {default: '10s', description: 'Time from TERM to KILL'}}}},
  })
})

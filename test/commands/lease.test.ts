import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {appendFileSync, chmodSync, mkdirSync, writeFileSync} from 'node:fs'
import {hostname} from 'node:os'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {openFiles} from '../support/processes.js'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'

const json = ({stdout}: {readonly stdout: string}) => JSON.parse(stdout) as Record<string, unknown>

async function acquire({guard}: Sandbox, ...flags: string[]) {
  const {code, stdout} = await guard('lease', 'acquire', 'scan', '--ttl', '10m', '--holder', 'me', ...flags)
  expect(code).toBe(0)
  return stdout.trim()
}

test('acquire prints the token, and nothing else, for the shell', async () => {
  const box = createSandbox()
  expect(await box.guard('lease', 'acquire', 'scan', '--ttl', '5m')).toEqual({
    code: 0,
    signal: null,
    stdout: '1\n',
    stderr: '',
  })
  expect(box.journal('leases.jsonl')).toEqual([expect.objectContaining({kind: 'claimed', job: 'scan', ttlMs: 300_000})])
})

test('a held lease is refused with 75, and the JSON names its holder', async () => {
  const box = createSandbox()
  await acquire(box)
  const refused = await box.guard('lease', 'acquire', 'scan', '--ttl', '5m', '--json')
  expect(refused.code).toBe(75)
  expect(json(refused)).toMatchObject({
    error: {kind: 'busy'},
    lease: {job: 'scan', state: 'held', holder: 'me', token: 1},
  })
})

test('the JSON of acquire has what docs/json.md names', async () => {
  const answer = json(
    await createSandbox().guard('lease', 'acquire', 'scan', '--ttl', '5m', '--holder', 'me', '--json'),
  )
  expect(answer).toMatchObject({job: 'scan', holder: 'me', token: 1, ttlMs: 300_000})
  expect(Date.parse(String(answer['expiresAt'])) - Date.now()).toBeGreaterThan(250_000)
})

test('acquire waits for a lease that is released meanwhile', async () => {
  const box = createSandbox()
  await acquire(box)
  const waiting = box.start(['lease', 'acquire', 'scan', '--ttl', '1m', '--wait', '30s'])
  await box.guard('lease', 'release', 'scan', '--token', '1')
  expect(await waiting.ended).toMatchObject({code: 0, stdout: '2\n'})
})

test('the lease of a process that died is free at once', async () => {
  const box = createSandbox()
  const holder = spawn('sleep', ['60'])
  onTestFinished(() => void holder.kill('SIGKILL'))
  await acquire(box, '--pid', String(holder.pid))
  expect((await box.guard('lease', 'acquire', 'scan', '--ttl', '5m')).code).toBe(75)

  holder.kill('SIGKILL')
  await once(holder, 'exit')
  expect(await box.guard('lease', 'acquire', 'scan', '--ttl', '5m')).toMatchObject({code: 0, stdout: '2\n'})
})

test('a lease that belongs to another process is named after it', async () => {
  const box = createSandbox()
  await box.guard('lease', 'acquire', 'scan', '--ttl', '5m', '--pid', `${process.pid}`)
  expect(json(await box.guard('lease', 'show', 'scan', '--json'))).toMatchObject({
    holder: `${hostname()}:${process.pid}`,
    pid: process.pid,
  })
})

test('a wait ends when the process that would get the lease dies', async () => {
  const box = createSandbox()
  await acquire(box)
  const claimant = spawn('sleep', ['60'])
  onTestFinished(() => void claimant.kill('SIGKILL'))
  const flags = ['--ttl', '1m', '--wait', '1h', '--pid', `${claimant.pid}`]
  const waiting = box.start(['lease', 'acquire', 'scan', ...flags])
  await until(() => openFiles(waiting.pid).some((file) => file.includes('leases.000001')), 'guard reads the leases')
  claimant.kill('SIGKILL')
  expect((await waiting.ended).code).toBe(75)
  expect(box.journal('leases.jsonl')).toHaveLength(1)
})

test('renew, check and release end with 77 once another holder has the lease', async () => {
  const box = createSandbox()
  await acquire(box, '--pid', String(process.pid))
  for (const verb of ['renew', 'check']) expect((await box.guard('lease', verb, 'scan', '--token', '1')).code).toBe(0)
  expect(
    (await box.guard('lease', 'release', 'scan', '--token', '1', '--status', 'error', '--detail', 'no feed')).code,
  ).toBe(0)
  await acquire(box)
  for (const verb of ['renew', 'check', 'release']) {
    const fenced = await box.guard('lease', verb, 'scan', '--token', '1', '--json')
    expect([verb, fenced.code, json(fenced)]).toEqual([verb, 77, {error: expect.objectContaining({kind: 'fenced'})}])
  }
})

test('list and show say how each lease ended', async () => {
  const box = createSandbox()
  await acquire(box)
  await box.guard('lease', 'release', 'scan', '--token', '1', '--status', 'error', '--detail', 'no feed')
  await box.guard('lease', 'acquire', 'audit', '--ttl', '5m', '--holder', 'x')

  const list = await box.guard('lease', 'list')
  expect(list.stdout).toMatch(
    /^audit {2}held {6}x {3}token 2 {2}until 2\d{3}-.*Z\nscan {3}released {2}me {2}token 1 {2}error: no feed\n$/,
  )
  expect(json(await box.guard('lease', 'list', '--json'))).toMatchObject({
    leases: [
      {job: 'audit', state: 'held', token: 2},
      {job: 'scan', state: 'released', holder: 'me', token: 1, status: 'error', detail: 'no feed'},
    ],
  })
  expect((await box.guard('lease', 'show', 'scan')).stdout).toMatch(/^status {7}error$/m)
  expect(json(await box.guard('lease', 'show', 'ghost', '--json'))).toEqual({job: 'ghost', state: 'none'})
})

test('listing where nothing was ever leased makes no files', async () => {
  const box = createSandbox()
  expect(json(await box.guard('lease', 'list', '--json'))).toEqual({leases: []})
  expect(await box.guard('lease', 'list')).toMatchObject({code: 0, stdout: `no lease is known in ${box.stateDir}\n`})
})

test('tokens go on through compactions', async () => {
  const box = createSandbox()
  for (let token = 1; token <= 6; token++) {
    const env = {GUARD_COMPACT_BYTES: '300'}
    const taken = await box.guardWith({env}, 'lease', 'acquire', 'scan', '--ttl', '1m')
    expect(taken.stdout).toBe(`${token}\n`)
    expect((await box.guardWith({env}, 'lease', 'release', 'scan', '--token', `${token}`)).code).toBe(0)
  }
  expect(box.journal('leases.jsonl')[0]).toMatchObject({kind: 'snapshot'})
})

describe('errors', () => {
  test.each([
    ['a name that is a path', 64, ['lease', 'acquire', '../x', '--ttl', '5m']],
    ['a name with a newline', 64, ['lease', 'acquire', 'a\nb', '--ttl', '5m']],
    ['no ttl', 64, ['lease', 'acquire', 'scan']],
    ['a ttl that is not a duration', 64, ['lease', 'acquire', 'scan', '--ttl', 'soon']],
    ['a ttl of nothing', 64, ['lease', 'acquire', 'scan', '--ttl', '0']],
    ['a process that is not there', 64, ['lease', 'acquire', 'scan', '--ttl', '5m', '--pid', '4194304']],
    ['no token', 64, ['lease', 'renew', 'scan']],
    ['a job that was never leased', 77, ['lease', 'check', 'scan', '--token', '1']],
  ])('%s exits with %i', async (_, code, args) => {
    const ended = await createSandbox().guard(...args)
    expect(ended).toMatchObject({code, stdout: ''})
    expect(ended.stderr).not.toBe('')
  })

  test('a state directory that is a file exits with 73', async () => {
    const box = createSandbox()
    writeFileSync(box.stateDir, '')
    expect((await box.guard('lease', 'acquire', 'scan', '--ttl', '5m')).code).toBe(73)
  })

  test('a state directory that others may write exits with 73, and says how to repair it', async () => {
    const box = createSandbox()
    mkdirSync(box.stateDir)
    chmodSync(box.stateDir, 0o777)
    const ended = await box.guard('lease', 'acquire', 'scan', '--ttl', '5m')
    expect(ended.code).toBe(73)
    expect(ended.stderr).toContain(`chmod go-w ${box.stateDir}`)
  })

  test('lines that are not JSON are skipped', async () => {
    const box = createSandbox()
    await acquire(box)
    appendFileSync(join(box.stateDir, 'leases.jsonl'), 'garbage\n{"kind":"released","job":"scan"')
    expect((await box.guard('lease', 'check', 'scan', '--token', '1')).code).toBe(0)
    expect((await box.guard('lease', 'renew', 'scan', '--token', '1')).code).toBe(0)
  })
})

test('a lease whose holder was killed with its job is told to be free, as the next run finds it', async () => {
  const box = createSandbox()
  await box.sh(`guard run --job gone -- sh -c 'kill -9 $PPID'`)
  const {stdout} = await box.guard('lease', 'list')
  expect(stdout).toMatch(/^gone {2}held .* free: its holder is gone$/m)
  expect(JSON.parse((await box.guard('lease', 'show', 'gone', '--json')).stdout)).toMatchObject({abandoned: true})
  expect((await box.guard('status', 'gone')).stdout).toContain('free: its holder, with token 1, is gone')
  expect((await box.guard('run', '--job', 'gone', '--', 'true')).code).toBe(0)
  expect((await box.guard('lease', 'list')).stdout).toMatch(/^gone {2}released /m)
})

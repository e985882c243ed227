import {describe, expect, test} from 'vitest'
import {fullDisk, lines, pythonSandbox} from '../support/python-sandbox.js'

test('guard shows a lease that a Python job acquires and releases', async () => {
  const {python, lease} = pythonSandbox()
  const taken = await python(
    'from job_lease import *; l = acquire("scan", 720, holder="me"); print(l.token); l.renew(); release("scan", "error", "no data")',
  )
  expect(taken).toMatchObject({code: 0, stdout: '1\n', stderr: ''})
  expect(await lease('scan')).toMatchObject({
    holder: 'me',
    token: 1,
    ttlMs: 720_000,
    state: 'released',
    status: 'error',
    detail: 'no data',
  })
})

test('a lease, printed, in a list or a traceback, shows its job and when it ends', async () => {
  const {python} = pythonSandbox()
  const code = lines(
    'from job_lease import *',
    'with acquire("scan", 720) as lease: print([lease], lease.expires_at > "2026", "%r" % lease == str(lease))',
    'print([lease])',
  )
  const {stdout} = await python(code)
  expect(stdout).toMatch(
    /^\[lease of scan: token 1, held until 2\d{3}-\d\d-\d\dT.*Z\] True True\n\[lease of scan: token 1, released\]\n$/,
  )
})

test('the lease belongs to the Python process, not to the call of guard', async () => {
  const {python, lease} = pythonSandbox()
  const {stdout} = await python('import os; from job_lease import *; acquire("scan", 720); print(os.getpid())')
  expect(await lease('scan')).toMatchObject({pid: Number(stdout), holder: expect.stringMatching(`:${stdout.trim()}$`)})
})

test('a Python job does not start while guard holds the lease, and names the holder', async () => {
  const {python, guard} = pythonSandbox()
  await guard('lease', 'acquire', 'scan', '--holder', 'guard-run', '--ttl', '60s')
  const refused = await python('from job_lease import *; acquire("scan", 5)')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/LeaseHeld: the lease of scan is held by guard-run for \d+ s more \(token 1\)/)
})

test('a Python job waits for a lease that is released in the meantime', async () => {
  const {startPython, guard} = pythonSandbox()
  await guard('lease', 'acquire', 'scan', '--ttl', '60s')
  const waiting = startPython('from job_lease import *; print(acquire("scan", 5, wait_seconds=30).token)')
  await guard('lease', 'release', 'scan', '--token', '1')
  expect(await waiting.ended).toMatchObject({code: 0, stdout: '2\n', stderr: ''})
})

test('the lease of a dead Python process is free at once', async () => {
  const {python, lease} = pythonSandbox()
  await python('import os; from job_lease import *; acquire("scan", 3600); os.kill(os.getpid(), 9)')
  expect(await lease('scan')).toMatchObject({state: 'held', token: 1})
  expect(await python('from job_lease import *; print(acquire("scan", 5).token)')).toMatchObject({stdout: '2\n'})
})

test('a replaced holder gets an error that it is fenced', async () => {
  const {python} = pythonSandbox()
  const {stdout} = await python(
    lines(
      'import time; from job_lease import *',
      'old = acquire("scan", 0.05); time.sleep(0.1); new = acquire("scan", 60)',
      'for use in old.renew, old.check:',
      '    try: use()',
      '    except LeaseFenced as error: print(error)',
      'new.check(); print(new.token)',
    ),
  )
  expect(stdout).toMatch(/^(token 1 does not hold the lease of scan: .* has token 2\n){2}2\n$/)
})

test('a context manager releases its lease, with the error of its block', async () => {
  const {python, lease} = pythonSandbox()
  const {code} = await python('from job_lease import *\nwith acquire("scan", 5): raise ValueError("no rows")')
  expect(code).toBe(1)
  expect(await lease('scan')).toMatchObject({status: 'error', detail: 'ValueError: no rows'})
})

test.each([
  ['that begins like a flag', '--force', '--force'],
  ['with half a character and a NUL', 'a\\ud800\\0b', 'a? b'],
])('a detail %s reaches the journal', async (_, written, detail) => {
  const {python, lease} = pythonSandbox()
  const code = `from job_lease import *; acquire("scan", 5); release("scan", "error", "${written}")`
  expect(await python(code, {LC_ALL: 'C', PYTHONUTF8: '0', PYTHONCOERCECLOCALE: '0'})).toMatchObject({stderr: ''})
  expect(await lease('scan')).toMatchObject({status: 'error', detail})
})

test('below guard run a Python job acquires no lease of its own', async () => {
  const {python, lease} = pythonSandbox()
  const env = {GUARD_JOB: 'scan', GUARD_LEASE_TOKEN: '7'}
  const job = 'from job_lease import *; l = acquire("scan", 5); print(l); l.renew(); l.check(); release("scan")'
  const {code, stdout} = await python(job, env)
  expect({code, stdout}).toEqual({code: 0, stdout: 'scan: under the lease of guard run\n'})
  expect(await lease('scan')).toMatchObject({state: 'none'})
})

const working = 'from job_lease import *; acquire("scan", 5); release("scan"); print("worked")'
const insisting = 'from job_lease import *; acquire("scan", 5, strict=True)'

test('without a usable journal the job goes on, unless it is strict', async () => {
  const {write, python} = pythonSandbox()
  const env = {GUARD_STATE_DIR: write('file', '')}
  const lax = await python(working, env)
  expect(lax).toMatchObject({code: 0, stdout: 'worked\n'})
  expect(lax.stderr).toContain('scan runs without a lease')
  const strict = await python(insisting, env)
  expect(strict).toMatchObject({code: 1, stderr: expect.stringContaining('OSError')})
})

describe('guard', () => {
  test('is set by an argument or by GUARD_BIN', async () => {
    const {python, path} = pythonSandbox()
    const guard = path('bin/guard')
    const PATH = '/usr/bin:/bin'
    const byVariable = await python('from job_lease import *; print(acquire("scan", 5).token)', {
      PATH,
      GUARD_BIN: guard,
    })
    expect(byVariable).toMatchObject({stdout: '1\n', stderr: ''})
    for (const [token, named] of [`"${guard}"`, `["/bin/sh", "${guard}"]`].entries()) {
      const code = `from job_lease import *; print(acquire("scan", 5, guard=${named}).token)`
      expect(await python(code, {PATH})).toMatchObject({stdout: `${token + 2}\n`, stderr: ''})
    }
  })

  test('that is missing stops only a strict job, and the message says what to do', async () => {
    const {python} = pythonSandbox()
    const env = {PATH: '/usr/bin:/bin'}
    const lax = await python(working, env)
    expect(lax).toMatchObject({code: 0, stdout: 'worked\n'})
    expect(lax.stderr).toMatch(/scan runs without a lease: .*install it, put it on PATH, or set GUARD_BIN=/)
    const strict = await python(insisting, env)
    expect(strict).toMatchObject({code: 1, stderr: expect.stringContaining('FileNotFoundError')})
  })

  test.each([
    ['that gives no answer', 'exec sleep 60', 0.5, 'guard lease acquire gave no answer within 0.5 s'],
    ['that lacks its Node', 'echo "env: node: No such" >&2; exit 127', 30, 'ended with 127: env: node: No such'],
    ['that prints something else', 'echo 42', 30, 'guard lease acquire ended with 0: no answer'],
  ])('%s stops no job', async (_, body, seconds, said) => {
    const {python, write} = pythonSandbox()
    const GUARD_BIN = write('other-guard', `#!/bin/sh\n${body}\n`, 0o755)
    const ended = await python(`import job_lease; job_lease._CALL_SECONDS = ${seconds}; ${working}`, {GUARD_BIN})
    expect(ended).toMatchObject({code: 0, stdout: 'worked\n'})
    expect(ended.stderr).toContain(said)
  })
})

test('another state directory can be set', async () => {
  const {python, path, guard} = pythonSandbox()
  await python(`from job_lease import *; acquire("scan", 5, state_dir="${path('elsewhere')}").renew()`)
  const {stdout} = await guard('lease', 'show', 'scan', '--json', '--state-dir', path('elsewhere'))
  expect(JSON.parse(stdout)).toMatchObject({state: 'held', token: 1})
})

test('a name that guard refuses is an error', async () => {
  const {python} = pythonSandbox()
  for (const name of ['../scan', '--help']) {
    const {code, stderr} = await python(`from job_lease import *; acquire("${name}", 5)`)
    expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining('ValueError')})
    expect(stderr).toContain('is not a name of a job')
  }
})

test('a process that acquires many leases leaves no files open', async () => {
  const {python} = pythonSandbox()
  const code = lines(
    'import os; from job_lease import *',
    'count = lambda: len(os.listdir("/proc/self/fd"))',
    'kept = acquire("kept", 60); before = count()',
    'for turn in range(5):',
    '    lease = acquire("scan", 60); release("scan")',
    '    try: acquire("kept", 60)',
    '    except LeaseHeld: pass',
    'print(lease.token, count() - before)',
  )
  expect(await python(code)).toMatchObject({stdout: '6 0\n', stderr: ''})
})

test('a holder that is not a text is refused', async () => {
  const {python} = pythonSandbox()
  const {code, stderr} = await python('from job_lease import *; acquire("scan", 5, holder=42)')
  expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining('holder must be a str, not 42')})
})

test('the release of a lost lease does not release a newer one of the same process', async () => {
  const {python, lease} = pythonSandbox()
  const code = lines(
    'import time; from job_lease import *',
    'old = acquire("scan", 0.05); time.sleep(0.1); new = acquire("scan", 60)',
    'try: old.release()',
    'except LeaseFenced: release("scan")',
  )
  expect(await python(code)).toMatchObject({code: 0, stderr: ''})
  expect(await lease('scan')).toMatchObject({token: 2, status: 'ok'})
})

test('the end of a forked child does not release the lease of its parent', async () => {
  const {python} = pythonSandbox()
  const code = lines(
    'import os, sys; from job_lease import *',
    'with acquire("scan", 60) as lease:',
    '    if os.fork() == 0: sys.exit(3)',
    '    os.wait(); lease.renew()',
  )
  expect(await python(code)).toMatchObject({code: 0, stderr: ''})
})

test.each([
  ['0', 'ok'],
  ['', 'ok'],
  ['2', 'error'],
])('a with block that is left by sys.exit(%s) ends with %s', async (exit, status) => {
  const {python, lease} = pythonSandbox()
  await python(`import sys; from job_lease import *\nwith acquire("scan", 5): sys.exit(${exit})`)
  expect(await lease('scan')).toMatchObject({status})
})

test.each([
  ['False', 0],
  ['True', 1],
])('a disk that becomes full ends the job only if it is strict: %s', async (strict, code) => {
  const {python} = pythonSandbox()
  const job = lines(
    'import os, resource; from job_lease import *',
    `with acquire("scan", 60, strict=${strict}) as lease:`,
    fullDisk.replace(/^/gm, '    '),
    '    lease.renew(); print("worked")',
  )
  const ended = await python(job)
  expect(ended).toMatchObject({code, stdout: code === 0 ? 'worked\n' : ''})
  if (code === 0) expect(ended.stderr).toMatch(/scan was not renewed.*\n.*scan was not released/)
})

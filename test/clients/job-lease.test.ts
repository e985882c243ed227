import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {openStateDir} from '../../src/journal/state-dir.js'
import {leaseStream, openStream} from '../../src/journal/streams.js'
import {systemClock} from '../../src/system/host/clock.js'
import {createStamper} from '../../src/system/host/host.js'
import {newId} from '../../src/system/host/ids.js'
import {createSandbox, type RunOptions} from '../support/sandbox.js'

const client = join(import.meta.dirname, '../../clients/python')

/** Jobs in Python beside guard, which they find on PATH as under cron. */
function pythonBox() {
  const box = createSandbox()
  const startPython = (code: string, env: RunOptions['env'] = {}) =>
    box.startSh('exec python3 -B -u -c "$CODE"', {env: {CODE: code, PYTHONPATH: client, ...env}})
  return {
    ...box,
    startPython,
    python: (code: string, env: RunOptions['env'] = {}) => startPython(code, env).ended,
    lease: async (job: string) =>
      JSON.parse((await box.guard('lease', 'show', job, '--json')).stdout) as Record<string, unknown>,
  }
}

const lines = (...text: string[]) => text.join('\n')

test('guard sees what a Python job takes and gives back', async () => {
  const {python, lease} = pythonBox()
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

test('a lease that is printed says whose it is, and until when', async () => {
  const {python} = pythonBox()
  const code = lines(
    'from job_lease import *',
    'lease = acquire("scan", 720); print(lease, lease.expires_at > "2026"); lease.release(); print(lease)',
  )
  const {stdout} = await python(code)
  expect(stdout).toMatch(
    /^lease of scan: token 1, held until 2\d{3}-\d\d-\d\dT.*Z True\nlease of scan: token 1, released\n$/,
  )
})

test('the lease belongs to the Python process, not to the call of guard', async () => {
  const {python, lease} = pythonBox()
  const {stdout} = await python('import os; from job_lease import *; acquire("scan", 720); print(os.getpid())')
  expect(await lease('scan')).toMatchObject({pid: Number(stdout), holder: expect.stringMatching(`:${stdout.trim()}$`)})
})

test('a Python job does not start beside a holder of guard, and says who that is', async () => {
  const {python, guard} = pythonBox()
  await guard('lease', 'acquire', 'scan', '--holder', 'guard-run', '--ttl', '60s')
  const refused = await python('from job_lease import *; acquire("scan", 5)')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/LeaseHeld: the lease of scan is held by guard-run for \d+ s more \(token 1\)/)
})

test('it waits for a lease that is released meanwhile', async () => {
  const {startPython, guard} = pythonBox()
  await guard('lease', 'acquire', 'scan', '--ttl', '60s')
  const waiting = startPython('from job_lease import *; print(acquire("scan", 5, wait_seconds=30).token)')
  await guard('lease', 'release', 'scan', '--token', '1')
  expect(await waiting.ended).toMatchObject({code: 0, stdout: '2\n', stderr: ''})
})

test('the lease of a Python process that died is free at once', async () => {
  const {python, lease} = pythonBox()
  await python('import os; from job_lease import *; acquire("scan", 3600); os.kill(os.getpid(), 9)')
  expect(await lease('scan')).toMatchObject({state: 'held', token: 1})
  expect(await python('from job_lease import *; print(acquire("scan", 5).token)')).toMatchObject({stdout: '2\n'})
})

test('a holder that was replaced learns that it is fenced', async () => {
  const {python} = pythonBox()
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

test('as a context manager it releases itself, with the error of the work', async () => {
  const {python, lease} = pythonBox()
  const {code} = await python('from job_lease import *\nwith acquire("scan", 5): raise ValueError("no rows")')
  expect(code).toBe(1)
  expect(await lease('scan')).toMatchObject({status: 'error', detail: 'ValueError: no rows'})
})

test.each([
  ['that begins like a flag', '--force', '--force'],
  ['with half a character and a NUL', 'a\\ud800\\0b', 'a? b'],
])('a detail %s reaches the journal', async (_, written, detail) => {
  const {python, lease} = pythonBox()
  const code = `from job_lease import *; acquire("scan", 5); release("scan", "error", "${written}")`
  expect(await python(code, {LC_ALL: 'C', PYTHONUTF8: '0', PYTHONCOERCECLOCALE: '0'})).toMatchObject({stderr: ''})
  expect(await lease('scan')).toMatchObject({status: 'error', detail})
})

test('below guard run it takes no lease of its own', async () => {
  const {python, lease} = pythonBox()
  const env = {GUARD_JOB: 'scan', GUARD_LEASE_TOKEN: '7'}
  const job = 'from job_lease import *; l = acquire("scan", 5); print(l); l.renew(); l.check(); release("scan")'
  const {code, stdout} = await python(job, env)
  expect({code, stdout}).toEqual({code: 0, stdout: 'scan: under the lease of guard run\n'})
  expect(await lease('scan')).toMatchObject({state: 'none'})
})

const working = 'from job_lease import *; acquire("scan", 5); release("scan"); print("worked")'
const insisting = 'from job_lease import *; acquire("scan", 5, strict=True)'

test('where the journal cannot be used the job goes on, unless it asks for strictness', async () => {
  const {write, python} = pythonBox()
  const env = {GUARD_STATE_DIR: write('file', '')}
  const lax = await python(working, env)
  expect(lax).toMatchObject({code: 0, stdout: 'worked\n'})
  expect(lax.stderr).toContain('scan runs without a lease')
  const strict = await python(insisting, env)
  expect(strict).toMatchObject({code: 1, stderr: expect.stringContaining('OSError')})
})

describe('guard', () => {
  test('is named by an argument or by GUARD_BIN', async () => {
    const {python, path} = pythonBox()
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

  test('that is missing stops no job, unless it asks for strictness, and what to do is said', async () => {
    const {python} = pythonBox()
    const env = {PATH: '/usr/bin:/bin'}
    const lax = await python(working, env)
    expect(lax).toMatchObject({code: 0, stdout: 'worked\n'})
    expect(lax.stderr).toMatch(/scan runs without a lease: .*install it, put it on PATH, or name it with GUARD_BIN=/)
    const strict = await python(insisting, env)
    expect(strict).toMatchObject({code: 1, stderr: expect.stringContaining('FileNotFoundError')})
  })

  test.each([
    ['that gives no answer', 'exec sleep 60', 'guard lease acquire gave no answer within 0.5 s'],
    ['that lacks its Node', 'echo "env: node: No such file" >&2; exit 127', 'ended with 127: env: node: No such file'],
    ['that says something else', 'echo 42', 'guard lease acquire ended with 0: no answer'],
  ])('%s stops no job', async (_, body, said) => {
    const {python, write} = pythonBox()
    const GUARD_BIN = write('other-guard', `#!/bin/sh\n${body}\n`, 0o755)
    const ended = await python(`import job_lease; job_lease._CALL_SECONDS = 0.5; ${working}`, {GUARD_BIN})
    expect(ended).toMatchObject({code: 0, stdout: 'worked\n'})
    expect(ended.stderr).toContain(said)
  })
})

test('another state directory can be named', async () => {
  const {python, path, guard} = pythonBox()
  await python(`from job_lease import *; acquire("scan", 5, state_dir="${path('elsewhere')}").renew()`)
  const {stdout} = await guard('lease', 'show', 'scan', '--json', '--state-dir', path('elsewhere'))
  expect(JSON.parse(stdout)).toMatchObject({state: 'held', token: 1})
})

test('a name that guard would refuse is refused', async () => {
  const {python} = pythonBox()
  for (const name of ['../scan', '--help']) {
    const {code, stderr} = await python(`from job_lease import *; acquire("${name}", 5)`)
    expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining('ValueError')})
    expect(stderr).toContain('is not a name of a job')
  }
})

test('a torn line before it spoils only itself', async () => {
  const {python, guard, stateDir} = pythonBox()
  await guard('lease', 'acquire', 'a', '--ttl', '60s')
  writeFileSync(join(stateDir, 'leases.jsonl'), '{"v":1,"kind":"cla', {flag: 'a'})
  expect(await python('from job_lease import *; print(acquire("b", 60).token)')).toMatchObject({stdout: '2\n'})
})

test('a process that takes leases again and again needs no more open files each time', async () => {
  const {python} = pythonBox()
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

test('a holder that is no text is refused, not taken for a lease', async () => {
  const {python} = pythonBox()
  const {code, stderr} = await python('from job_lease import *; acquire("scan", 5, holder=42)')
  expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining('a holder is a text, not 42')})
})

test('giving back a lease that was lost leaves the newer one of the same process alone', async () => {
  const {python, lease} = pythonBox()
  const code = lines(
    'import time; from job_lease import *',
    'old = acquire("scan", 0.05); time.sleep(0.1); new = acquire("scan", 60)',
    'try: old.release()',
    'except LeaseFenced: release("scan")',
  )
  expect(await python(code)).toMatchObject({code: 0, stderr: ''})
  expect(await lease('scan')).toMatchObject({token: 2, status: 'ok'})
})

test('a forked child that ends does not give back the lease of its parent', async () => {
  const {python} = pythonBox()
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
  const {python, lease} = pythonBox()
  await python(`import sys; from job_lease import *\nwith acquire("scan", 5): sys.exit(${exit})`)
  expect(await lease('scan')).toMatchObject({status})
})

const fullDisk = lines(
  'size = os.path.getsize(os.environ["GUARD_STATE_DIR"] + "/leases.jsonl")',
  'resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))',
)

test.each([
  ['False', 0],
  ['True', 1],
])('a disk that fills up while the job runs ends the job only if it asks for strictness: %s', async (strict, code) => {
  const {python} = pythonBox()
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

describe('renewal in the background', () => {
  const begin = (ttl: number) =>
    lines(
      'import os, resource, threading, time; from job_lease import *',
      `lease = acquire("scan", ${ttl}, renew_in_background=True)`,
    )
  const renewerEnds = '[thread.join() for thread in threading.enumerate() if thread.daemon]'

  test('keeps the lease, and ends with it', async () => {
    const {python, lease, journal} = pythonBox()
    const code = lines(
      begin(3),
      'path = os.environ["GUARD_STATE_DIR"] + "/leases.jsonl"',
      'while open(path).read().count("renewed") < 2: time.sleep(0.05)',
      `lease.check(); lease.release(); ${renewerEnds}`,
    )
    expect(await python(code)).toMatchObject({code: 0, stderr: ''})
    expect(await lease('scan')).toMatchObject({state: 'released', token: 1})
    expect(journal('leases.jsonl').map(({kind}) => kind)).toEqual(['claimed', 'renewed', 'renewed', 'released'])
  })

  test('learns that the lease was lost, and so does whoever uses it next', async () => {
    const {python} = pythonBox()
    const code = lines(
      begin(3),
      'from subprocess import DEVNULL, run',
      'run("guard lease release scan --token 1".split(), stdout=DEVNULL, check=True)',
      'run("guard lease acquire scan --ttl 60s --holder thief".split(), stdout=DEVNULL, check=True)',
      renewerEnds,
      'os.environ["PATH"] = ""',
      'for use in lease.check, lease.renew, lease.release:',
      '    try: use()',
      '    except LeaseFenced: print("fenced")',
    )
    const {stdout, stderr} = await python(code)
    expect(stdout).toBe('fenced\n'.repeat(3))
    expect(stderr).toMatch(/^job_lease: token 1 does not hold the lease of scan: .*\n$/)
  })

  test('gives up when two thirds of the ttl have passed without success, and says so', async () => {
    const {python} = pythonBox()
    const {code, stderr} = await python(lines(begin(1.5), fullDisk, renewerEnds))
    expect(code).toBe(0)
    expect(stderr).toContain('gave up renewing the lease of scan')
  })
})

/** Takes and gives back the lease until the time is up, and notes each time it was alone, on the machine's clock. */
const contender = `
import time
from job_lease import *
end = time.monotonic() + 4
while time.monotonic() < end:
    try:
        with acquire("scan", 30) as lease:
            start = time.clock_gettime(time.CLOCK_MONOTONIC)
            time.sleep(0.002)
            print(lease.token, start, time.clock_gettime(time.CLOCK_MONOTONIC))
    except LeaseHeld:
        time.sleep(0.001)
`

test('Python jobs and guard under contention, compaction and kills: never two holders, no token twice', async () => {
  const {startPython, stateDir} = pythonBox()
  const newStamp = createStamper(systemClock, newId)
  const leases = openStream(leaseStream, {dir: openStateDir(stateDir), newStamp, compactBytes: 4096})
  const children = Array.from({length: 4}, () => startPython(contender, {GUARD_COMPACT_BYTES: '4096'}))
  const spans: {token: number; from: number; to: number}[] = []
  const deadline = Date.now() + 4000
  const monoSeconds = () => Number(process.hrtime.bigint()) / 1e9
  for (let turn = 0; Date.now() < deadline; turn++) {
    const {verdict, state, record} = leases.append(
      {kind: 'claimed', job: 'scan', holder: 'guard', ttlMs: 30_000},
      'buffered',
    )
    if (verdict === 'ok') {
      const from = monoSeconds()
      const token = state.byJob.get('scan')?.token ?? 0
      await new Promise((resolve) => setTimeout(resolve, 2))
      spans.push({token, from, to: monoSeconds()})
      leases.append({kind: 'released', job: 'scan', claim: record.id, token, status: 'ok'}, 'buffered')
    }
    leases.compactIfDue()
    if (turn === 200) children[0]?.kill('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const own = spans.length
  for (const {stdout} of await Promise.all(children.map(({ended}) => ended))) {
    // A child that was killed may leave half a line.
    for (const line of stdout.split('\n').slice(0, -1)) {
      const [token = 0, from = 0, to = 0] = line.split(' ').map(Number)
      spans.push({token, from, to})
    }
  }
  expect(own).toBeGreaterThan(50)
  expect(spans.length - own).toBeGreaterThan(0)
  spans.sort((one, other) => one.token - other.token)
  expect(new Set(spans.map(({token}) => token)).size).toBe(spans.length)
  const overlaps = spans.filter(({from}, index) => index > 0 && from < (spans[index - 1]?.to ?? 0))
  expect(overlaps).toEqual([])
  leases.compactIfDue()
  expect(leases.inspect()).toMatchObject({problems: []})
  expect(leases.inspect().generation).toBeGreaterThan(3)
  expect(leases.read().grants).toBeGreaterThanOrEqual(spans.at(-1)?.token ?? 0)
}, 30_000)

import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, onTestFinished, test} from 'vitest'
import {leaseFold, leaseState} from '../../src/domain/lease.js'
import {openStateDir} from '../../src/journal/state-dir.js'
import {leaseStream, openStream} from '../../src/journal/streams.js'
import {systemClock} from '../../src/system/clock.js'
import {createStamper} from '../../src/system/host.js'
import {newId} from '../../src/system/ids.js'

const client = join(import.meta.dirname, '../../clients/python')

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function stateFolder() {
  const dir = mkdtempSync(join(tmpdir(), 'guard-python-'))
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}))
  const stateDir = join(dir, 'state')
  const openLeases = (compactBytes?: number) => {
    const real = openStateDir(stateDir)
    const newStamp = createStamper(systemClock, newId)
    return openStream(leaseStream, {dir: real, newStamp, ...(compactBytes !== undefined && {compactBytes})})
  }
  return {
    dir,
    stateDir,
    openLeases,
    python: (code: string, env = {}) => python(code, {GUARD_STATE_DIR: stateDir, ...env}),
  }
}

function python(code: string, env: Record<string, string>): Promise<Ended> {
  const child = spawn('python3', ['-B', '-c', code], {
    env: {PATH: process.env['PATH'] ?? '', PYTHONPATH: client, ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (piece) => (stdout += piece))
  child.stderr.on('data', (piece) => (stderr += piece))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({code, stdout, stderr}))
  })
}

const now = () => {
  const {at, mono, boot, host} = createStamper(systemClock, newId)()
  return {at, mono, boot, host}
}

test('guard sees what a Python job takes and gives back', async () => {
  const {python, openLeases} = stateFolder()
  const taken = await python(
    'from job_lease import *; l = acquire("scan", 720, holder="me"); print(l.token); l.renew(); release("scan", "error", "no data")',
  )
  expect(taken).toMatchObject({code: 0, stdout: '1\n', stderr: ''})
  const lease = openLeases().read().byJob.get('scan')
  expect(lease).toMatchObject({holder: 'me', token: 1, ttlMs: 720_000, released: {status: 'error', detail: 'no data'}})
})

test('a Python job does not start beside a holder of guard, and says who that is', async () => {
  const {python, openLeases} = stateFolder()
  openLeases().append({kind: 'claimed', job: 'scan', holder: 'guard-run', ttlMs: 60_000}, 'durable')
  const refused = await python('from job_lease import *; acquire("scan", 5)')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('LeaseHeld: the lease of scan is held by guard-run (token 1)')
})

test('the lease of a Python process that died is free at once', async () => {
  const {python, openLeases} = stateFolder()
  await python('import os; from job_lease import *; acquire("scan", 3600); os.kill(os.getpid(), 9)')
  const leases = openLeases()
  const left = leases.read().byJob.get('scan')
  expect(left && leaseState(left, now())).toBe('held')
  expect(await python('from job_lease import *; print(acquire("scan", 5).token)')).toMatchObject({stdout: '2\n'})
})

test('a holder that was replaced learns that it is fenced', async () => {
  const {python} = stateFolder()
  const {stdout} = await python(
    [
      'import time; from job_lease import *',
      'old = acquire("scan", 0.05); time.sleep(0.1); new = acquire("scan", 60)',
      'try: old.renew()',
      'except LeaseFenced as error: print(error)',
      'print(new.token)',
    ].join('\n'),
  )
  expect(stdout).toBe('token 1 does not hold the lease of scan any more\n2\n')
})

test('as a context manager it releases itself, with the error of the work', async () => {
  const {python, openLeases} = stateFolder()
  const {code} = await python('from job_lease import *\nwith acquire("scan", 5): raise ValueError("no rows")')
  expect(code).toBe(1)
  expect(openLeases().read().byJob.get('scan')?.released).toMatchObject({
    status: 'error',
    detail: 'ValueError: no rows',
  })
})

test('below guard run it takes no lease of its own', async () => {
  const {python, openLeases} = stateFolder()
  const env = {GUARD_JOB: 'scan', GUARD_LEASE_TOKEN: '7'}
  const {code} = await python('from job_lease import *; l = acquire("scan", 5); l.renew(); release("scan")', env)
  expect(code).toBe(0)
  expect(openLeases().read().byJob.size).toBe(0)
})

test('where the journal cannot be used the job goes on, unless it asks for strictness', async () => {
  const {dir, python} = stateFolder()
  writeFileSync(join(dir, 'file'), '')
  const env = {GUARD_STATE_DIR: join(dir, 'file')}
  const lax = await python('from job_lease import *; acquire("scan", 5); release("scan"); print("worked")', env)
  expect(lax).toMatchObject({code: 0, stdout: 'worked\n'})
  expect(lax.stderr).toContain('scan runs without a lease')
  expect((await python('from job_lease import *; acquire("scan", 5, strict=True)', env)).code).toBe(1)
})

test('a name that guard would refuse is refused', async () => {
  const {python} = stateFolder()
  expect((await python('from job_lease import *; acquire("../scan", 5)')).stderr).toContain('is no name of a job')
})

test('it finishes a compaction that somebody left half done, and guard reads on', async () => {
  const {python, openLeases, stateDir} = stateFolder()
  const leases = openLeases()
  for (const job of ['a', 'b']) leases.append({kind: 'claimed', job, holder: 'h', ttlMs: 60_000}, 'durable')
  const stamp = createStamper(systemClock, newId)()
  const path = join(stateDir, '.gen/leases.000001.jsonl')
  writeFileSync(path, `${JSON.stringify({...stamp, kind: 'seal'})}\n{"torn`, {flag: 'a'})

  expect(await python('from job_lease import *; print(acquire("c", 60).token)')).toMatchObject({
    stdout: '3\n',
    stderr: '',
  })
  const stable = readFileSync(join(stateDir, 'leases.jsonl'), 'utf8')
  expect(JSON.parse(stable.split('\n')[0] ?? '')).toMatchObject({kind: 'snapshot', generation: 2})
  const state = openLeases().read()
  expect(state.grants).toBe(3)
  expect(state.byJob.get('a')).toEqual(leases.read().byJob.get('a'))
  expect([...state.byJob.keys()]).toEqual(['a', 'b', 'c'])
})

test('it reads the snapshot of many leases as guard does, and gives each the same holder', async () => {
  const {python, openLeases, stateDir} = stateFolder()
  const leases = openLeases(4096)
  for (let n = 0; n < 100; n++) {
    const job = `job-${n}`
    const own = n % 3 === 0 ? {process: {pid: 1000 + n, start: `${n}`, namespace: 'pid:[1]'}} : {}
    const {record, state} = leases.append(
      {kind: 'claimed', job, holder: `h${n % 5}`, ttlMs: 1000 + n, ...own},
      'buffered',
    )
    const end = {claim: record.id, token: state.byJob.get(job)?.token, ...(n % 2 === 0 && {detail: 'säumig'})}
    if (n % 4 > 0) leases.append({kind: 'released', job, status: n % 4 > 1 ? 'ok' : 'error', ...end}, 'buffered')
  }
  leases.compactIfDue()
  expect(readFileSync(join(stateDir, 'leases.jsonl'), 'utf8')).toContain('"kind":"snapshot"')
  const seen = await python(
    'import json, os, job_lease; j = job_lease._Journal(os.environ["GUARD_STATE_DIR"]); print(json.dumps(list(j.read()["byJob"].values())))',
  )
  expect(seen.stderr).toBe('')
  expect(JSON.parse(seen.stdout)).toEqual([...leases.read().byJob.values()])
})

test('a torn line before it spoils only itself', async () => {
  const {python, openLeases, stateDir} = stateFolder()
  openLeases().append({kind: 'claimed', job: 'a', holder: 'h', ttlMs: 60_000}, 'durable')
  writeFileSync(join(stateDir, 'leases.jsonl'), '{"v":1,"kind":"cla', {flag: 'a'})
  await python('from job_lease import *; acquire("b", 60)')
  expect([...openLeases().read().byJob.keys()]).toEqual(['a', 'b'])
})

test('a record that lacks only its newline never counts, whoever ends the line', async () => {
  for (const ending of ['python', 'guard'] as const) {
    const {python, openLeases, stateDir} = stateFolder()
    openLeases().append({kind: 'claimed', job: 'a', holder: 'h', ttlMs: 60_000}, 'durable')
    const claim = {...createStamper(systemClock, newId)(), kind: 'claimed', job: 'b', holder: 'h', ttlMs: 60_000}
    writeFileSync(join(stateDir, 'leases.jsonl'), JSON.stringify(claim), {flag: 'a'})
    if (ending === 'guard') openLeases().append({kind: 'claimed', job: 'c', holder: 'h', ttlMs: 60_000}, 'durable')
    const taken = await python('from job_lease import *; print(acquire("b", 60).token)')
    const token = ending === 'guard' ? 3 : 2
    expect(taken, ending).toMatchObject({stdout: `${token}\n`, stderr: ''})
    expect(openLeases().read().byJob.get('b'), ending).toMatchObject({token})
  }
})

test('after somebody emptied the file, tokens go on and a holder of before is still one', async () => {
  const {python, openLeases} = stateFolder()
  const leases = openLeases(1)
  for (const job of ['a', 'b']) leases.append({kind: 'claimed', job, holder: 'h', ttlMs: 60_000}, 'durable')
  leases.compactIfDue()
  const code = [
    'import os; from job_lease import *; import job_lease',
    'lease = acquire("c", 60)',
    'open(os.environ["GUARD_STATE_DIR"] + "/leases.jsonl", "w").close()',
    'print(lease._journal.read()["grants"], acquire("d", 60).token)',
    'acquire("a", 60)',
  ].join('\n')
  const {stdout, stderr} = await python(code)
  expect(stdout).toBe('2 3\n')
  expect(stderr).toContain('LeaseHeld: the lease of a is held by h (token 1)')
  const state = openLeases().read()
  expect([...state.byJob.keys()]).toEqual(['a', 'b', 'd'])
  expect(state.grants).toBe(3)
})

test('a process that takes leases again and again needs no more open files each time', async () => {
  const {python} = stateFolder()
  const code = [
    'import resource; from job_lease import *',
    'resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))',
    'kept = acquire("kept", 60)',
    'for turn in range(50):',
    '    lease = acquire("scan", 60); release("scan")',
    '    try: acquire("kept", 60)',
    '    except LeaseHeld: pass',
    'print(lease.token)',
  ].join('\n')
  expect(await python(code)).toMatchObject({stdout: '51\n', stderr: ''})
})

test('a holder that is no text is refused, not taken for a lease', async () => {
  const {python} = stateFolder()
  const {code, stderr} = await python('from job_lease import *; acquire("scan", 5, holder=42)')
  expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining('a holder is a text, not 42')})
})

test('giving back a lease that was lost leaves the newer one of the same process alone', async () => {
  const {python, openLeases} = stateFolder()
  const code = [
    'import time; from job_lease import *',
    'old = acquire("scan", 0.05); time.sleep(0.1); new = acquire("scan", 60)',
    'try: old.release()',
    'except LeaseFenced: release("scan")',
  ].join('\n')
  expect(await python(code)).toMatchObject({code: 0, stderr: ''})
  expect(openLeases().read().byJob.get('scan')).toMatchObject({token: 2, released: {status: 'ok'}})
})

test('a forked child that ends does not give back the lease of its parent', async () => {
  const {python} = stateFolder()
  const code = [
    'import os, sys; from job_lease import *',
    'with acquire("scan", 60) as lease:',
    '    if os.fork() == 0: sys.exit(3)',
    '    os.wait(); lease.renew()',
  ].join('\n')
  expect(await python(code)).toMatchObject({code: 0, stderr: ''})
})

test.each([
  ['0', 'ok'],
  ['', 'ok'],
  ['2', 'error'],
])('a with block that is left by sys.exit(%s) ends with %s', async (exit, status) => {
  const {python, openLeases} = stateFolder()
  await python(`import sys; from job_lease import *\nwith acquire("scan", 5): sys.exit(${exit})`)
  expect(openLeases().read().byJob.get('scan')?.released).toMatchObject({status})
})

test('a record with an absurd number in it stops nobody', async () => {
  const {python, openLeases, stateDir} = stateFolder()
  openLeases().append({kind: 'claimed', job: 'a', holder: 'h', ttlMs: 60_000}, 'durable')
  const claim = {...createStamper(systemClock, newId)(), kind: 'claimed', job: 'b', holder: 'h', ttlMs: 1}
  const line = JSON.stringify({...claim, process: {pid: 7, start: '7'}}).replace('"pid":7', '"pid":1e999')
  writeFileSync(join(stateDir, 'leases.jsonl'), `${line}\n`, {flag: 'a'})
  expect(await python('from job_lease import *; print(acquire("b", 60).token)')).toMatchObject({stdout: '3\n'})
})

test.each(['at', 'mono', 'ttlMs'])(
  'a claim whose %s no date can show is void for Python as for guard',
  async (field) => {
    const {python, openLeases, stateDir} = stateFolder()
    openLeases().append({kind: 'claimed', job: 'a', holder: 'h', ttlMs: 60_000}, 'durable')
    const claim = {...createStamper(systemClock, newId)(), kind: 'claimed', job: 'b', holder: 'h', ttlMs: 60_000}
    writeFileSync(join(stateDir, 'leases.jsonl'), `${JSON.stringify({...claim, [field]: 1e300})}\n`, {flag: 'a'})
    expect(openLeases().read().byJob.has('b')).toBe(false)
    expect(await python('from job_lease import *; print(acquire("b", 60).token)')).toMatchObject({stdout: '2\n'})
  },
)

test.each([
  ['False', 0],
  ['True', 1],
])('a disk that fills up while the job runs ends the job only if it asks for strictness: %s', async (strict, code) => {
  const {python} = stateFolder()
  const job = [
    'import os, resource; from job_lease import *',
    `with acquire("scan", 60, strict=${strict}) as lease:`,
    '    size = os.path.getsize(os.environ["GUARD_STATE_DIR"] + "/leases.jsonl")',
    '    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))',
    '    lease.renew(); print("worked")',
  ].join('\n')
  const ended = await python(job)
  expect(ended).toMatchObject({code, stdout: code === 0 ? 'worked\n' : ''})
  if (code === 0) expect(ended.stderr).toMatch(/scan was not renewed.*\n.*scan was not released/)
})

test('a release whose token is true is void for Python as for guard', async () => {
  const {python, openLeases, stateDir} = stateFolder()
  const {record} = openLeases().append({kind: 'claimed', job: 'a', holder: 'h', ttlMs: 60_000}, 'durable')
  const release = {...createStamper(systemClock, newId)(), kind: 'released', job: 'a', claim: record.id, status: 'ok'}
  writeFileSync(join(stateDir, 'leases.jsonl'), `${JSON.stringify({...release, token: true})}\n`, {flag: 'a'})
  expect((await python('from job_lease import *; acquire("a", 60)')).stderr).toContain('LeaseHeld')
  expect(openLeases().read().byJob.get('a')?.released).toBeUndefined()
})

test('it works where the system has no fdatasync', async () => {
  const {python} = stateFolder()
  const {stdout} = await python('import os; del os.fdatasync\nfrom job_lease import *; print(acquire("scan", 5).token)')
  expect(stdout).toBe('1\n')
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
  const {openLeases, stateDir} = stateFolder()
  const leases = openLeases(4096)
  const children = Array.from({length: 4}, () => {
    const child = spawn('python3', ['-B', '-u', '-c', contender], {
      env: {PATH: process.env['PATH'] ?? '', PYTHONPATH: client, GUARD_STATE_DIR: stateDir},
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    child.stdout.on('data', (piece) => (stdout += piece))
    const ended = new Promise<string>((resolve) => child.once('close', () => resolve(stdout)))
    return {child, ended}
  })
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
    if (turn === 200) children[0]?.child.kill('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  for (const output of await Promise.all(children.map(({ended}) => ended))) {
    // A child that was killed may leave half a line.
    for (const line of output.split('\n').slice(0, -1)) {
      const [token = 0, from = 0, to = 0] = line.split(' ').map(Number)
      spans.push({token, from, to})
    }
  }
  spans.sort((one, other) => one.token - other.token)
  expect(spans.length).toBeGreaterThan(50)
  expect(new Set(spans.map(({token}) => token)).size).toBe(spans.length)
  const overlaps = spans.filter(({from}, index) => index > 0 && from < (spans[index - 1]?.to ?? 0))
  expect(overlaps).toEqual([])
  leases.compactIfDue()
  expect(leases.inspect()).toMatchObject({problems: []})
  expect(leases.inspect().generation).toBeGreaterThan(3)
  const again = leaseFold.restore(JSON.parse(JSON.stringify(leaseFold.save(leases.read()))))
  expect(again.grants).toBeGreaterThanOrEqual(spans.at(-1)?.token ?? 0)
}, 30_000)

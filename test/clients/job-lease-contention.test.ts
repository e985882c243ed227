import {describe, expect, test} from 'vitest'
import {openStateDir} from '../../src/journal/state-dir.js'
import {leaseStream, openStream} from '../../src/journal/streams.js'
import {systemClock} from '../../src/system/host/clock.js'
import {createStamper} from '../../src/system/host/host.js'
import {newId} from '../../src/system/host/ids.js'
import {fullDisk, lines, pythonSandbox} from '../support/python-sandbox.js'

describe('renewal in the background', () => {
  const begin = (ttl: number) =>
    lines(
      'import os, resource, threading, time; from job_lease import *',
      `lease = acquire("scan", ${ttl}, renew_in_background=True)`,
    )
  const renewerEnds = '[thread.join() for thread in threading.enumerate() if thread.daemon]'

  test('keeps the lease, and ends with it', async () => {
    const {python, lease, journal} = pythonSandbox()
    const code = lines(
      begin(6),
      'path = os.environ["GUARD_STATE_DIR"] + "/leases.jsonl"',
      'while open(path).read().count("renewed") < 2: time.sleep(0.05)',
      `lease.check(); lease.release(); ${renewerEnds}`,
    )
    expect(await python(code)).toMatchObject({code: 0, stderr: ''})
    expect(await lease('scan')).toMatchObject({state: 'released', token: 1})
    // On a busy machine it is renewed once more while it is checked and released.
    const kinds = journal('leases.jsonl').map(({kind}) => kind)
    expect(kinds.join(' ')).toMatch(/^claimed( renewed){2,} released$/)
  })

  test('notices that the lease was lost, and each later use of the lease fails', async () => {
    const {python} = pythonSandbox()
    const code = lines(
      begin(6),
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

  test('gives up after two thirds of the ttl without success, with a warning', async () => {
    const {python} = pythonSandbox()
    const {code, stderr} = await python(lines(begin(1.5), fullDisk, renewerEnds))
    expect(code).toBe(0)
    expect(stderr).toContain('gave up renewing the lease of scan')
  })
})

/**
 * Acquires and releases the lease for 4 s, longer if it was not given to it until then, and prints each span in which it
 * was the holder, by the machine's clock.
 */
const contender = `
import time
from job_lease import *
end, had = time.monotonic() + 4, False
while time.monotonic() < end or not had:
    try:
        with acquire("scan", 30) as lease:
            had = True
            start = time.clock_gettime(time.CLOCK_MONOTONIC)
            time.sleep(0.002)
            print(lease.token, start, time.clock_gettime(time.CLOCK_MONOTONIC))
    except LeaseHeld:
        time.sleep(0.001)
`

test('with contention, compaction and kills, Python jobs and guard never hold the lease at once, and no token is reused', async () => {
  const {startPython, stateDir} = pythonSandbox()
  const newStamp = createStamper(systemClock, newId)
  const leases = openStream(leaseStream, {dir: openStateDir(stateDir), newStamp, compactBytes: 4096})
  const children = Array.from({length: 4}, () => startPython(contender, {GUARD_COMPACT_BYTES: '4096'}))
  const spans: {token: number; from: number; to: number}[] = []
  const deadline = Date.now() + 4000
  const monoSeconds = () => Number(process.hrtime.bigint()) / 1e9
  const hadOthers = () => children.some((child) => child.stdout().includes('\n'))
  // On a busy machine it goes on until there are enough grants, here and there.
  for (let turn = 0; Date.now() < deadline || spans.length <= 50 || !hadOthers(); turn++) {
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
    // A killed child may leave a torn line.
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
}, 240_000)

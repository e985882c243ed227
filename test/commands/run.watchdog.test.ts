import {hostname} from 'node:os'
import {expect, test} from 'vitest'
import {systemClock} from '../../src/system/host/clock.js'
import {readBootId} from '../../src/system/host/host.js'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

/** A watchdog that came by a minute ago where half a minute counts as late. */
function lateWatchdog(): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'watchdog: {lateAfter: 30s, bootGrace: 0s}')
  const [at, mono] = [Date.now() - 60_000, systemClock.mono() - 60_000]
  const stamp = {v: 1, at, mono, boot: readBootId(), host: hostname()}
  const claim = {...stamp, id: 'c1', kind: 'claimed', job: 'guard-watchdog', holder: 'w', ttlMs: 1000}
  box.write('state/leases.jsonl', `${JSON.stringify(claim)}\n`, 0o600)
  return box
}

const run = (box: Sandbox) => box.guard('run', '--job', 'scan', '--', 'echo', 'out')

test('of all runs on a machine whose watchdog is late, one says so', async () => {
  const box = lateWatchdog()
  const first = await run(box)
  expect(first).toMatchObject({code: 0, stdout: 'out\n'})
  expect(first.stderr).toMatch(/^guard: the watchdog is late: its last round was 1m.* ago, more than 30s; .*\n$/)
  expect(await run(box)).toMatchObject({code: 0, stdout: 'out\n', stderr: ''})
  expect(box.journal('alerts.jsonl')).toMatchObject([{level: 'WARNING', component: 'guard-watchdog'}])
})

test('a watchdog that has come by again is not late', async () => {
  const box = lateWatchdog()
  await box.guard('watchdog')
  expect(await run(box)).toMatchObject({code: 0, stderr: ''})
})

import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {createSandbox, endDeliverers, isAlive, isRoot, type Sandbox, until} from '../support/sandbox.js'

/** A state directory on a file system of its own, so that it can be filled. */
function smallDisk(box: Sandbox): void {
  mkdirSync(box.stateDir, {mode: 0o700})
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', box.stateDir])
  onTestFinished(() => {
    endDeliverers(box.dir)
    execFileSync('umount', ['-l', box.stateDir])
  })
}

function fillDisk(box: Sandbox): void {
  try {
    writeFileSync(join(box.stateDir, 'filler'), Buffer.alloc(8 * 1024 * 1024))
  } catch {
    // It is full.
  }
}

/** Starts a job, and kills its wrapper and the job itself. */
async function killWrapper(box: Sandbox): Promise<void> {
  const running = box.start(['run', 'import'])
  const leases = () => (existsSync(join(box.stateDir, 'leases.jsonl')) ? box.journal('leases.jsonl') : [])
  const ofJob = () => leases().find(({job, jobProcess}) => job === 'import' && jobProcess !== undefined)
  await until(() => ofJob() !== undefined, 'the lease of the job')
  running.kill('SIGKILL')
  const job = ofJob()?.['jobProcess'] as {pid: number} | undefined
  if (job) process.kill(job.pid, 'SIGKILL')
  await running.ended
  await until(() => !job || !isAlive(job.pid), 'the end of the job')
}

function staleLock(box: Sandbox): void {
  const dead = execFileSync('sh', ['-c', 'echo $$'], {encoding: 'utf8'})
  const lock = box.write('data/scan.lock', dead)
  const anHourAgo = Date.now() / 1000 - 3600
  utimesSync(lock, anHourAgo, anHourAgo)
}

const settings = {
  jobs: {
    import: {command: ['sleep', '600'], schedule: '0 3 * * *'},
    feed: {command: ['sh', '-c', 'echo HTTP 503; exit 3'], breaker: {target: 'feed-api'}},
    scan: {command: ['true'], recovery: [{do: 'clear-locks', files: 'data/*.lock'}]},
    tool: {command: ['tool-of-mine'], schedule: '0 4 * * *'},
    backup: {command: ['sh', '-c', 'exit 4'], schedule: '0 5 * * *'},
  },
  breakers: {targets: {'feed-api': {failures: 2, window: '1m', openFor: '1h'}}},
  channels: {ops: {type: 'file', path: 'told.txt'}},
  alerting: {groupWait: '0s', routes: [{level: 'WARNING', to: ['ops']}]},
}

describe.skipIf(!isRoot)('a machine with six faults', () => {
  test('is understood from status, why and doctor alone', async () => {
    const box = createSandbox()
    smallDisk(box)
    box.write('.guardianrc.json', JSON.stringify(settings))
    box.write('own/tool-of-mine', '#!/bin/sh\n', 0o755)
    const env = {PATH: `${box.path('own')}:${box.env()['PATH']}`}
    await box.guard('alerts', 'silence', 'add', '--job', 'backup', '--for', '1h', '--reason', 'disk on order')
    for (const job of ['feed', 'feed', 'feed', 'backup']) await box.guard('run', job)
    await box.guardWith({env}, 'run', 'tool')
    await box.guard('alerts', 'deliver')
    // A deliverer of one of the runs may be at work, to which this one leaves it.
    const deliveries = () => (existsSync(join(box.stateDir, 'deliveries.jsonl')) ? box.journal('deliveries.jsonl') : [])
    await until(() => deliveries().some(({kind}) => kind === 'suppressed'), 'the silenced message')
    await killWrapper(box)
    staleLock(box)
    fillDisk(box)

    const status = await box.guard('status', '--utc')
    expect(status.code).toBe(2)
    expect(status.stdout).toMatch(
      /^X import .*\n {4}(stalled|failing): its (process is dead|last run was found interrupted)/m,
    )
    expect(status.stdout).toMatch(/^X feed .*\n {4}failing: its last run failed/m)
    expect(status.stdout).toMatch(/^= backup .* silenced$/m)

    const why = async (job: string) => (await box.guard('why', job)).stdout
    expect(await why('import')).toMatch(
      /^import is (stalled|failing): its (process is dead|last run was found interrupted)/,
    )
    const feed = await why('feed')
    expect(feed).toMatch(/^ {2}.*It was skipped: breaker feed-api is open/m)
    expect(feed).toMatch(/^Next {2}guard breaker close feed-api/m)
    const backup = await why('backup')
    expect(backup).toMatch(/^backup is silenced, and it is failing: its last run failed/)
    expect(backup).toMatch(/ops was not told: silenced by \S+: disk on order\./)

    const doctor = await box.guardWith({env}, 'doctor')
    expect(doctor.code).toBe(2)
    expect(doctor.stdout).toMatch(/^[X!] .*(disk|Disk).*(full|0 B|0(\.0)? %)/m)
    expect(doctor.stdout).toMatch(/^[X!] .*stale lock/m)
    expect(doctor.stdout).toMatch(/^[X!] .*tool-of-mine/m)
  }, 240_000)
})

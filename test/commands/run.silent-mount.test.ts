import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {createSandbox, isRoot, type Sandbox, until} from '../support/sandbox.js'

/** File systems whose server is gone: each call on a file below them waits, as on NFS. */

const script = join(import.meta.dirname, '../support/silent-mount.py')
const canMount = isRoot && existsSync('/dev/fuse')
const limitMs = 60_000

/** Mounts one, which goes with the test. */
async function silentMount(box: Sandbox, name: string): Promise<string> {
  const place = box.path(name)
  mkdirSync(place, {recursive: true, mode: 0o700})
  const server = box.startSh(`exec python3 ${script} ${place} ${box.path('ready')}`)
  onTestFinished(async () => {
    spawnSync('umount', ['-l', place])
    server.kill('SIGKILL')
    await server.ended
  })
  await until(() => existsSync(box.path('ready')), 'the mount')
  return place
}

const job = ['run', '--job', 'j', '--', 'sh', '-c', 'echo out; exit 7']

describe.skipIf(!canMount)('where a file system gives no answer', () => {
  test(
    'that has the log folder, the job runs, and its log is in the state directory',
    async () => {
      const box = createSandbox()
      const place = await silentMount(box, 'logs')
      box.write('.guardianrc.json', JSON.stringify({logDir: `${place}/guard`}))
      const {code, stdout, stderr} = await box.guard(...job)
      expect([code, stdout]).toEqual([7, 'out\n'])
      expect(stderr).toContain(
        `logDir ${place}/guard is not used: its file system (fuse) has not answered for 2 s; the logs go to the state directory`,
      )
      expect(box.log('j')).toBe('out\n')
      expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', exitCode: 7})
    },
    limitMs,
  )

  test(
    'that has the state directory, the job runs without record, and other commands end with 73',
    async () => {
      const box = createSandbox()
      const place = await silentMount(box, 'served')
      const {code, stdout, stderr} = await box.guard('run', '--state-dir', `${place}/state`, ...job.slice(1))
      expect([code, stdout]).toEqual([7, 'out\n'])
      expect(stderr).toBe(
        `guard: state directory ${place}/state is not used: its file system (fuse) has not answered for 2 s; j runs without record or lease\n`,
      )
      const health = await box.guard('health', '--state-dir', `${place}/state`)
      expect([health.code, health.stderr]).toEqual([73, expect.stringContaining('has not answered for 2 s\n')])
    },
    limitMs,
  )

  test(
    'from the middle of a run on, the job’s end comes in time with its own code, and is on record',
    async () => {
      const box = createSandbox()
      const logs = box.path('logs')
      const command = ['sh', '-c', 'echo out; while [ ! -e go ]; do sleep 0.05; done; exit 7']
      const retry = {maxAttempts: 2, firstDelay: '10ms', on: ['failed']}
      box.write('.guardianrc.json', JSON.stringify({logDir: logs, jobs: {j: {command, retry}}}))
      const running = box.start(['run', 'j'])
      await until(() => running.stdout() === 'out\n', 'the output')
      await silentMount(box, 'logs')
      box.write('go', '')
      const {code, stdout, stderr} = await running.ended
      // The second attempt has no log.
      expect([code, stdout]).toEqual([7, 'out\nout\n'])
      expect(stderr).toContain('no log is kept')
      expect(stderr).toContain(
        `guardian_j_output.log: its file system (fuse) has not answered for 2 s; what the job printed last may be missing`,
      )
      const records = readFileSync(`${box.stateDir}/runs.jsonl`, 'utf8')
      expect(records).toMatch(/"kind":"ended".*"exitCode":7/)
    },
    limitMs,
  )
})

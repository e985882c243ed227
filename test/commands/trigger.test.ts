import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {noNamespaces, withMounts} from '../support/namespaces.js'
import {createSandbox, until} from '../support/sandbox.js'

function boxWith(jobs: string) {
  const box = createSandbox()
  box.write('.guardianrc', `jobs:\n${jobs.replaceAll(/^/gm, '  ')}\n`, 0o600)
  const records = (kind: string) => {
    try {
      return box.journal('runs.jsonl').filter((record) => record['kind'] === kind)
    } catch {
      return []
    }
  }
  return {...box, records}
}

test('it returns with the id of the run once the run has its lease, and the run goes on', async () => {
  const box = boxWith(`job: {command: [sh, -c, 'while [ ! -e $GO ]; do sleep 0.05; done'], env: {GO: go}}`)
  const triggered = await box.guard('trigger', 'job', '--json')
  expect(triggered).toMatchObject({code: 0, stderr: ''})
  const {runId, state} = JSON.parse(triggered.stdout) as {runId: string; state: string}
  expect(state).toBe('started')
  expect(box.records('started')).toMatchObject([{job: 'job', run: runId}])
  expect(box.records('ended')).toEqual([])
  box.write('go', '')
  await until(() => box.records('ended').length === 1, 'its end')
  expect(box.records('ended')).toMatchObject([{run: runId, outcome: 'healthy'}])
})

test('the run takes the state directory as the trigger does', async () => {
  const flag = '--allow-unsafe-filesystem'
  const box = boxWith("job: {command: [sh, -c, 'tr \\\\0 \\\\n < /proc/$PPID/cmdline']}")
  expect((await box.guard('trigger', 'job', '--wait', flag)).stdout.split('\n')).toContain(flag)
  expect((await box.guard('trigger', 'job', '--wait')).stdout.split('\n')).not.toContain(flag)
})

test('people get the id alone', async () => {
  const box = boxWith("job: {command: ['true']}")
  expect((await box.guard('trigger', 'job')).stdout).toMatch(/^[\w-]{12}\n$/)
})

test('with --wait it prints the output as it comes, and ends with the exit code of the job', async () => {
  const box = boxWith("job: {command: [sh, -c, 'echo one; sleep 0.3; echo two >&2; exit 7']}")
  expect(await box.guard('trigger', 'job', '--wait')).toMatchObject({code: 7, stdout: 'one\ntwo\n'})
  const json = await box.guard('trigger', 'job', '--wait', '--json')
  expect(json.code).toBe(7)
  expect(JSON.parse(json.stdout)).toMatchObject({job: 'job', state: 'ended', exitCode: 7, outcome: 'failed'})
})

test('a job that runs already is refused with 75 and its holder', async () => {
  const box = boxWith("job: {command: [sleep, '300'], skipExitCode: 0}")
  const {runId} = JSON.parse((await box.guard('trigger', 'job', '--json')).stdout) as {runId: string}
  const second = await box.guard('trigger', 'job', '--json')
  expect(second.code).toBe(75)
  expect(JSON.parse(second.stdout)).toMatchObject({error: {kind: 'busy'}, lease: {job: 'job', holder: runId}})
  await box.sh(`pkill -f -- '--run-id ${runId}'`)
  await until(() => box.records('ended').length === 1, 'its end')
})

test('a job whose breaker is open is refused with 69', async () => {
  const box = boxWith("job: {command: ['true'], breaker: {target: api}}")
  await box.guard('breaker', 'open', 'api')
  expect(await box.guard('trigger', 'job')).toMatchObject({code: 69, stdout: ''})
})

test('a job with wrong settings is refused with 78, an unknown one with 64 and the nearest names', async () => {
  const box = boxWith(
    "wrong: {command: ['true'], timeout: soon}\nbackup: {command: ['true']}\nwatched: {schedule: '@daily'}",
  )
  expect(await box.guard('trigger', 'wrong')).toMatchObject({code: 78})
  const unknown = await box.guard('trigger', 'bakup')
  expect(unknown).toMatchObject({code: 64})
  expect(unknown.stderr).toContain('did you mean backup?')
  expect(await box.guard('trigger', 'watched')).toMatchObject({code: 64})
  expect(box.records('started')).toEqual([])
})

test('a job that cannot be found has a run, which says so', async () => {
  const box = boxWith('job: {command: [/no/such/program]}')
  expect(await box.guard('trigger', 'job', '--wait')).toMatchObject({code: 127})
  expect(box.records('ended')).toMatchObject([{outcome: 'not-started'}])
})

test('it does not wait for the random delay of the job', async () => {
  const box = boxWith("job: {command: ['true'], jitter: 1h}")
  expect(await box.guard('trigger', 'job', '--wait')).toMatchObject({code: 0})
})

test('an id that could not be part of a name of a file is refused', async () => {
  const box = boxWith("job: {command: ['true']}")
  expect(await box.guard('run', '--run-id', '../../x', 'job')).toMatchObject({code: 64})
  expect(await box.guard('run', '--run-id', 'given-by-hand', 'job')).toMatchObject({code: 0})
  expect(readFileSync(`${box.stateDir}/runs.jsonl`, 'utf8')).toContain('"run":"given-by-hand"')
})

test.skipIf(noNamespaces !== undefined)('a run of which no record can be written is said to be that', async () => {
  const box = boxWith("job: {command: ['true']}")
  await box.guard('run', 'job')
  const mounts = 'mount --bind state state && mount -o remount,ro,bind state'
  const {code, stdout, stderr} = await box.sh(withMounts(mounts, 'guard trigger job --json'))
  const {runId, state} = JSON.parse(stdout) as {runId: string; state: string}
  expect({code, state}).toEqual({code: 0, state: 'unrecorded'})
  expect(stderr).toBe(`guard: no record of run ${runId} of job is found\n  - see why: guard doctor\n`)
})

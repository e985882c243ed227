import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'

interface Told {
  readonly sections: readonly {readonly title: string; readonly sentences: readonly {readonly text: string}[]}[]
  readonly mend: readonly string[]
}

async function why(box: Sandbox, job: string): Promise<Told> {
  return JSON.parse((await box.guard('why', job, '--json')).stdout) as Told
}

/** The commands that the page of a job ends with. */
async function nextOf(box: Sandbox, job: string): Promise<readonly string[]> {
  const {stdout} = await box.guard('status', job)
  return /^Next: {2}(.*)$/m.exec(stdout)?.[1]?.split(/ · |, /) ?? []
}

describe('what is named as the next command', () => {
  test.each([
    ['a job that never ran', 'new', ['guard why new', 'guard doctor --job new']],
    ['a job that could not be started', 'gone', ['guard why gone', 'guard logs gone']],
    ['a job that failed', 'bad', ['guard why bad', 'guard logs bad']],
  ])('works as it is printed, of %s', async (_title, job, shown) => {
    const box = createSandbox()
    const jobs = {new: {command: ['true']}, gone: {script: 'gone.sh'}, bad: {command: ['sh', '-c', 'echo x; exit 3']}}
    box.write('.guardianrc.json', JSON.stringify({jobs}))
    if (job !== 'new') await box.guard('run', job)
    const next = await nextOf(box, job)
    expect(next).toEqual(shown)
    for (const command of [...next, ...(await why(box, job)).mend]) {
      const {code, stderr} = await box.sh(command)
      expect({command, code, stderr}).toEqual({command, code: expect.toSatisfy((given) => given <= 2), stderr: ''})
    }
  })

  test('of a job that could not be started is what it lacks, since it has printed nothing', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({jobs: {gone: {script: 'gone.sh'}}}))
    await box.guard('run', 'gone')
    expect((await why(box, 'gone')).mend).toEqual(['guard doctor --job gone'])
  })
})

test('who was told by a step of the run is said, though its incident was opened later', async () => {
  const box = createSandbox()
  const recovery = [{do: 'alert', level: 'CRITICAL', message: 'the token must be renewed'}]
  const jobs = {scan: {command: ['sh', '-c', 'exit 4'], schedule: '* * * * *', recovery}}
  const alerting = {groupWait: '0s', routes: [{level: 'WARNING', to: ['ops']}]}
  box.write('.guardianrc.json', JSON.stringify({jobs, channels: {ops: {type: 'file', path: 'told.txt'}}, alerting}))
  await box.guard('run', 'scan')
  await box.guard('alerts', 'deliver')
  // The run has left a deliverer, which may be at it just now.
  const isThere = () => existsSync(join(box.stateDir, 'deliveries.jsonl'))
  await until(() => isThere() && box.journal('deliveries.jsonl').some(({kind}) => kind === 'sent'), 'the message')
  const texts = async () =>
    (await why(box, 'scan')).sections.find(({title}) => title === 'Who was told')?.sentences.map(({text}) => text)
  expect(await texts()).toContain('ops was told of "the token must be renewed".')
  await box.guard('watchdog')
  expect(await texts()).toContain('ops was told of "the token must be renewed".')
})

test('a job that runs is not said not to run, because another start of it was skipped', async () => {
  const box = createSandbox()
  const running = box.start(['run', '--job', 'long', '--', 'sleep', '60'])
  await until(() => existsSync(join(box.stateDir, 'runs.jsonl')), 'its start')
  await until(() => box.journal('runs.jsonl').some(({kind}) => kind === 'started'), 'its start')
  expect((await box.guard('run', '--job', 'long', '--', 'true')).code).toBe(75)
  const {stdout} = await box.guard('why', 'long')
  expect(stdout).toMatch(/^long has been running for .*\. Its last start was skipped: it has been running for /)
  running.kill('SIGTERM')
  await running.ended
})

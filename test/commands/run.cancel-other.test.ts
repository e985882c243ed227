import {existsSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, isAlive, type Running, type Sandbox, until} from '../support/sandbox.js'

/** A job that is to end by TERM has the time that it takes on a busy machine. */
const cancelOther = (killAfter = '10s') => [
  ...['run', '--job', 'j', '--overlap', 'cancel-other', '--kill-after', killAfter, '--'],
]

const recorded = (box: Sandbox, wanted: string) =>
  existsSync(box.path('state/runs.jsonl')) && box.journal('runs.jsonl').some(({kind}) => kind === wanted)

/** The attempts that the first run has made, and how it ended. */
async function firstRun(box: Sandbox) {
  const {runs} = JSON.parse((await box.guard('history', 'j', '--json')).stdout)
  const {attempts, outcome, cancelledBy} = runs[1]
  return {attempts, outcome, isCancelled: cancelledBy === runs[0].runId}
}

async function cancels(box: Sandbox, first: Running, killAfter?: string) {
  expect(await box.guard(...cancelOther(killAfter), 'echo', 'new')).toMatchObject({
    code: 0,
    stdout: 'new\n',
    stderr: '',
  })
  return {code: (await first.ended).code, ...(await firstRun(box))}
}

describe('--overlap cancel-other ends the whole of the other run', () => {
  test('that would make another attempt', async () => {
    const box = createSandbox()
    const job = 'trap "exit 3" TERM; echo > begun; while :; do sleep 0.05; done'
    const first = box.start(['run', '--job', 'j', '--retries', '2', '--', 'sh', '-c', job])
    await until(() => existsSync(box.path('begun')), 'the start of the job')
    const end = {outcome: 'killed', isCancelled: true}
    expect(await cancels(box, first)).toEqual({...end, code: 3, attempts: 1})
  })

  test('that waits for its next attempt', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', '{"defaults": {"retry": {"firstDelay": "60s", "jitter": 0}}}')
    const first = box.start(['run', '--job', 'j', '--retries', '2', '--', 'sh', '-c', 'exit 3'])
    await until(() => recorded(box, 'attempt-ended'), 'the end of the first attempt')
    const end = {outcome: 'killed', isCancelled: true}
    expect(await cancels(box, first)).toEqual({...end, code: 3, attempts: 1})
  })

  test('that recovers', async () => {
    const box = createSandbox()
    const recovery = [{do: 'exec', command: ['sh', '-c', 'echo > recovers; exec sleep 60']}, {do: 'verify'}]
    box.write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['sh', '-c', 'exit 3'], recovery}}}))
    const first = box.start(['run', 'j'])
    await until(() => existsSync(box.path('recovers')), 'the recovery')
    expect(await cancels(box, first)).toMatchObject({code: 3, outcome: 'killed', isCancelled: true})
  })

  test('whose guard was started with TERM ignored', async () => {
    const box = createSandbox()
    const first = box.startSh(`trap '' TERM; exec guard run --job j --retries 9 -- sh -c 'echo > begun; exec sleep 60'`)
    await until(() => existsSync(box.path('begun')), 'the start of the job')
    const end = {outcome: 'killed', isCancelled: true}
    expect(await cancels(box, first, '1s')).toEqual({...end, code: 137, attempts: 1})
  })

  test('whose guard does not end by TERM: then by KILL', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', '{"defaults": {"retry": {"firstDelay": "60s", "jitter": 0}}}')
    const first = box.startSh(`trap '' TERM; exec guard run --job j --retries 9 -- sh -c 'exit 3'`)
    await until(() => recorded(box, 'attempt-ended'), 'the end of the first attempt')
    expect(await cancels(box, first, '1s')).toMatchObject({code: null, outcome: 'interrupted', isCancelled: true})
    const {code, stdout} = await box.guard('watchdog')
    expect([code, stdout]).toEqual([0, ''])
  })

  test('whose guard is stopped', async () => {
    const box = createSandbox()
    const first = box.start(['run', '--job', 'j', '--', 'sh', '-c', 'echo > begun; exec sleep 60'])
    await until(() => existsSync(box.path('begun')), 'the start of the job')
    first.kill('SIGSTOP')
    const end = {outcome: 'killed', isCancelled: true}
    expect(await cancels(box, first)).toEqual({...end, code: 143, attempts: 1})
  })
})

test('a run that was cancelled is not a failure of its job, while the other one goes on and after it', async () => {
  const box = createSandbox()
  const job = {
    command: ['sh', '-c', 'echo > begun-$GUARD_RUN_ID; until [ -e go ]; do sleep 0.05; done'],
    overlap: 'cancel-other',
  }
  box.write('.guardianrc.json', JSON.stringify({jobs: {j: job}}))
  const first = box.start(['run', 'j'])
  await until(() => recorded(box, 'started'), 'the first run')
  const second = box.start(['run', 'j'])
  await first.ended
  await until(() => box.journal('runs.jsonl').filter(({kind}) => kind === 'started').length === 2, 'the second run')
  expect(await box.guard('watchdog')).toMatchObject({code: 0, stdout: ''})
  const status = await box.guard('status', 'j')
  expect(status.code).toBe(0)
  expect(status.stdout).toMatch(/running for .*\n/)
  expect(status.stdout).toMatch(/\n {2}Outcomes .*1 cut short\n/)
  expect((await box.guard('why', 'j')).stdout).toMatch(/^j has been running for .*, and nothing speaks against it\.\n/)
  box.write('go', '')
  expect((await second.ended).code).toBe(0)
  expect(await box.guard('watchdog')).toMatchObject({code: 0})
  expect(existsSync(box.path('state/alerts.jsonl')) ? box.journal('alerts.jsonl') : []).toEqual([])
})

test('a lease that a script holds is waited for, and its process left alone', async () => {
  const box = createSandbox()
  const holder = box.startSh(
    'guard lease acquire j --ttl 60s --pid $$ > token; echo > held; until [ -e go ]; do sleep 0.05; done; guard lease release j --token $(cat token)',
  )
  await until(() => existsSync(box.path('held')), 'the lease')
  const run = box.start([...cancelOther(), 'echo', 'new'])
  const refused = await box.guard('run', '--job', 'j', '--overlap', 'cancel-other', '--wait', '100ms', '--', 'true')
  expect([refused.code, isAlive(holder.pid)]).toEqual([75, true])
  box.write('go', '')
  expect((await run.ended).stdout).toBe('new\n')
  expect((await holder.ended).code).toBe(0)
})

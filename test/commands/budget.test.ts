import {execFileSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

/** A job whose failure is in the file `state`: a class of its own, a lock that is in the way, or nothing. */
const job = `#!/bin/sh
if [ -e job.lock ]; then echo 'another run is active'; exit 1; fi
case "$(cat state.txt 2>/dev/null)" in
  socket) echo 'socket closed'; exit 2;;
  feed) echo 'feed delayed'; exit 2;;
esac
`

const recovery = [
  {do: 'clear-locks', files: '*.lock'},
  {do: 'exec', command: ['rm', '-f', 'state.txt'], when: ['socket', 'feed']},
  {do: 'exec', command: ['true'], when: 'degraded'},
  {do: 'verify'},
]

function sandboxWith(settings: object = {}): Sandbox {
  const box = createSandbox()
  box.write('job.sh', job, 0o755)
  const check = {
    ...{script: 'job.sh', recovery},
    failures: {socket: ['socket closed'], feed: ['feed delayed']},
    budget: {recoveries: 2, per: '1h'},
    ...settings,
  }
  box.write('.guardianrc.json', JSON.stringify({jobs: {check}}))
  return box
}

/** A lock whose owner is provably gone. */
const leaveLock = (box: Sandbox) => box.write('job.lock', execFileSync('sh', ['-c', 'echo $$'], {encoding: 'utf8'}))

async function failOf(box: Sandbox, failure: string) {
  box.write('state.txt', failure)
  return box.guard('run', 'check')
}

const list = async (box: Sandbox) => JSON.parse((await box.guard('budget', 'list', '--json')).stdout).budgets

describe('a recovery budget', () => {
  test('of one cause does not keep another from being helped, and a stale lock is cleared however often', async () => {
    const box = sandboxWith()
    for (const failure of ['socket', 'socket', 'feed']) expect((await failOf(box, failure)).code).toBe(0)
    for (let run = 1; run <= 4; run++) {
      leaveLock(box)
      expect((await box.guard('run', 'check')).code).toBe(0)
    }
    // By now the command for degraded runs is refused; the lock is cleared all the same, and nobody is called.
    leaveLock(box)
    const {code, stderr} = await box.guard('run', 'check')
    expect([code, /clear stale locks \*\.lock: ok, cleared 1/.test(stderr)]).toEqual([0, true])
    expect(stderr).not.toMatch(/run true/)
    expect(box.journal('runs.jsonl').filter(({recovered}) => recovered === true)).toHaveLength(8)
    expect(existsSync(box.path('state/alerts.jsonl'))).toBe(false)
  })

  test('that is spent refuses for a class alone, and alerts once however often', async () => {
    const box = sandboxWith({
      recovery: [{do: 'exec', command: ['true'], when: ['socket', 'feed']}, {do: 'verify'}],
    })
    for (let run = 1; run <= 5; run++) expect((await failOf(box, 'socket')).code).toBe(2)
    const alerts = () => box.journal('alerts.jsonl').map(({message}) => message)
    expect(alerts()).toEqual([
      expect.stringMatching(/^check ended unhealthy and is not recovered again: .* from socket/),
    ])
    const other = await failOf(box, 'feed')
    expect([other.code, /run true: ok/.test(other.stderr)]).toEqual([2, true])
    expect(alerts()).toHaveLength(1)
  })
})

test('an alert step is raised once for each window, and history shows the others as suppressed', async () => {
  const box = sandboxWith({recovery: [{do: 'alert', level: 'CRITICAL', message: 'the feed is late'}]})
  for (let run = 1; run <= 3; run++) await failOf(box, 'feed')
  expect(box.journal('alerts.jsonl').map(({message}) => message)).toEqual(['the feed is late'])
  expect((await box.guard('history', 'check')).stdout).toMatch(/tried alert suppressed/)
  const [newest] = JSON.parse((await box.guard('history', 'check', '--json')).stdout).runs
  expect(newest.steps).toMatchObject([{do: 'alert', ok: true, suppressed: true}])
})

describe('guard budget list', () => {
  test('shows a whole budget, and for each class what is left and until when', async () => {
    const box = sandboxWith()
    expect(await list(box)).toEqual([{job: 'check', class: null, left: 2, allowed: 2, perMs: 3_600_000, until: null}])
    expect((await box.guard('budget', 'list')).stdout).toBe('check  any class  2 of 2 left in 1h\n')
    await failOf(box, 'socket')
    expect(await list(box)).toMatchObject([{job: 'check', class: 'socket', left: 1, until: expect.any(String)}])
    const {stdout} = await box.guard('budget', 'list')
    expect(stdout).toMatch(/^check {2}socket {2}1 of 2 left in 1h {2}the next comes back at \d{4}-/)
  })

  test('says so where no recovery costs anything', async () => {
    const {code, stdout} = await createSandbox().guard('budget', 'list')
    expect([code, stdout]).toEqual([0, 'no job has a recovery that restarts or runs anything\n'])
  })
})

describe('guard budget reset', () => {
  test('gives a budget back: the next failure is recovered again', async () => {
    const box = sandboxWith({budget: {recoveries: 1, per: '1h'}})
    expect((await failOf(box, 'socket')).code).toBe(0)
    expect((await failOf(box, 'socket')).code).toBe(2)
    const {code, stdout} = await box.guard('budget', 'reset', 'check')
    expect([code, stdout]).toEqual([0, 'check has its recovery budgets back\n'])
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'budget-reset', job: 'check'})
    expect((await failOf(box, 'socket')).code).toBe(0)
    const {stdout: json} = await box.guard('budget', 'reset', 'check', '--json')
    expect(JSON.parse(json)).toEqual({job: 'check', reset: true})
  })

  test('refuses a job that is not known with 64, and says which is meant', async () => {
    const box = sandboxWith()
    const {code, stderr} = await box.guard('budget', 'reset', 'chekc')
    expect(code).toBe(64)
    expect(stderr).toMatch(/no job chekc is known\n {2}- did you mean check\?/)
  })
})

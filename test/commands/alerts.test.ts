import {appendFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'

const settings = {jobs: {scan: {command: ['sh', '-c', 'echo HTTP 503; exit 3'], schedule: '0 3 1 1 *'}}}

/** A nightly job has failed, and the watchdog has seen it. */
async function troubled(): Promise<Sandbox> {
  const box = createSandbox()
  box.write('.guardianrc.json', JSON.stringify(settings))
  await box.guard('run', 'scan')
  await box.guard('watchdog')
  return box
}

function raise({stateDir}: Sandbox, alert: object): void {
  appendFileSync(`${stateDir}/alerts.jsonl`, `${JSON.stringify(alert)}\n`)
}

describe('an alert about an incident', () => {
  test('carries what a message is written from', async () => {
    const box = await troubled()
    const [alert] = JSON.parse((await box.guard('alerts', '--json')).stdout).alerts
    expect(alert).toMatchObject({level: 'CRITICAL', component: 'watchdog', job: 'scan'})
    expect(alert.details).toMatchObject({
      event: 'trouble',
      verdict: 'failing',
      outcome: 'failed',
      class: 'server',
      errorLine: 'HTTP 503',
      badRuns: 1,
      runId: box.journal('runs.jsonl')[0]?.['run'],
    })
  })
})

describe('guard alerts', () => {
  test('shows the newest first, counts the levels, and takes lines of other programs', async () => {
    const box = await troubled()
    raise(box, {level: 'info', component: 'backup', message: 'disk is 80 % full'})
    const {code, stdout} = await box.guard('alerts')
    expect(code).toBe(0)
    expect(stdout.split('\n')[0]).toMatch(/^- +INFO +backup +disk is 80 % full$/)
    expect(stdout.split('\n')[1]).toMatch(/Z +CRITICAL +\S{4} +scan +scan is failing: its last run failed/)
    const {counts} = JSON.parse((await box.guard('alerts', '--json')).stdout)
    expect(counts).toEqual({CRITICAL: 1, WARNING: 0, INFO: 1})
  })

  test.each([
    [['--level', 'WARNING'], 1],
    [['--component', 'backup'], 1],
    [['--job', 'scan'], 1],
    [['--job', 'other'], 0],
    [['--since', '1h'], 1],
    [['--limit', '1'], 1],
    [[], 2],
  ])('leaves out what is not asked for: %s', async (flags, count) => {
    const box = await troubled()
    raise(box, {level: 'info', component: 'backup', message: 'disk is 80 % full'})
    expect(JSON.parse((await box.guard('alerts', '--json', ...flags)).stdout).alerts).toHaveLength(count)
  })

  test('--follow goes on with each alert that is raised', async () => {
    const box = await troubled()
    const following = box.start(['alerts', '--follow', '--json'])
    await until(() => following.stdout().includes('scan is failing'), 'the last alerts')
    raise(box, {level: 'WARNING', component: 'backup', message: 'one more'})
    await until(() => following.stdout().split('\n').length === 3, 'the new one')
    following.kill('SIGTERM')
    const {code, stdout} = await following.ended
    expect([code, JSON.parse(stdout.split('\n')[1] ?? '').message]).toEqual([0, 'one more'])
  })

  test('shows an alert whose time is none as another program has written it', async () => {
    const box = await troubled()
    raise(box, {id: 'foreign-1', level: 'INFO', component: 'backup', message: 'done', timestamp: 'yesterday'})
    const {code, stdout} = await box.guard('alerts', 'show', 'foreign-1')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^time +yesterday$/m)])
  })

  test('says so when there is none, and refuses a level that it does not know', async () => {
    const {guard} = createSandbox()
    expect(await guard('alerts')).toMatchObject({code: 0, stdout: expect.stringContaining('no alert is known')})
    expect(await guard('alerts', '--level', 'LOUD')).toMatchObject({code: 64})
  })
})

describe('guard alerts show', () => {
  test('shows all about one by the beginning of its id', async () => {
    const box = await troubled()
    const [{id}] = JSON.parse((await box.guard('alerts', '--json')).stdout).alerts
    const {code, stdout} = await box.guard('alerts', 'show', id.slice(0, 4))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^errorLine +HTTP 503$/m)
  })

  test('an unknown id is wrong usage', async () => {
    const {guard} = createSandbox()
    expect(await guard('alerts', 'show', 'none')).toMatchObject({code: 64, stderr: expect.stringContaining('no alert')})
  })
})

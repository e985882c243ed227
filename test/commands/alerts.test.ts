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
    [['--since', '1h'], 2],
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

  test('--follow begins with as many as --limit says', async () => {
    const box = await troubled()
    raise(box, {level: 'WARNING', component: 'backup', message: 'the last one'})
    const following = box.start(['alerts', '--follow', '--limit', '1', '--json'])
    await until(() => following.stdout().includes('the last one'), 'the last alert')
    raise(box, {level: 'WARNING', component: 'backup', message: 'one more'})
    await until(() => following.stdout().includes('one more'), 'the new one')
    following.kill('SIGTERM')
    const lines = (await following.ended).stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['the last one', 'one more'])
  })

  test('shows an alert whose time is none as another program has written it', async () => {
    const box = await troubled()
    raise(box, {id: 'foreign-1', level: 'INFO', component: 'backup', message: 'done', timestamp: 'yesterday'})
    const {code, stdout} = await box.guard('alerts', 'show', 'foreign-1')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^time +yesterday$/m)])
  })

  test('shows no time of a line that has none, and does not take it for one without an id', async () => {
    const box = await troubled()
    raise(box, {level: 'info', component: 'backup', message: 'disk is 80 % full'})
    const [first] = JSON.parse((await box.guard('alerts', '--json')).stdout).alerts
    expect([first.message, 'timestamp' in first]).toEqual(['disk is 80 % full', false])
    expect(await box.guard('alerts', 'show', '')).toMatchObject({code: 64})
  })

  test('hides a secret of the settings in the line of another program', async () => {
    const box = createSandbox()
    const secret = 'https://hc.example/0123456789'
    box.write('.guardianrc.json', JSON.stringify({channels: {hb: {type: 'ping', url: {env: 'PINGURL'}}}}))
    await box.guard('run', '--', 'true')
    raise(box, {id: 'foreign-1', level: 'WARNING', message: `cannot reach ${secret}`})
    for (const args of [['alerts'], ['alerts', '--json'], ['alerts', 'show', 'foreign-1']]) {
      const {stdout} = await box.guardWith({env: {PINGURL: secret}}, ...args)
      expect([stdout.includes('cannot reach ***'), stdout.includes(secret)]).toEqual([true, false])
    }
  })

  test('says that nothing is like what is asked for, where there are alerts', async () => {
    const box = await troubled()
    expect((await box.guard('alerts', '--job', 'nosuch')).stdout).toBe(`no such alert is known in ${box.stateDir}\n`)
  })

  test('says so when there is none, and refuses a level that it does not know', async () => {
    const {guard} = createSandbox()
    expect(await guard('alerts')).toMatchObject({code: 0, stdout: expect.stringContaining('no alert is known')})
    expect(await guard('alerts', '--level', 'LOUD')).toMatchObject({code: 64})
  })
})

describe('guard alerts --suppressed', () => {
  /** Of a silence for all jobs, and of two that are in trouble. */
  async function silenced(): Promise<Sandbox> {
    const box = createSandbox()
    const alerting = {groupWait: '0s', routes: [{to: 'ops'}]}
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: {type: 'file', path: 'sent.jsonl'}}, alerting}))
    await box.guard('alerts', 'silence', 'add', '--job', '*', '--for', '1h', '--reason', 'moving the racks')
    trouble(box, 'scan', 'CRITICAL')
    await box.guard('alerts', 'deliver')
    trouble(box, 'copy', 'WARNING')
    await box.guard('alerts', 'deliver')
    return box
  }

  const trouble = (box: Sandbox, job: string, level: string) =>
    raise(box, {
      level,
      job,
      component: 'watchdog',
      message: `${job} is failing`,
      details: {event: 'trouble', class: job},
    })

  test('shows what was not sent, with its reason, the newest first', async () => {
    const box = await silenced()
    const {code, stdout} = await box.guard('alerts', '--suppressed')
    const lines = stdout.trimEnd().split('\n')
    expect([code, lines.length]).toEqual([0, 2])
    expect(lines[0]).toMatch(/Z +WARNING +ops +silenced by \S+: moving the racks +copy is failing$/)
    expect(lines[1]).toMatch(/Z +CRITICAL +ops +silenced by \S+: moving the racks +scan is failing$/)
    const {counts, suppressed} = JSON.parse((await box.guard('alerts', '--suppressed', '--json')).stdout)
    expect(counts).toEqual({CRITICAL: 1, WARNING: 1, INFO: 0})
    expect(suppressed[1]).toMatchObject({
      ...{level: 'CRITICAL', channel: 'ops', jobs: ['scan'], message: 'scan is failing'},
      reason: expect.stringContaining('moving the racks'),
    })
  })

  test.each([
    [['--level', 'CRITICAL'], 1],
    [['--job', 'copy'], 1],
    [['--job', 'other'], 0],
    [['--since', '1h'], 2],
    [['--limit', '1'], 1],
  ])('leaves out what is not asked for: %s', async (flags, count) => {
    const box = await silenced()
    const {stdout} = await box.guard('alerts', '--suppressed', '--json', ...flags)
    expect(JSON.parse(stdout).suppressed).toHaveLength(count)
  })

  test('--follow goes on with each that is not sent', async () => {
    const box = await silenced()
    const following = box.start(['alerts', '--suppressed', '--follow', '--json'])
    await until(() => following.stdout().split('\n').length === 3, 'the last ones')
    trouble(box, 'load', 'CRITICAL')
    await box.guard('alerts', 'deliver')
    await until(() => following.stdout().split('\n').length === 4, 'the new one')
    following.kill('SIGTERM')
    const {code, stdout} = await following.ended
    expect([code, JSON.parse(stdout.split('\n')[2] ?? '')]).toMatchObject([0, {message: 'load is failing'}])
  })

  test('says so when there is none, and knows no component', async () => {
    const {guard} = createSandbox()
    expect(await guard('alerts', '--suppressed')).toMatchObject({code: 0, stdout: 'no message was suppressed\n'})
    expect(await guard('alerts', '--suppressed', '--component', 'watchdog')).toMatchObject({code: 64})
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

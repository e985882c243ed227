import {existsSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {delivererOf} from '../support/deliverer.js'
import {startReceiver} from '../support/http-receiver.js'
import {createSandbox, isAlive, type Sandbox, until} from '../support/sandbox.js'

/** Alerts that leave the machine, by a file, which shows each message as one line of JSON. */

interface Sent {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly jobs: readonly {readonly job: string; readonly reason: string; readonly badRuns?: number}[]
}

function sandbox(more: object = {}, alerting: object = {}): Sandbox {
  const box = createSandbox()
  const settings = {
    jobs: {
      scan: {command: ['sh', '-c', 'echo HTTP 503; exit $(cat code)'], schedule: '0 3 1 1 *'},
      quick: {command: ['sh', '-c', 'exit $(cat code)'], schedule: '* * * * *'},
    },
    channels: {ops: {type: 'file', path: 'sent.jsonl'}},
    alerting: {groupWait: '100ms', routes: [{level: 'INFO', to: ['ops']}], ...alerting},
    ...more,
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  writeFileSync(box.path('code'), '3')
  return box
}

function sent(box: Sandbox): Sent[] {
  const file = box.path('sent.jsonl')
  if (!existsSync(file)) return []
  // The last line may still be in the middle of being written.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line))
}

function deliveries(box: Sandbox) {
  return existsSync(`${box.stateDir}/deliveries.jsonl`) ? box.journal('deliveries.jsonl') : []
}

const lastLease = (box: Sandbox, job: string) => box.journal('leases.jsonl').findLast((record) => record.job === job)

/** The titles of the messages, once so many alerts are taken and so many messages are sent. */
async function titlesOf(box: Sandbox, messages: number, alerts = 2): Promise<readonly string[]> {
  await until(() => deliveries(box).filter(({kind}) => kind === 'noted').length === alerts, 'the alerts')
  await until(() => sent(box).length >= messages, 'the messages')
  return sent(box).map(({title}) => title)
}

function settingsOf(box: Sandbox): object {
  return JSON.parse(readFileSync(box.path('.guardianrc.json'), 'utf8'))
}

/** The deliverer has given its lease back. */
async function delivered(box: Sandbox): Promise<void> {
  await until(() => lastLease(box, 'guard-deliverer')?.kind === 'released', 'the end of the deliverer')
}

describe('a run without a watchdog', () => {
  test('that fails is told at once if the next one is far away, and its recovery once', async () => {
    const box = sandbox({watchdog: {escalateAfter: '1s'}})
    expect((await box.guard('run', 'scan')).code).toBe(3)
    await until(() => sent(box).length === 1, 'the message')
    writeFileSync(box.path('code'), '0')
    expect((await box.guard('run', 'scan')).code).toBe(0)
    await until(() => sent(box).length === 2, 'the recovery')
    expect(sent(box)).toMatchObject([
      {kind: 'trouble', title: 'scan: HTTP 503', jobs: [{lastLines: ['HTTP 503'], failureClass: 'server'}]},
      {kind: 'recovery', title: expect.stringMatching(/^scan is well again after /)},
    ])
    await delivered(box)
  })

  test.each([
    ['skips its work', 'echo \'{"outcome":"skipped"}\' > "$GUARD_RESULT_FILE"', []],
    ['has lost the reader of its output', 'echo one; sleep 1; echo two; sleep 60', ['|', 'head', '-n1']],
  ])('that fails, then one that %s, and a good one: its recovery is told', async (_title, second, more) => {
    const job = {command: ['sh', '-c', '. ./what'], schedule: '0 3 1 1 *'}
    const box = sandbox({jobs: {scan: job}, watchdog: {escalateAfter: '1s'}})
    for (const [what, words] of [
      ['exit 3', []],
      [second, more],
      ['true', []],
    ] as const) {
      writeFileSync(box.path('what'), what)
      await box.sh(['guard', 'run', 'scan', ...words].join(' '))
      await until(() => sent(box).length > 0, 'the message')
    }
    await until(() => sent(box).length === 2, 'the recovery')
    expect(sent(box).map(({kind}) => kind)).toEqual(['trouble', 'recovery'])
  })

  test('that fails again and again is repeated with what is so by then', async () => {
    const box = sandbox({}, {repeat: ['2s']})
    const told = () => sent(box).map(({jobs: [job]}) => job)
    await box.guard('run', 'scan')
    await until(() => told().length > 0, 'the message')
    await box.guard('run', 'scan')
    // Where the second run takes long, the first is repeated meanwhile.
    const isSecond = ({badRuns}: {readonly badRuns?: number} = {}) => badRuns === 2
    await until(() => told().some(isSecond), 'its repetition')
    expect(told()[0]).toMatchObject({badRuns: 1})
    expect(told().find(isSecond)?.reason).toMatch(/^scan is failing: .*, 2 bad runs in a row for /)
  })

  test('that fails once and runs again soon calls nobody', async () => {
    const box = sandbox()
    await box.guard('run', 'quick')
    await delivered(box)
    expect([sent(box), box.journal('incidents.jsonl').map(({kind}) => kind)]).toEqual([
      [],
      expect.arrayContaining(['opened']),
    ])
  })

  test.each([
    ['--no-alert is given', ['run', '--no-alert', 'scan'], {}],
    ['a build tries a command', ['run', '--', 'false'], {CI: 'true'}],
  ])('calls nobody if %s', async (_, args, env) => {
    const box = sandbox()
    await box.guardWith({env}, ...args)
    await box.guard('alerts', 'deliver')
    expect([existsSync(`${box.stateDir}/alerts.jsonl`), sent(box)]).toEqual([false, []])
  })

  test('that is refused for its settings is told once, and its trouble ends with a good run', async () => {
    const box = sandbox({jobs: {scan: {command: ['true'], timeot: '5m'}}})
    expect((await box.guard('run', 'scan')).code).toBe(78)
    expect(await titlesOf(box, 1)).toEqual([
      expect.stringMatching(/^scan is failing: its settings are wrong: jobs\.scan\.timeot/),
    ])
    const noted = deliveries(box).filter(({kind}) => kind === 'noted')
    expect(noted).toMatchObject([{event: 'none', reason: 'told as the trouble of scan'}, {event: 'trouble'}])
    writeFileSync(box.path('.guardianrc.json'), JSON.stringify({...settingsOf(box), jobs: {scan: {command: ['true']}}}))
    expect((await box.guard('run', 'scan')).code).toBe(0)
    await until(() => box.journal('incidents.jsonl').some(({kind}) => kind === 'resolved'), 'the end of the incident')
  })

  test('that is refused by what all jobs have in common is told with the others in one message', async () => {
    const jobs = {one: {command: ['true']}, two: {command: ['true']}, three: {command: ['true']}}
    // All three have to fail within it.
    const box = sandbox({jobs, defaults: {timeout: 'soon'}}, {groupWait: '12s'})
    for (const job of Object.keys(jobs)) expect((await box.guard('run', job)).code).toBe(78)
    expect((await titlesOf(box, 2, 4)).toSorted()).toEqual([
      expect.stringMatching(/\.guardianrc\.json has a problem; defaults\.timeout/),
      expect.stringMatching(/^3 jobs in trouble: no job of .* runs: defaults\.timeout: "soon" is not a duration/),
    ])
  })

  test('that ends well tells that another job is wrong, also where another command has noticed it', async () => {
    const box = sandbox({jobs: {well: {command: ['true']}, scan: {command: ['true'], timeot: '5m'}}})
    await box.guard('lease', 'acquire', 'x', '--ttl', '1s')
    expect(box.journal('alerts.jsonl')).toHaveLength(1)
    expect((await box.guard('run', 'well')).code).toBe(0)
    expect(await titlesOf(box, 1)).toEqual([
      expect.stringMatching(/^scan is failing: its settings are wrong: jobs\.scan\.timeot/),
    ])
  })

  test('that ends well tells what else is wrong with the settings, without the jobs that tell it themselves', async () => {
    const jobs = {well: {command: ['true']}, scan: {command: ['true'], timeot: '5m'}}
    const box = sandbox({jobs, health: {dissk: 1}})
    expect((await box.guard('run', 'well')).code).toBe(0)
    expect((await titlesOf(box, 2)).toSorted()).toEqual([
      expect.stringMatching(/\.guardianrc\.json has a problem; (?!.*scan)/),
      expect.stringMatching(/^scan is failing: its settings are wrong/),
    ])
  })

  test('that ends well tells that the watchdog is late', async () => {
    const box = sandbox({jobs: {well: {command: ['true']}}, watchdog: {lateAfter: '1s'}})
    await box.guard('watchdog')
    const {at} = lastLease(box, 'guard-watchdog') as unknown as {readonly at: number}
    await until(() => Date.now() - at > 2000, 'a late watchdog')
    await box.guard('run', 'well')
    await until(() => sent(box).some(({title}) => title.startsWith('the watchdog is late')), 'the message')
  })

  test('leaves no process behind that holds its streams', async () => {
    const box = sandbox({}, {groupWait: '1h'})
    // Like cron, sh waits for the end of the pipe.
    await box.sh('guard run scan 2>&1 | cat')
    await until(() => deliveries(box).length > 0, 'the deliverer')
    expect(isAlive(delivererOf(box))).toBe(true)
  })
})

test('a receiver that takes a message and never answers is given up in time, and tried again', {
  timeout: 120_000,
}, async () => {
  const {url, received} = await startReceiver(() => undefined)
  const box = sandbox({channels: {ops: {type: 'webhook', url}}})
  await box.guard('run', 'scan')
  await until(() => received.length >= 2, 'the second attempt', 60_000)
  expect(deliveries(box).find(({kind}) => kind === 'failed')).toMatchObject({
    reason: expect.stringContaining('gave no answer within 10s'),
  })
})

test('a process that sends ends with its state directory', async () => {
  const box = sandbox({}, {groupWait: '1h'})
  await box.guard('run', 'scan')
  await until(() => deliveries(box).length > 0, 'the deliverer')
  const pid = delivererOf(box)
  expect(isAlive(pid)).toBe(true)
  // At once, because it may write meanwhile.
  renameSync(box.stateDir, `${box.stateDir}-gone`)
  await until(() => !isAlive(pid), 'its end')
  expect(existsSync(box.stateDir)).toBe(false)
})

describe('the watchdog', () => {
  test('says of a job that flaps that it does', async () => {
    const box = sandbox({watchdog: {flapping: {incidents: 2, within: '1h'}}})
    for (const code of ['3', '0', '3']) {
      writeFileSync(box.path('code'), code)
      await box.guard('run', 'quick')
      await box.guard('watchdog')
    }
    await until(() => sent(box).length > 0, 'the message')
    expect(sent(box)[0]?.jobs[0]?.reason).toMatch(/its last run failed .*; it flaps: 2 incidents within 1h$/)
  })

  test('sends what its round raises, and what other programs have raised', async () => {
    const box = sandbox({}, {groupWait: '0s'})
    await box.guard('watchdog')
    await box.guard('run', 'scan')
    writeFileSync(
      `${box.stateDir}/alerts.jsonl`,
      '{"level":"WARNING","component":"backup","message":"disk is full"}\n',
      {
        flag: 'a',
      },
    )
    await box.guard('watchdog')
    await until(() => sent(box).length >= 2, 'both')
    expect(sent(box).map(({title}) => title)).toEqual(expect.arrayContaining(['scan: HTTP 503', 'disk is full']))
  })
})

describe('guard alerts silence', () => {
  test('keeps messages back, says so, and can be ended', async () => {
    const box = sandbox({}, {groupWait: '0s'})
    const added = await box.guard(
      'alerts',
      'silence',
      'add',
      '--job',
      's*',
      '--for',
      '1h',
      '--reason',
      'planned',
      '--json',
    )
    expect(JSON.parse(added.stdout)).toMatchObject({job: 's*', reason: 'planned'})
    await box.guard('run', 'scan')
    await until(() => deliveries(box).some(({kind}) => kind === 'suppressed'), 'the silence')
    expect(sent(box)).toEqual([])
    expect(deliveries(box)).toContainEqual(
      expect.objectContaining({
        kind: 'suppressed',
        job: 'scan',
        reason: expect.stringMatching(/^silenced by .*: planned$/),
      }),
    )
    expect((await box.guard('alerts', 'silence', 'list')).stdout).toContain('job s*')
    await box.guard('alerts', 'silence', 'remove', JSON.parse(added.stdout).id)
    await until(() => sent(box).length > 0, 'the end of the silence')
    expect(sent(box)).toMatchObject([{notes: ['A silence has ended, and the trouble goes on.']}])
  })

  test.each([
    ['no pattern', ['--for', '1h', '--reason', 'r'], 'it is not said what to silence'],
    ['no end', ['--job', 'a', '--reason', 'r'], 'the end of the silence is missing'],
    ['no time', ['--job', 'a', '--reason', 'r', '--for', '0s'], '--for must be longer than 0'],
    ['an end too far', ['--job', 'a', '--reason', 'r', '--for', '31d'], 'longer than 30d'],
    ['no reason', ['--job', 'a', '--for', '1h'], 'reason'],
  ])('refuses %s', async (_, flags, text) => {
    const {guard} = sandbox()
    expect(await guard('alerts', 'silence', 'add', ...flags)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining(text),
    })
  })
})

describe('a channel that fails', () => {
  const broken = {channels: {ops: {type: 'command', command: ['sh', '-c', 'echo no way >&2; exit 1']}}}

  test('is seen in the outbox, makes guard health degraded, and can be tried again, or its message dropped', async () => {
    const box = sandbox(broken, {groupWait: '0s'})
    await box.guard('run', 'scan')
    await until(() => deliveries(box).some(({kind}) => kind === 'failed'), 'the failure')
    process.kill(delivererOf(box), 'SIGSTOP')
    const outbox = await box.guard('alerts', 'outbox')
    expect(outbox.stdout).toMatch(/ops .*scan: HTTP 503\n.*1 attempt, the last: /)
    const health = await box.guard('health')
    expect(health).toMatchObject({code: expect.any(Number), stdout: expect.stringMatching(/channel ops fails: /)})
    const {channels} = JSON.parse((await box.guard('alerts', 'outbox', '--json')).stdout)
    const dropped = await box.guard('alerts', 'drop', channels[0].waiting[0].id, '--reason', 'old')
    expect(dropped).toMatchObject({code: 0, stdout: 'dropped, unsent: scan: HTTP 503\n'})
    expect((await box.guard('alerts', 'outbox')).stdout).toBe('nothing waits to be sent\n')
    expect((await box.guard('alerts', 'drop', 'none', '--reason', 'r')).code).toBe(64)
    expect((await box.guard('alerts', 'retry')).stdout).toBe('nothing waits\n')
  })

  test('is tested with exit code 1 and the reason, one that works with 0', async () => {
    const box = sandbox(broken)
    expect(await box.guard('alerts', 'test', 'ops')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('ops has it not: '),
    })
    const good = sandbox()
    expect(await good.guard('alerts', 'test', 'ops', '--as', 'storm')).toMatchObject({code: 0, stdout: 'ops has it\n'})
    expect(sent(good)).toMatchObject([{kind: 'test', jobCount: 40}])
    expect(await good.guard('alerts', 'test', 'opps')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean ops?'),
    })
  })
})

describe('what goes where', () => {
  test('is said by route, and how it reads by preview', async () => {
    const {guard} = sandbox()
    expect((await guard('alerts', 'route', '--job', 'scan')).stdout).toBe('ops (file)\n')
    expect((await guard('alerts', 'preview', '--as', 'storm')).stdout).toContain('40 jobs in trouble')
    expect((await guard('alerts', 'route')).code).toBe(64)
  })
})

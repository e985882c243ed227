import {existsSync} from 'node:fs'
import {hostname} from 'node:os'
import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {systemClock} from '../../src/system/host/clock.js'
import {readBootId} from '../../src/system/host/host.js'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'
import {linesInTerminal} from '../support/terminal.js'

interface Told {
  readonly answer: string
  readonly sections: readonly {
    readonly title: string
    readonly sentences: readonly {readonly text: string; readonly journal?: string; readonly record?: RawRecord}[]
  }[]
  readonly known: readonly string[]
  readonly mend: readonly string[]
}

async function why(box: Sandbox, ...args: string[]): Promise<Told> {
  return JSON.parse((await box.guard('why', ...args, '--json')).stdout) as Told
}

const titles = ({sections}: Told) => sections.map(({title}) => title)

const textsOf = ({sections}: Told, title: string) =>
  sections.find((section) => section.title === title)?.sentences.map(({text}) => text) ?? []

/** A job that fails, is recovered once, and is skipped when its breaker is open. */
async function brokenJob(): Promise<Sandbox> {
  const box = createSandbox()
  const scan = {
    command: ['sh', '-c', 'echo "UW stream fail: socket closed"; exit 2'],
    failures: {'uw-socket': ['UW.*fail']},
    recovery: [{do: 'exec', command: ['true']}, {do: 'verify'}],
    budget: {recoveries: 1, per: '30m'},
    breaker: {target: 'api'},
  }
  const breakers = {targets: {api: {failures: 2, window: '1m'}}}
  box.write('.guardianrc.json', JSON.stringify({jobs: {scan}, breakers}))
  for (const _ of [1, 2, 3]) await box.guard('run', 'scan')
  return box
}

describe('guard why', () => {
  test('says why a job failed, was skipped, was neither tried nor recovered again, and what mends it', async () => {
    const story = await why(await brokenJob(), 'scan')
    expect(story.answer).toMatch(
      /^scan is failing: its last run ended unhealthy .* \(uw-socket, UW stream fail: socket closed\)/,
    )
    expect(story.answer).toContain('its recovery budget was spent')
    expect(titles(story)).toEqual([
      'Why it was skipped',
      'Why it failed',
      'Why it was not tried again',
      'Why the breaker of api is open',
    ])
    expect(textsOf(story, 'Why it was skipped')).toEqual([
      expect.stringMatching(/^It was skipped: breaker api is open/),
    ])
    expect(textsOf(story, 'Why it failed')).toEqual([
      expect.stringMatching(/^The run ended unhealthy with exit 2 after .*: UW stream fail: socket closed\.$/),
      expect.stringMatching(
        /^No further recovery: the budget for recoveries of scan from uw-socket, 1 in 30m, is spent/,
      ),
      expect.stringMatching(/^Attempt 1 ended unhealthy with exit 2/),
      expect.stringMatching(/^Started with token \d+, process \d+\.$/),
    ])
    expect(textsOf(story, 'Why it was not tried again')).toEqual(['Retries are off (retry.maxAttempts is 1).'])
    expect(story.known).toContain('uw-socket was the cause in 2 of its last 3 runs, and no recovery has helped.')
    expect(story.mend).toEqual(['guard breaker close api', 'guard budget reset scan', 'guard logs scan'])
  })

  test('of a run that was tried again says why there was no further attempt, whatever the settings are now', async () => {
    const box = createSandbox()
    const fails = 'echo connection refused; exit 3'
    box.write('.guardianrc.json', JSON.stringify({defaults: {retry: {firstDelay: '1ms'}}}))
    await box.guard('run', '--job', 'rt', '--retries', '2', '--', 'sh', '-c', fails)
    expect(textsOf(await why(box, 'rt'), 'Why it was not tried again')).toEqual(['Gave up after 3 attempts.'])

    const retry = {maxAttempts: 2, firstDelay: '1ms'}
    const busy = {command: ['sh', '-c', 'echo HTTP/1.1 429; echo Retry-After: 200; exit 3'], retry}
    box.write('.guardianrc.json', JSON.stringify({jobs: {busy}}))
    const {stderr} = await box.guard('run', 'busy')
    expect(stderr).toBe('guard: busy is not run again: asked to wait 200s, longer than maxDelay (1m)\n')
    box.write('.guardianrc.json', JSON.stringify({jobs: {busy: {...busy, retry: {maxAttempts: 9}}}}))
    const story = await why(box, 'busy')
    expect(textsOf(story, 'Why it was not tried again')).toEqual(['Asked to wait 200s, longer than maxDelay (1m).'])
  })

  test('of a run that was ended between two attempts says by which signal', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({defaults: {retry: {firstDelay: '60s'}}}))
    const running = box.start(['run', '--job', 'j', '--retries', '2', '--', 'sh', '-c', 'exit 3'])
    const hasRecords = () => existsSync(box.path('state/runs.jsonl'))
    const isWaiting = () => hasRecords() && box.journal('runs.jsonl').some(({kind}) => kind === 'attempt-ended')
    await until(isWaiting, 'the end of the first attempt')
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(3)
    expect(textsOf(await why(box, 'j'), 'Why it was not tried again')).toEqual(['Guard was sent SIGTERM.'])
  })

  test('of each sentence has the record that says so', async () => {
    const box = await brokenJob()
    await box.guard('watchdog')
    const {sections} = await why(box, 'scan')
    const sourced = sections.flatMap(({sentences}) => sentences).filter(({journal}) => journal !== undefined)
    expect(sourced.length).toBeGreaterThan(6)
    for (const {journal, record} of sourced) expect(box.journal(`${journal}.jsonl`)).toContainEqual(record)
  })

  test('tells of another run, and of an earlier time', async () => {
    const box = await brokenJob()
    const [first] = box.journal('runs.jsonl')
    const story = await why(box, 'scan', '--run', String(first?.['run']).slice(0, 6))
    expect(textsOf(story, 'Why it failed').join(' ')).toContain('Recovery step exec')
    const end = box.journal('runs.jsonl').find(({kind}) => kind === 'attempt-ended')
    const then = await why(box, 'scan', '--at', new Date(Number(end?.['at'])).toISOString())
    expect(titles(then)).toEqual(['Its run'])
    const early = await box.guard('why', 'scan', '--at', '2001-01-01T00:00:00Z')
    expect([early.code, early.stderr]).toEqual([64, expect.stringContaining('the first record is of 20')])
    const odd = await box.guard('why', 'scan', '--at', 'yesterday')
    expect([odd.code, odd.stderr]).toEqual([64, expect.stringContaining('--at "yesterday" is not a time')])
  })

  test('says who was told, and what a silence keeps back', async () => {
    const box = createSandbox()
    const jobs = {
      // Its next run is never so near that nobody is told yet.
      backup: {command: ['false'], schedule: '0 3 29 2 *', exitMap: {1: 'failed'}},
      loud: {command: ['sh', '-c', 'exit 4']},
    }
    const channels = {ops: {type: 'file', path: 'told.txt'}}
    const alerting = {groupWait: '0s', routes: [{level: 'WARNING', to: ['ops']}]}
    box.write('.guardianrc.json', JSON.stringify({jobs, channels, alerting}))
    await box.guard('alerts', 'silence', 'add', '--job', 'backup', '--for', '1h', '--reason', 'known')
    for (const job of ['backup', 'loud']) await box.guard('run', job)
    await box.guard('alerts', 'deliver')
    // A run has left a deliverer, which may be at it just now.
    const sent = () =>
      existsSync(`${box.stateDir}/deliveries.jsonl`) &&
      box.journal('deliveries.jsonl').some(({kind}) => kind === 'sent')
    await until(sent, 'the message')
    await box.guard('watchdog')
    const silenced = await why(box, 'backup')
    expect(silenced.answer).toMatch(/^backup is silenced, and it is failing: its last run failed/)
    expect(textsOf(silenced, 'Who was told').join(' ')).toMatch(/ops was not told: silenced by .*: known\./)
    expect(silenced.mend[0]).toMatch(/^guard alerts silence remove /)
    expect(textsOf(await why(box, 'loud'), 'Who was told')).toContain('ops was told of the trouble.')
  })

  test('of trouble that nobody was told of yet says when it is, and of a silence that it is not', async () => {
    const box = createSandbox()
    const jobs = {scan: {command: ['sh', '-c', 'exit 4'], schedule: '* * * * *'}}
    const alerting = {routes: [{level: 'WARNING', to: ['ops']}]}
    box.write('.guardianrc.json', JSON.stringify({jobs, channels: {ops: {type: 'file', path: 'told.txt'}}, alerting}))
    await box.guard('run', 'scan')
    await box.guard('watchdog')
    const story = await why(box, 'scan')
    expect(textsOf(story, 'Who was told')).toEqual([
      'No one yet: it is told once it has lasted for 10m (watchdog.escalateAfter), or at once if its next run is later.',
    ])
    expect(story.known).toContain('Its only run on record was not healthy.')
    await box.guard('alerts', 'silence', 'add', '--job', 'scan', '--for', '1h', '--reason', 'known')
    expect(textsOf(await why(box, 'scan'), 'Who was told')).toEqual([
      expect.stringMatching(/^No one: it is silent for (?:1h|59m.*) more \(known\)\.$/),
    ])
  })

  test('of a missed slot says that no crontab starts the job', async () => {
    const box = createSandbox()
    const sweep = {command: ['true'], schedule: '* * * * *', grace: '1s'}
    box.write('.guardianrc.json', JSON.stringify({watchdog: {bootGrace: '0s'}, jobs: {sweep}}))
    const agoMs = 180_000
    const clock = {at: Date.now() - agoMs, mono: systemClock.mono() - agoMs, boot: readBootId(), host: hostname()}
    const stamp = {v: 1, ...clock, uptimeMs: clock.mono}
    const write = (journal: string, records: readonly object[]) =>
      box.write(
        `state/${journal}.jsonl`,
        records.map((one) => `${JSON.stringify({...stamp, ...one})}\n`).join(''),
        0o600,
      )
    write('runs', [
      {id: 'r1', kind: 'started', job: 'sweep', run: 'run1'},
      {id: 'r2', kind: 'ended', job: 'sweep', run: 'run1', outcome: 'healthy', exitCode: 0, durationMs: 5},
    ])
    write('incidents', [
      {id: 'i1', kind: 'clock-noted', clock},
      {id: 'i2', kind: 'watched', jobs: ['sweep'], as: '* * * * * - 1000'},
    ])
    const story = await why(box, 'sweep')
    expect(story.answer).toMatch(
      /^sweep is missed: no run for the slot of .* No crontab starts it: \d+ lines? of cron read\.$/,
    )
    expect(titles(story)).toContain('Why nothing started it')
    expect(story.mend).toContain('guard crontab discover')
  })

  test('fits a terminal of 80 columns, and prints the records on demand', async () => {
    const box = await brokenJob()
    const lines = await linesInTerminal(box, 'guard why scan')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.join('\n')).toMatch(/runs [\w-]{6}$/m)
    expect((await box.guard('why', 'scan', '--records')).stdout).toContain('"kind":"attempt-ended"')
  })

  test('of a job that never ran says so, and of an unknown one names the nearest', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({jobs: {scan: {command: ['true']}}}))
    expect(await why(box, 'scan')).toMatchObject({
      answer: expect.stringMatching(
        /^Whether scan is well is not known: nothing is known yet, watched for .*\. No crontab starts it: \d+ lines? of cron/,
      ),
      sections: [],
      mend: ['guard crontab discover', 'guard doctor'],
    })
    const unknown = await box.guard('why', 'scam')
    expect([unknown.code, unknown.stderr]).toEqual([64, expect.stringContaining('did you mean scan?')])
  })
})

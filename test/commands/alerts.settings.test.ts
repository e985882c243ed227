import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {delivererOf} from '../support/deliverer.js'
import {answering, startReceiver} from '../support/http-receiver.js'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'

/** Which settings a process that stays sends by. */

const failing = {command: ['sh', '-c', 'echo boom; exit 3'], schedule: '0 3 1 1 *'}

function project(box: Sandbox, folder: string, job: string, channel: object, more: object = {}): void {
  const alerting = {groupWait: '100ms', inlineLimit: '20s', routes: [{level: 'WARNING', to: ['ops']}]}
  const settings = {jobs: {[job]: failing}, channels: {ops: channel}, alerting, ...more}
  box.write(`${folder}/.guardianrc.json`, JSON.stringify(settings))
}

function titlesIn(path: string): string[] {
  if (!existsSync(path)) return []
  // The last line may still be in the middle of being written.
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line).title)
}

function has(box: Sandbox, kind: 'failed' | 'retried'): boolean {
  return (
    existsSync(`${box.stateDir}/deliveries.jsonl`) &&
    box.journal('deliveries.jsonl').some((record) => record['kind'] === kind)
  )
}

const outboxOf = async (box: Sandbox) => (await box.guard('alerts', 'outbox')).stdout

describe('the process that stays', () => {
  test('sends each alert by the channels of the settings that it names', async () => {
    const box = createSandbox()
    for (const [folder, job] of [
      ['a', 'job-a'],
      ['b', 'job-b'],
    ] as const)
      project(box, folder, job, {type: 'file', path: 'sent.jsonl'})
    await box.guardWith({cwd: box.path('a')}, 'run', 'job-a')
    await until(() => titlesIn(box.path('a/sent.jsonl')).length === 1, 'the message of the first project')
    await box.guardWith({cwd: box.path('b')}, 'run', 'job-b')
    await until(() => titlesIn(box.path('b/sent.jsonl')).length === 1, 'the message of the second project')
    expect(titlesIn(box.path('b/sent.jsonl'))[0]).toMatch(/^job-b /)
    expect(titlesIn(box.path('a/sent.jsonl'))).toEqual([expect.stringMatching(/^job-a /)])
    expect(box.journal('alerts.jsonl').map(({settingsFile}) => settingsFile)).toEqual([
      box.path('a/.guardianrc.json'),
      box.path('b/.guardianrc.json'),
    ])
  })

  test('sends by settings that were corrected meanwhile, and `alerts retry` says so', async () => {
    const box = createSandbox()
    project(box, '.', 'job', {type: 'file', path: 'nowhere/sent.jsonl'})
    await box.guard('run', 'job')
    await until(() => has(box, 'failed'), 'the failure')
    process.kill(delivererOf(box), 'SIGSTOP')
    project(box, '.', 'job', {type: 'file', path: 'sent.jsonl'})
    const retry = box.guard('alerts', 'retry')
    await until(() => has(box, 'retried'), 'the question')
    process.kill(delivererOf(box), 'SIGCONT')
    const {stdout} = await retry
    expect([stdout, titlesIn(box.path('sent.jsonl')).length]).toEqual(['1 tried again, nothing waits\n', 1])
  })

  test('keeps what it had where the settings cannot be read any more', async () => {
    const box = createSandbox()
    project(box, '.', 'job', {type: 'file', path: 'sent.jsonl'}, {watchdog: {escalateAfter: '1s'}})
    await box.guard('run', 'job')
    await until(() => titlesIn(box.path('sent.jsonl')).length === 1, 'the message')
    writeFileSync(box.path('.guardianrc.json'), '{"jobs": ')
    writeFileSync(`${box.stateDir}/alerts.jsonl`, '{"level": "WARNING", "message": "tape is full"}\n', {flag: 'a'})
    await until(() => titlesIn(box.path('sent.jsonl')).includes('tape is full'), 'the alert of another program')
  })

  test('makes way for `alerts retry` where it has no secret, and says which', async () => {
    const box = createSandbox()
    const {url, received} = await startReceiver(answering(200))
    project(box, '.', 'job', {type: 'webhook', url: {env: 'HOOK'}})
    await box.guard('run', 'job')
    await until(() => has(box, 'failed'), 'the failure')
    expect(await outboxOf(box)).toContain('not attempted: channels.ops.url: the environment variable HOOK is not set')
    const {stdout} = await box.guardWith({env: {HOOK: url}}, 'alerts', 'retry')
    expect([stdout, received.length]).toEqual(['1 tried again, nothing waits\n', 1])
  })
})

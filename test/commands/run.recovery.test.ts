import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

/** A job that counts its attempts in a file, and settings for it. */
function sandboxWith(script: string, settings: object, further: object = {}): Sandbox & {attempts(): number} {
  const box = createSandbox()
  box.write('job.sh', `#!/bin/sh\necho x >>${box.path('count')}\n${script}\n`, 0o755)
  box.write('.guardianrc.json', JSON.stringify({jobs: {job: {script: 'job.sh', ...settings}}, ...further}))
  const attempts = () => (existsSync(box.path('count')) ? readFileSync(box.path('count'), 'utf8').length / 2 : 0)
  return {...box, attempts}
}

const quick = {maxAttempts: 3, firstDelay: '10ms'}
const up = 'test -e up || { echo "curl: (7) Failed to connect to localhost port 1: Connection refused"; exit 3; }'

describe('retries', () => {
  test('a connection that fails is tried again, and the last attempt is the verdict', async () => {
    const box = sandboxWith('[ "$GUARD_ATTEMPT" = 2 ] || { echo "Connection refused"; exit 1; }; echo fine', {
      retry: quick,
    })
    const ended = await box.guard('run', 'job')
    expect([ended.code, ended.stdout, box.attempts()]).toEqual([0, 'Connection refused\nfine\n', 2])
    expect(ended.stderr).toMatch(/^guard: job: attempt 1 failed \(connection\), the next in \d+ms\n$/)
    const [run] = JSON.parse((await box.guard('history', 'job', '--json')).stdout).runs
    expect(run).toMatchObject({outcome: 'healthy', attempts: 2, recovered: false})
  })

  test('--retries says how often for this run', async () => {
    const box = sandboxWith('echo "HTTP/1.1 503 Service Unavailable"; exit 1', {retry: {...quick, maxAttempts: 1}})
    expect((await box.guard('run', '--retries', '2', 'job')).code).toBe(1)
    expect(box.attempts()).toBe(3)
  })
})

describe('the deadline of the retries', () => {
  test('ends the first attempt too, and no other follows', async () => {
    const box = sandboxWith('sleep 20; exit 3', {retry: {...quick, deadline: '2s'}})
    const {code, stderr} = await box.guard('run', 'job')
    expect([code, box.attempts()]).toEqual([124, 1])
    expect(stderr).toMatch(
      /^guard: job: timed out after 2s; .*\nguard: job is not run again: the deadline of 2s leaves no time for another attempt\n$/,
    )
  })

  test('leaves a later attempt what the earlier ones have not used, in whole milliseconds', async () => {
    const box = sandboxWith('[ "$GUARD_ATTEMPT" = 2 ] && sleep 20; exit 3', {retry: {...quick, deadline: '5s'}})
    const {code, stderr} = await box.guard('run', 'job')
    expect([code, box.attempts()]).toEqual([124, 2])
    expect(stderr).toMatch(/^guard: job: timed out after \d+m?s; /m)
  })
})

describe('recovery', () => {
  const settings = {
    recovery: [{do: 'exec', command: ['touch', 'up'], when: 'connection'}, {do: 'verify'}],
    budget: {recoveries: 1, per: '1h'},
  }

  test('a run that is not recovered opens an incident that says why, and a healthy run resolves it', async () => {
    const recovery = [{do: 'exec', command: ['true']}]
    const box = sandboxWith('test -e up', {recovery, budget: {recoveries: 1, per: '1h'}}, {watchdog: {bootGrace: '0s'}})
    const kinds = () => box.journal('incidents.jsonl').map(({kind}) => kind)
    await box.guard('run', 'job')
    expect((await box.guard('watchdog')).code).toBe(1)
    await box.guard('run', 'job')
    const troubled = await box.guard('watchdog', '--verbose')
    expect(troubled.code).toBe(1)
    expect(troubled.stdout).toMatch(/not recovered again: .* is spent/)
    expect(kinds()).toContain('opened')
    box.write('up', '')
    expect((await box.guard('run', 'job')).code).toBe(0)
    expect((await box.guard('watchdog')).code).toBe(0)
    expect(kinds()).toContain('resolved')
  })

  test.each<[string, string, object, string, RegExp]>([
    [
      'a timeout, also of a job that answers TERM with exit code 0',
      'trap "exit 0" TERM; sleep 20 & wait',
      {timeout: '200ms'},
      'timeout',
      /attempt 1 failed \(timeout\).*timed out after 400ms/s,
    ],
    [
      'silence, also of a job that answers TERM with exit code 0',
      'trap "exit 0" TERM; sleep 20 & wait',
      {silence: '200ms'},
      'timeout',
      /attempt 1 failed \(timeout\)/,
    ],
    [
      'what the exit map calls a failure, also with exit code 0',
      'echo HTTP 503',
      {exitMap: {0: 'failed'}},
      'server',
      /attempt 1 failed \(server\)/,
    ],
  ])('has the class of %s', async (_title, script, limits, name, said) => {
    const recovery = [{do: 'exec', command: ['touch', 'done'], when: name}]
    const box = sandboxWith(script, {...limits, recovery, retry: {maxAttempts: 2, firstDelay: '1ms'}})
    expect((await box.guard('run', 'job')).stderr).toMatch(said)
    expect(existsSync(box.path('done'))).toBe(true)
    const [run] = JSON.parse((await box.guard('history', 'job', '--json')).stdout).runs
    expect(run).toMatchObject({class: name, attempts: 2})
  })

  test('a command that could not be started is not a reason to run the job again, and spends no budget', async () => {
    const recovery = [{do: 'exec', command: ['/no/such/program']}, {do: 'verify'}]
    const box = sandboxWith('exit 3', {recovery})
    const {code, stderr} = await box.guard('run', 'job')
    expect([code, box.attempts()]).toEqual([3, 1])
    expect(stderr).toMatch(/^guard: run \/no\/such\/program: failed, .* is not on this machine/)
    expect((await box.guard('budget', 'list')).stdout).toMatch(/job +any class +3 of 3 left/)
  })

  test('--no-recover performs no step', async () => {
    const box = sandboxWith(up, settings)
    expect((await box.guard('run', '--no-recover', 'job')).code).toBe(3)
    expect(box.attempts()).toBe(1)
  })

  test('--plan shows the steps and does nothing', async () => {
    const box = sandboxWith(up, settings)
    const {code, stdout} = await box.guard('run', '--plan', 'job')
    expect([code, box.attempts(), existsSync(box.stateDir)]).toEqual([0, 0, false])
    expect(stdout).toContain('run touch up (only for connection)\n')
  })
})

describe('a breaker', () => {
  test('that is isolated keeps a run from being made until it is closed', async () => {
    const box = sandboxWith('exit 0', {breaker: {target: 'api'}})
    await box.guard('breaker', 'isolate', 'api', '--for', '2h', '--reason', 'maintenance')
    expect((await box.guard('run', 'job')).code).toBe(69)
    await box.guard('breaker', 'close', 'api')
    expect((await box.guard('run', 'job')).code).toBe(0)
  })
})

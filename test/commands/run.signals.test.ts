import {existsSync, readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {loggersIn} from '../support/processes.js'
import {
  createSandbox,
  endAfterTest,
  filesIn,
  form,
  isAlive,
  type Running,
  type Sandbox,
  until,
} from '../support/sandbox.js'

/** Signals belong to the job; what kills guard leaves no job that nobody knows of. */

const pidIn = (box: Sandbox, name: string) => Number(readFileSync(box.path(name), 'utf8'))

async function written(box: Sandbox, name: string): Promise<number> {
  await until(() => existsSync(box.path(name)) && readFileSync(box.path(name), 'utf8') !== '', name)
  return pidIn(box, name)
}

describe('a signal to guard', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
    ['SIGUSR1', 138],
    ['SIGUSR2', 140],
  ] as const)('%s reaches the whole group of the job; the exit code is 128 + n', async (signal, expected) => {
    const box = createSandbox()
    const job = 'ulimit -c 0; sh -c "echo \\$\\$ > child; exec sleep 60"; true'
    const running = box.start(['run', '--job', 'j', '--', 'sh', '-c', job])
    await written(box, 'child')
    running.kill(signal)
    expect((await running.ended).code).toBe(expected)
    await until(() => !isAlive(pidIn(box, 'child')), 'the end of the child')
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', outcome: 'killed', signal})
  })

  test('that comes twice, to guard and to its job, does not end guard before the record', async () => {
    const box = createSandbox()
    const job = 'trap "exit 7" TERM; echo $$ > leader; while :; do sleep 0.05; done'
    const running = box.start(['run', '--job', 'j', '--', 'sh', '-c', job])
    const leader = await written(box, 'leader')
    process.kill(leader, 'SIGTERM')
    const nagging = setInterval(() => running.kill('SIGTERM'), 1)
    const {code} = await running.ended
    clearInterval(nagging)
    // While Node takes itself down, a signal has its default effect again.
    expect(form === 'node' ? [7, null] : [7]).toContain(code)
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', exitCode: 7})
    expect(box.journal('leases.jsonl').at(-1)).toMatchObject({kind: 'released'})
  })

  test('SIGHUP under nohup at a terminal is ignored', async () => {
    const box = createSandbox()
    const job = 'echo $PPID > guard; echo $$ > leader; while [ ! -e end ]; do sleep 0.05; done'
    box.write('job.sh', job)
    const running = box.startSh("script -qec 'nohup guard run --job j job.sh' /dev/null")
    await written(box, 'leader')
    process.kill(pidIn(box, 'guard'), 'SIGHUP')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(isAlive(pidIn(box, 'leader'))).toBe(true)
    box.write('end', '')
    expect((await running.ended).code).toBe(0)
  })
})

describe('when guard is killed by SIGKILL', () => {
  const job =
    'echo $$ > leader; echo before >&2; echo {} > $GUARD_RESULT_FILE; while [ ! -e end ]; do sleep 0.05; done; echo after >&2; touch done'

  async function killedGuard(box: Sandbox, running: Running, isSeen = () => true): Promise<number> {
    const leader = await written(box, 'leader')
    endAfterTest(leader)
    await until(isSeen, 'the job on record')
    running.kill('SIGKILL')
    expect((await running.ended).signal).toBe('SIGKILL')
    return leader
  }

  /** Until its last line has reached the spool, too: what writes there outlives the job for a moment. */
  async function jobEnded(box: Sandbox): Promise<void> {
    await until(() => existsSync(box.path('done')) && !isAlive(pidIn(box, 'leader')), 'the end of the job')
    await until(() => loggersIn(box.stateDir).length === 0, 'the end of its loggers')
  }

  test('the job goes on, and no other copy starts beside it', async () => {
    const box = createSandbox()
    const running = box.start(['run', '--job', 'j', '--ttl', '1s', '--', 'sh', '-c', job])
    const hasJob = () => box.journal('leases.jsonl').some(({jobProcess}) => jobProcess !== undefined)
    const leader = await killedGuard(box, running, hasJob)
    expect(isAlive(leader)).toBe(true)
    // Past the lease's time: what holds it is the job's own process.
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const second = await box.guard('run', '--job', 'j', '--', 'true')
    expect(second.code).toBe(75)
    expect(second.stderr).toContain(`pid ${leader}`)
  })

  test('and the job has ended, the next run records the interrupted one, keeps its output, and runs', async () => {
    const box = createSandbox()
    await killedGuard(box, box.start(['run', '--job', 'j', '--', 'sh', '-c', job]))
    box.write('end', '')
    await jobEnded(box)
    const next = await box.guard('run', '--job', 'j', '--', 'echo', 'next')
    expect(next).toMatchObject({code: 0, stdout: 'next\n', stderr: ''})
    const runs = JSON.parse((await box.guard('history', 'j', '--json')).stdout).runs
    expect(runs.map(({outcome}: {outcome: string}) => outcome)).toEqual(['healthy', 'interrupted'])
    expect(box.log('j')).toBe('before\nafter\nnext\n')
    expect(filesIn(box.path('state/spool'))).toEqual([])
    expect((await box.guard('logs', 'j', '--run', runs[1].runId)).stdout).toBe('before\nafter\n')
    expect((await box.guard('logs', 'j', '--run', runs[0].runId)).stdout).toBe('next\n')
  })

  test('a run beside others is recorded as interrupted by the watchdog, which keeps its output, once its job has ended', async () => {
    const box = createSandbox()
    await killedGuard(box, box.start(['run', '--job', 'j', '--overlap', 'allow', '--', 'sh', '-c', job]))
    await box.guard('watchdog')
    expect(filesIn(box.path('state/spool'))).not.toEqual([])
    box.write('end', '')
    await jobEnded(box)
    await box.guard('watchdog')
    expect(box.log('j')).toBe('before\nafter\n')
    expect(filesIn(box.path('state/spool'))).toEqual([])
    const {runs} = JSON.parse((await box.guard('history', 'j', '--json')).stdout)
    expect(runs).toMatchObject([{outcome: 'interrupted'}])
  })

  /** What guard starts processes with, in either form. */
  const starter = `const starter = globalThis.Bun ?? require('child_process')`

  test('between the start of the job and the record of its process, the job is found by its run id', async () => {
    const box = createSandbox()
    const hook = box.write(
      'hook.cjs',
      `${starter}, {spawn} = starter
       starter.spawn = (...call) => {
         const child = spawn(...call)
         if ((call[0].cmd?.[0] ?? call[0]) === 'sh') process.kill(process.pid, 'SIGKILL')
         return child
       }\n`,
    )
    const command = ['run', '--job', 'j', '--', 'sh', '-c', job]
    const first = await box.guardWith({preload: hook}, ...command)
    expect(first.signal).toBe('SIGKILL')
    endAfterTest(await written(box, 'leader'))
    expect(box.journal('leases.jsonl').filter(({jobProcess}) => jobProcess !== undefined)).toEqual([])
    expect((await box.guard('run', '--job', 'j', '--', 'true')).code).toBe(75)
    box.write('end', '')
    await jobEnded(box)
    expect((await box.guard('run', '--job', 'j', '--', 'true')).code).toBe(0)
    expect(box.journal('runs.jsonl').map(({kind}) => kind)).toEqual([
      'started',
      'skipped',
      'interrupted',
      'started',
      'attempt-ended',
      'ended',
    ])
  })

  test('before the job was started, its lease is free at once', async () => {
    const box = createSandbox()
    const hook = box.write('hook.cjs', `${starter}; starter.spawn = () => process.kill(process.pid, 'SIGKILL')\n`)
    await box.guardWith({preload: hook}, 'run', '--job', 'j', '--', 'true')
    expect((await box.guard('run', '--job', 'j', '--', 'true')).code).toBe(0)
    expect(box.journal('leases.jsonl').filter(({kind}) => kind === 'claimed')).toHaveLength(2)
  })
})

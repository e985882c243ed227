import {copyFileSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs'
import {describe, expect, onTestFinished, test} from 'vitest'
import {hasCgroups} from '../support/job-cgroup.js'
import {
  asOrdinaryUser,
  createSandbox,
  endAfterTest,
  filesIn,
  form,
  isAlive,
  isRoot,
  type Running,
  type Sandbox,
  until,
} from '../support/sandbox.js'

/** A job ends at its limits and by guard's signals, and what does not end is said. */

async function pidIn(box: Sandbox, name: string): Promise<number> {
  await until(() => existsSync(box.path(name)) && readFileSync(box.path(name), 'utf8').endsWith('\n'), name)
  return Number(readFileSync(box.path(name), 'utf8'))
}

const isStopped = (pid: number) => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))

/** Ignores TERM, HUP and INT, in a child too. */
const stubborn = 'trap "" TERM HUP INT; echo $$ > leader; while :; do sleep 0.1; done'

const elapsedMs = async (work: Promise<unknown>) => {
  const begun = Date.now()
  await work
  return Date.now() - begun
}

describe.skipIf(!isRoot)('a job that cannot be ended', () => {
  /** Lets an ordinary user start a program as root altogether, so that it may not signal it. */
  function becomeRoot(box: Sandbox): string {
    copyFileSync('/usr/bin/setpriv', box.path('become'))
    return `chmod 4755 ${box.path('become')}`
  }

  test('is named with its user; guard ends all the same, and the lease stays with it', async () => {
    const box = createSandbox()
    const job = `echo $$ > leader; exec ${box.path('become')} --reuid=0 --regid=0 --clear-groups sleep 60`
    const mark = becomeRoot(box)
    const line = asOrdinaryUser(box, `guard run --job j --timeout 3s --kill-after 1s --retries 2 -- sh -c '${job}'`)
    const running = box.startSh(`chown root ${box.path('become')}; ${mark}; ${line}`)
    const leader = await pidIn(box, 'leader')
    endAfterTest(leader)
    const {code, stderr} = await running.ended
    const reason = `could not be ended: process ${leader} of root`
    expect([code, stderr]).toEqual([124, `guard: j: timed out after 3s; ${reason}\n`])
    expect(isAlive(leader)).toBe(true)
    const runs = box.journal('runs.jsonl')
    expect(runs.map(({kind}) => kind)).toEqual(['started', 'attempt-ended', 'ended'])
    expect(runs.at(-1)).toMatchObject({outcome: 'timed-out', detail: reason, exitCode: 124})
    const again = () => box.sh(asOrdinaryUser(box, 'guard run --job j -- true'))
    const second = await again()
    expect([second.code, second.stderr]).toEqual([75, expect.stringContaining(`pid ${leader}`)])
    process.kill(leader, 'SIGKILL')
    await until(() => !isAlive(leader), 'the end of the job')
    expect((await again()).code).toBe(0)
    expect(box.journal('runs.jsonl').filter(({kind}) => kind === 'interrupted')).toEqual([])
  })

  test.skipIf(!existsSync('/sys/fs/cgroup/freezer/cgroup.procs'))('is said to be uninterruptible', async () => {
    const box = createSandbox()
    const freezer = `/sys/fs/cgroup/freezer/guard-test-${process.pid}`
    mkdirSync(freezer)
    onTestFinished(async () => {
      writeFileSync(`${freezer}/freezer.state`, 'THAWED')
      await until(() => readFileSync(`${freezer}/cgroup.procs`, 'utf8') === '', 'the end of the job')
      rmdirSync(freezer)
    })
    const running = box.start([
      'run',
      '--job',
      'j',
      '--timeout',
      '2s',
      '--kill-after',
      '1s',
      '--',
      'sh',
      '-c',
      'echo $$ > leader; exec sleep 60',
    ])
    const leader = await pidIn(box, 'leader')
    writeFileSync(`${freezer}/cgroup.procs`, `${leader}`)
    writeFileSync(`${freezer}/freezer.state`, 'FROZEN')
    const {code, stderr} = await running.ended
    writeFileSync(`${freezer}/freezer.state`, 'THAWED')
    await until(() => !isAlive(leader), 'the end of the job')
    expect([code, stderr]).toEqual([
      124,
      `guard: j: timed out after 2s; could not be ended: process ${leader} (uninterruptible)\n`,
    ])
  })

  test('makes --overlap cancel-other give up', async () => {
    const box = createSandbox()
    const job = `echo $$ > leader; exec ${box.path('become')} --reuid=0 --regid=0 --clear-groups sleep 60`
    const mark = becomeRoot(box)
    // Before it is root's a signal ends it, and its lease must name it.
    const isReady = `[ -s leader ] && [ "$(cat /proc/$(cat leader)/comm)" = sleep ] && grep -q jobProcess state/leases.jsonl`
    const line = asOrdinaryUser(
      box,
      `guard run --job j -- sh -c '${job}' & until ${isReady}; do sleep 0.05; done
       guard run --job j --overlap cancel-other --kill-after 1s -- true; echo $? > code; kill -KILL $!`,
    )
    const running = box.startSh(`chown root ${box.path('become')}; ${mark}; ${line}`)
    const leader = await pidIn(box, 'leader')
    endAfterTest(leader)
    expect(await pidIn(box, 'code')).toBe(75)
    process.kill(leader, 'SIGKILL')
    expect((await running.ended).stderr).toContain(
      `guard: j was skipped: the other run could not be ended: process ${leader} of root\n`,
    )
  })
})

describe('a signal that asks guard to end', () => {
  test.each([
    ['SIGTERM', 137],
    ['SIGHUP', 137],
    ['SIGINT', 137],
  ] as const)('%s is followed by KILL after --kill-after', async (signal, expected) => {
    const box = createSandbox()
    const running = box.start([
      'run',
      '--job',
      'j',
      '--kill-after',
      '500ms',
      '--',
      'sh',
      '-c',
      `${stubborn} & ${stubborn}`,
    ])
    const leader = await pidIn(box, 'leader')
    running.kill(signal)
    expect((await running.ended).code).toBe(expected)
    expect(isAlive(leader)).toBe(false)
    expect(box.journal('leases.jsonl').at(-1)).toMatchObject({kind: 'released'})
  })

  test('reaches a job once', async () => {
    const box = createSandbox()
    const job = 'trap "echo asked; n=1" TERM; echo $$ > leader; until [ "$n" ]; do sleep 0.05; done; sleep 0.3; exit 5'
    const running = box.start(['run', '--job', 'j', '--', 'sh', '-c', job])
    await pidIn(box, 'leader')
    running.kill('SIGTERM')
    expect(await running.ended).toMatchObject({code: 5, stdout: 'asked\n'})
  })

  /** Its standard error has another reader, so there are spool files. */
  const unread = (box: Sandbox, job: string) =>
    box.startSh(
      `{ sh -c 'echo $$ > guard; exec guard run --job j --kill-after 1s -- "$@"' sh sh -c '${job}'; echo $? > code; } | { while [ ! -s code ]; do sleep 0.05; done; }`,
    )
  const much = 'yes some words in a line of output | head -c 2000000; echo $$ > leader'

  test('ends guard though the reader of its output does not read', async () => {
    const box = createSandbox()
    const running = unread(box, `${much}; sleep 60`)
    const guard = await pidIn(box, 'guard')
    await pidIn(box, 'leader')
    process.kill(guard, 'SIGTERM')
    expect(await elapsedMs(pidIn(box, 'code'))).toBeLessThan(10_000)
    expect(await pidIn(box, 'code')).toBe(143)
    await running.ended
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', outcome: 'killed', signal: 'SIGTERM'})
    expect(filesIn(box.path('state/spool'))).toEqual([])
  })

  // Node before 22 cannot end with a code while it writes.
  const canExit = form === 'standalone' || 'execve' in process

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s after the end of the job, too, with the code of the job', async (signal, bySignal) => {
    const box = createSandbox()
    const running = unread(box, `${much}; exit 3`)
    const guard = await pidIn(box, 'guard')
    await pidIn(box, 'leader')
    await until(() => box.journal('runs.jsonl').at(-1)?.['kind'] === 'ended', 'the end of the job')
    process.kill(guard, signal)
    expect(await pidIn(box, 'code')).toBe(canExit ? 3 : bySignal)
    await running.ended
    expect(filesIn(box.path('state/spool'))).toEqual([])
  })
})

describe('signals that do not end guard', () => {
  test('TSTP stops the job and guard, CONT continues both', async () => {
    const box = createSandbox()
    const job = 'echo $$ > leader; while [ ! -e end ]; do sleep 0.05; done; exit 3'
    const running = box.start(['run', '--job', 'j', '--', 'sh', '-c', job])
    const leader = await pidIn(box, 'leader')
    running.kill('SIGTSTP')
    await until(() => isStopped(leader) && isStopped(running.pid), 'the stop')
    box.write('end', '')
    running.kill('SIGCONT')
    expect((await running.ended).code).toBe(3)
  })

  test.each(['ALRM', 'VTALRM', 'WINCH', 'CONT', 'USR1', 'USR2'])('%s reaches the job', async (name) => {
    const box = createSandbox()
    const job = `trap "echo got; exit 4" ${name}; echo $$ > leader; while :; do sleep 0.05; done`
    const running = box.start(['run', '--job', 'j', '--', 'sh', '-c', job])
    await pidIn(box, 'leader')
    running.kill(`SIG${name}` as NodeJS.Signals)
    expect(await running.ended).toMatchObject({code: 4, stdout: 'got\n'})
  })
})

describe.skipIf(!isRoot)('as process 1 of a container', () => {
  test('guard passes signals on, ends with the code of the job, and says what it cannot do', async () => {
    const box = createSandbox()
    const job = 'trap "exit 7" TERM; kill -TERM 1; while :; do sleep 0.05; done'
    const {code, stderr} = await box.sh(`unshare --pid --fork --mount-proc guard run --job j -- sh -c '${job}'`)
    const warning = 'as process 1, guard cannot reap orphans: run the container with --init, or start guard by tini'
    expect([code, stderr]).toEqual([
      7,
      expect.stringContaining(`guard: ${warning}
`),
    ])
  })
})

describe('a descendant without environment and session', () => {
  const job =
    'env -i setsid -f sh -c "echo \\$\\$ > child; exec sleep 60"; while [ ! -s child ]; do sleep 0.05; done; sleep 60'

  test.skipIf(!hasCgroups)('is found by the cgroup of the job, and ended', async () => {
    const box = createSandbox()
    const running = box.start([
      'run',
      '--job',
      'j',
      '--timeout',
      '3s',
      '--',
      'sh',
      '-c',
      `cat /proc/self/cgroup; ${job}`,
    ])
    const child = await pidIn(box, 'child')
    endAfterTest(child)
    const {stdout, stderr} = await running.ended
    expect(stderr).toBe('guard: j: timed out after 3s; ended\n')
    expect(isAlive(child)).toBe(false)
    const folder = /^0::(.*)$/m.exec(stdout)?.[1] ?? ''
    expect(folder).toMatch(/\/guard-/)
    for (const root of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']) expect(existsSync(`${root}${folder}`)).toBe(false)
  })

  test.skipIf(!hasCgroups)('is ended by --overlap cancel-other', async () => {
    const box = createSandbox()
    const first = box.start(['run', '--job', 'j', '--overlap', 'cancel-other', '--', 'sh', '-c', job])
    const child = await pidIn(box, 'child')
    endAfterTest(child)
    expect((await box.guard('run', '--job', 'j', '--overlap', 'cancel-other', '--', 'true')).code).toBe(0)
    expect([isAlive(child), (await first.ended).code]).toEqual([false, 143])
  })

  test.skipIf(!isRoot)('may be left where there are no cgroups: guard does not claim the end', async () => {
    const box = createSandbox()
    const mounts = 'mount --make-rprivate / && mount -t tmpfs none /sys/fs/cgroup'
    box.write('job.sh', job)
    const line = `${mounts} && exec guard run --job j --timeout 3s -- sh job.sh`
    const {stderr} = await box.sh(`unshare --mount sh -c '${line}'`)
    endAfterTest(await pidIn(box, 'child'))
    expect(stderr).toBe('guard: j: timed out after 3s; its processes were sent TERM\n')
  })
})

describe('a run inside a run of the same job', () => {
  test.each(['wait', 'cancel-other'])('with --overlap %s is refused: it would wait for itself', async (overlap) => {
    const box = createSandbox()
    const job = `guard run --job j --overlap ${overlap} -- true`
    // The first is known by its run id, the second by the processes above it.
    for (const line of [job, `env -u GUARD_RUN_ID ${job}`]) {
      const {code, stderr} = await box.guard('run', '--job', 'j', '--', 'sh', '-c', line)
      expect([code, stderr]).toEqual([
        75,
        expect.stringMatching(/^guard: j was skipped: it would wait for the run that has started it \([\w-]+\)\n$/),
      ])
    }
  })
})

describe('while guard itself is stopped', () => {
  /** Stops guard once its job has begun, for longer than the limit. */
  async function stopped(box: Sandbox, running: Running, whileStopped: () => Promise<void>): Promise<void> {
    running.kill('SIGSTOP')
    await until(() => isStopped(running.pid), 'the stop')
    const begun = Date.now()
    await whileStopped()
    await until(() => Date.now() - begun > 4000, 'the limit')
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({kind: 'started'})
    running.kill('SIGCONT')
  }

  test.each(['--timeout', '--silence'])('the time does not count for %s', async (flag) => {
    const box = createSandbox()
    const job = 'echo $$ > leader; while [ ! -e end ]; do sleep 0.05; done; exit 3'
    const running = box.start(['run', '--job', 'j', flag, '3500ms', '--', 'sh', '-c', job])
    await pidIn(box, 'leader')
    await stopped(box, running, async () => undefined)
    const continued = Date.now()
    await until(() => Date.now() - continued > 300, 'a look at the clock by guard')
    box.write('end', '')
    expect(await running.ended).toMatchObject({code: 3, stderr: ''})
  })

  test('a job that has ended meanwhile was not too late', async () => {
    const box = createSandbox()
    const job = 'echo $$ > leader; while [ ! -e end ]; do sleep 0.05; done; exit 3'
    const running = box.start(['run', '--job', 'j', '--timeout', '1s', '--', 'sh', '-c', job])
    const leader = await pidIn(box, 'leader')
    await stopped(box, running, async () => {
      box.write('end', '')
      await until(() => !isAlive(leader), 'the end of the job')
    })
    expect(await running.ended).toMatchObject({code: 3, stderr: ''})
  })
})

import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {describe, expect, onTestFinished, test} from 'vitest'
import {processes} from '../support/processes.js'
import {createSandbox, endAfterTest, isAlive, isRoot, type Sandbox, until} from '../support/sandbox.js'

/** The job writes to a pipe, as under `| tee -a log`, and another process than guard empties it. */

/** The processes that read what the job writes: those of the shells that guard has started for that. */
function loggersOf(guardPid: number): number[] {
  const all = processes()
  const shells = all.filter(({parent}) => parent === guardPid).map(({pid}) => pid)
  return all.filter(({name, parent}) => name === 'tee' && shells.includes(parent)).map(({pid}) => pid)
}

async function guardOf(box: Sandbox): Promise<number> {
  await until(() => readdirSync(box.dir).includes('guard.pid'), 'the start of the job')
  await until(() => readFileSync(box.path('guard.pid'), 'utf8') !== '', 'its number')
  return Number(readFileSync(box.path('guard.pid'), 'utf8'))
}

const untilEnd = 'while [ ! -e end ]; do sleep 0.02; done'

describe('a job that opens its output again', () => {
  test.each([
    ['echo', 'echo HTTP 503 > /dev/stderr'],
    ['tee', 'echo HTTP 503 | tee /dev/stderr > /dev/null'],
    ['cp', 'cp text /dev/stdout'],
    ['a descriptor by its number', 'echo HTTP 503 > /proc/self/fd/1'],
  ])('adds to it and takes nothing from the log: %s', async (_, line) => {
    const {sh, log, write, journal} = createSandbox()
    write('text', 'HTTP 503\n')
    await sh('guard run --job j -- echo earlier')
    const {code, stdout} = await sh(`exec guard run --job j -- sh -c 'echo before; ${line}; exit 3' 2>&1`)
    expect([code, stdout]).toEqual([3, 'before\nHTTP 503\n'])
    expect(log('j')).toBe('earlier\nbefore\nHTTP 503\n')
    expect(journal('runs.jsonl').at(-1)).toMatchObject({class: 'server'})
  })
})

describe('what a program may do with a pipe', () => {
  test.each([
    ['sendfile', 'import os\nwith open("text") as text: os.sendfile(1, text.fileno(), 0, 6)\n'],
    [
      'asyncio',
      [
        'import asyncio, sys',
        'async def main():',
        '  loop = asyncio.get_running_loop()',
        '  transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, sys.stdout)',
        '  transport.write(b"hello\\n")',
        '  await asyncio.sleep(0.05)',
        'asyncio.run(main())',
      ].join('\n'),
    ],
  ])('works: %s', async (_, text) => {
    const {guard, write, log} = createSandbox()
    write('text', 'hello\n')
    write('job.py', text)
    expect(await guard('run', '--job', 'j', 'job.py')).toEqual({code: 0, signal: null, stdout: 'hello\n', stderr: ''})
    expect(log('j')).toBe('hello\n')
  })

  test('a limit of file sizes does not count what it prints', async () => {
    const {guard, log} = createSandbox()
    const {code} = await guard('run', '--job', 'j', '--', 'sh', '-c', 'ulimit -f 1; seq 10000')
    expect([code, log('j').split('\n')]).toEqual([0, expect.objectContaining({length: 10_001})])
  })
})

describe.runIf(isRoot)('a disk that fills up during the run', () => {
  test('does not touch the job, and is said', async () => {
    const {sh, path, write, journal} = createSandbox()
    mkdirSync(path('disk'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', path('disk')])
    onTestFinished(() => void execFileSync('umount', ['-l', path('disk')]))
    write('.guardianrc.json', JSON.stringify({logDir: path('disk')}))
    const {code, stderr} = await sh("guard run --job j -- sh -c 'seq 1000000 && touch ended; exit 3' > /dev/null")
    expect([code, readdirSync(path('.')).includes('ended')]).toEqual([3, true])
    expect(stderr).toMatch(
      /guardian_j_output.log lacks some of the output: it could not be written \(is its disk full\?\)/,
    )
    expect(journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', exitCode: 3})
  })

  test('fails the run if the reader of its output lacks a part of it', async () => {
    const {sh, stateDir, journal} = createSandbox()
    mkdirSync(stateDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=700', 'tmpfs', stateDir])
    onTestFinished(() => void execFileSync('umount', ['-l', stateDir]))
    const {stdout, stderr} = await sh('{ guard run --job j --retries 2 -- seq 1500000; echo "code $?" >&2; } | wc -l')
    expect(Number(stdout)).toBeLessThan(1_500_000)
    expect(stderr).toContain(
      `guard: a part of the output could not be passed on: the disk of ${stateDir}/spool is full\n`,
    )
    expect(stderr).toContain('code 74\n')
    const end = {kind: 'ended', outcome: 'failed', class: 'output-lost', exitCode: 74, attempts: 1}
    expect(journal('runs.jsonl').at(-1)).toMatchObject(end)
  })

  test.each(['2>&1 | cat', '2> err | cat'])(
    'fails no run whose log alone is on it, unless the log is what is passed on: %s',
    async (to) => {
      const {sh, path, write, journal} = createSandbox()
      mkdirSync(path('disk'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', path('disk')])
      onTestFinished(() => void execFileSync('umount', ['-l', path('disk')]))
      write('.guardianrc.json', JSON.stringify({logDir: path('disk')}))
      const {stdout} = await sh(`guard run --job j -- seq 1000000 ${to} | tail -1`)
      const isSpooled = to.startsWith('2> ')
      expect(stdout === '1000000\n').toBe(isSpooled)
      expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: isSpooled ? 'healthy' : 'failed'})
    },
  )
})

describe.runIf(isRoot)('a disk that is full for a moment', () => {
  test('costs what was printed meanwhile, and no more', async () => {
    const {sh, path, write} = createSandbox()
    mkdirSync(path('disk'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', path('disk')])
    onTestFinished(() => void execFileSync('umount', ['-l', path('disk')]))
    write('.guardianrc.json', JSON.stringify({logDir: path('disk')}))
    const fill = 'head -c 3000000 /dev/zero > disk/filler 2> /dev/null; seq 20000; rm disk/filler'
    const goOn = 'for n in $(seq 30); do echo free again; sleep 0.1; done'
    const {code, stdout, stderr} = await sh(`guard run --job j -- sh -c '${fill}; ${goOn}; exit 3'`)
    expect([code, stdout.includes('free again')]).toEqual([3, true])
    expect(stderr).toMatch(/lacks some of the output: it could not be written/)
  })
})

describe('the logger', () => {
  const job = ['run', '--job', 'j', '--', 'sh', '-c', `echo $PPID > guard.pid; echo first; ${untilEnd}; echo last`]

  test('is replaced when it is killed, and the log says that something may be missing', async () => {
    const box = createSandbox()
    const running = box.startSh(
      `exec guard run --job j -- sh -c 'echo $PPID > guard.pid; echo first; ${untilEnd}; echo last' 2>&1`,
    )
    const guard = await guardOf(box)
    await until(() => running.stdout() === 'first\n', 'the first line')
    for (const pid of loggersOf(guard)) process.kill(pid, 'SIGKILL')
    await until(() => box.log('j').includes('was killed'), 'the note')
    await until(() => loggersOf(guard).length > 0, 'another logger')
    box.write('end', '')
    expect((await running.ended).code).toBe(0)
    expect(box.log('j')).toBe('first\n\n--- the logger was killed; some output may be missing here ---\nlast\n')
    expect(running.stdout()).toContain('guardian_j_output.log lacks some of the output: its logger was killed')
  })

  test('is not ended by the signals of a service manager', async () => {
    const box = createSandbox()
    const running = box.start(job)
    const guard = await guardOf(box)
    await until(() => running.stdout() === 'first\n', 'the first line')
    const loggers = loggersOf(guard)
    expect(loggers.length).toBeGreaterThan(0)
    for (const pid of loggers) for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.kill(pid, signal)
    box.write('end', '')
    expect(await running.ended).toMatchObject({code: 0, stdout: 'first\nlast\n', stderr: ''})
  })

  test('reads on after guard was killed, and ends with the last process that can write', async () => {
    const box = createSandbox()
    const running = box.start(job)
    const guard = await guardOf(box)
    await until(() => running.stdout() === 'first\n', 'the first line')
    const loggers = loggersOf(guard)
    loggers.map(endAfterTest)
    running.kill('SIGKILL')
    process.kill(guard, 'SIGKILL')
    await running.ended
    box.write('end', '')
    await until(() => box.log('j') === 'first\nlast\n', 'the last line')
    await until(() => !loggers.some(isAlive), 'the end of the loggers')
  })

  test('is not a process of the job: its limits do not end it', async () => {
    const {guard, log} = createSandbox()
    const {code} = await guard(
      'run',
      '--job',
      'j',
      '--timeout',
      '2s',
      '--',
      'sh',
      '-c',
      "trap 'echo last' TERM; echo first; sleep 9 & wait; wait",
    )
    expect([code, log('j')]).toEqual([124, 'first\nlast\n'])
  })
})

describe.runIf(isRoot)('a line about what is lost', () => {
  /** The log and what is passed on are on this disk. */
  const lossy = async (to: string) => {
    const {sh, stateDir} = createSandbox()
    mkdirSync(stateDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', stateDir])
    onTestFinished(() => void execFileSync('umount', ['-l', stateDir]))
    return (
      await sh(`{ guard run --job j -- sh -c 'head -c 9000000 /dev/zero | tr "\\0" x'; echo $? >&3; } 3> code ${to}`)
    ).stdout
  }

  test("begins a line of its own after the job's unfinished one", async () => {
    expect(await lossy('2>&1 | cat')).toMatch(/^x+\nguard: a part of the output could not be passed on: .*\n/)
  })

  test.each(['2> /dev/null', '2> err'])(
    'adds nothing to an output to which guard does not write its lines: %s',
    async (to) => {
      expect(await lossy(`${to} | cat`)).toMatch(/^x+$/)
    },
  )
})

test('a line of guard never stands in the middle of one of the job', async () => {
  const {sh} = createSandbox()
  const {stdout} = await sh(
    "exec guard run --job j --retries 1 --no-log-header -- sh -c 'printf unfinished; exit 3' 2>&1",
  )
  expect(stdout).toMatch(/^unfinished\nguard: j: attempt 1 failed [^\n]*\nunfinished$/)
})

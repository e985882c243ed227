import {existsSync, mkdirSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {endedByTerm} from '../support/job-cgroup.js'
import {createSandbox, form, until} from '../support/sandbox.js'

/** README, "Exit codes": every line that `guard run` can end with. */

describe('the exit code of the job', () => {
  test.each([0, 1, 2, 3, 77, 255])('%i passes through', async (code) => {
    const {guard} = createSandbox()
    expect((await guard('run', '--', 'sh', '-c', `exit ${code}`)).code).toBe(code)
  })

  test.each([
    [0, 'healthy'],
    [1, 'degraded'],
    [2, 'unhealthy'],
    [3, 'failed'],
  ])('%i means %s by default', async (code, outcome) => {
    const {guard, journal} = createSandbox()
    await guard('run', '--job', 'j', '--', 'sh', '-c', `exit ${code}`)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({kind: 'ended', outcome, exitCode: code})
  })

  test('the settings of a job may map it to another outcome, and the code stays the same', async () => {
    const {guard, journal, write} = createSandbox()
    write('.guardianrc.json', '{"jobs": {"grep": {"command": ["sh", "-c", "exit 1"], "exitMap": {"1": "healthy"}}}}')
    expect((await guard('run', 'grep')).code).toBe(1)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'healthy', exitCode: 1})
  })
})

describe('124', () => {
  test('is a job that ran into its timeout', async () => {
    const {guard, journal} = createSandbox()
    const {code, stderr} = await guard('run', '--timeout', '200ms', '--', 'sleep', '30')
    expect(code).toBe(124)
    expect(stderr).toBe(`guard: sleep: timed out after 200ms; ${endedByTerm}\n`)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'timed-out', exitCode: 124, signal: 'SIGTERM'})
  })

  test('is a job that was silent for too long', async () => {
    const {guard, journal} = createSandbox()
    const {code, stdout, stderr} = await guard(
      'run',
      '--job',
      'j',
      '--silence',
      '2s',
      '--',
      'sh',
      '-c',
      'echo a; sleep 30',
    )
    expect([code, stdout]).toEqual([124, 'a\n'])
    expect(stderr).toBe(`guard: j: no output for 2s; ${endedByTerm}\n`)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'timed-out', detail: 'no output for too long'})
  })

  test('is also one that answered TERM with an exit code of its own', async () => {
    const {guard} = createSandbox()
    const job = 'trap "exit 5" TERM; sleep 30 & wait'
    expect((await guard('run', '--timeout', '200ms', '--', 'sh', '-c', job)).code).toBe(124)
  })
})

describe('what cannot be started is on record, and gives', () => {
  test.each<[code: number, what: string, args: readonly string[], message: RegExp]>([
    [126, 'a file that may not be executed', ['--', './plain'], /^guard: \.\/plain: /],
    [126, 'a script without a known way to run it', ['job.xyz'], /no interpreter is known for it\n {2}- make it exec/],
    [126, 'a directory', ['job.d'], /^guard: job\.d: is a directory, not a script/],
    [126, 'a program on a path that leads through a file', ['--', '/etc/passwd/program'], /^guard: \/etc\/passwd\/pro/],
    [126, 'a command line too long for the kernel', ['long'], /^guard: true: argument list too long\n$/],
    [
      126,
      'a working directory that is not there',
      ['--cwd', '/nowhere', '--', 'true'],
      /in \/nowhere: no such directory/,
    ],
    [127, 'a script that is not there', ['./missing.sh'], /^guard: \.\/missing\.sh: no such job or file/],
    [
      127,
      'a program that is not on PATH',
      ['--', 'no-program'],
      /no-program: no such program\n {2}- searched in .*\/bin/,
    ],
  ])('%i for %s', async (code, _what, args, message) => {
    const {guard, path, write, journal} = createSandbox()
    const long = {command: ['true'], env: {LONG: 'x'.repeat(200_000)}}
    write('.guardianrc.json', JSON.stringify({jobs: {long}}))
    for (const file of ['plain', 'job.xyz']) write(file, 'true\n')
    mkdirSync(path('job.d'))
    expect(await guard('run', ...args)).toMatchObject({code, stderr: expect.stringMatching(message)})
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'not-started', exitCode: code})
  })
})

test.each([
  ['TERM', 143],
  ['KILL', 137],
  ['SEGV', 139],
])('a job that dies of SIG%s gives 128 + n', async (signal, expected) => {
  const {guard, journal} = createSandbox()
  expect((await guard('run', '--', 'sh', '-c', `ulimit -c 0; kill -${signal} $$`)).code).toBe(expected)
  expect(journal('runs.jsonl').at(-1)).toMatchObject({
    outcome: 'killed',
    exitCode: expected,
    signal: `SIG${signal}`,
    detail: `SIG${signal}`,
  })
})

// Node takes it for exit code 0, a limit that README names.
const realTime = {
  node: {outcome: 'healthy', exitCode: 0},
  standalone: {outcome: 'killed', exitCode: 168, signal: 'SIGRTMIN+6', detail: 'SIGRTMIN+6'},
}[form]

test('a job that dies of a real-time signal gives 128 + n, but on Node', async () => {
  const {guard, journal} = createSandbox()
  for (const command of ['run', 'retry'])
    expect((await guard(command, '--', 'sh', '-c', 'kill -40 $$')).code).toBe(realTime.exitCode)
  expect(journal('runs.jsonl').at(-1)).toMatchObject(realTime)
})

describe('64', () => {
  test.each([
    ['an unknown flag', ['run', '--no-such-flag', '--', 'true'], 'no-such-flag'],
    ['a flag without its value', ['run', '--timeout'], 'timeout'],
    ['a duration that is none', ['run', '--timeout', 'soon', '--', 'true'], '"soon" is not a duration'],
    ['a number that is none', ['run', '--retries', 'x', '--', 'true'], '"x" is not a whole number'],
    ['a duration that is too long', ['run', '--jitter', '99999d', '--', 'true'], '"99999d" is longer than 3650d'],
    ['a lease that is too short', ['run', '--ttl', '1ms', '--', 'true'], '"1ms" is shorter than 1s'],
    [
      'a number that is too large',
      ['run', '--retries', '99999999999', '--', 'true'],
      '"99999999999" is not a whole number from 0 to 999\n',
    ],
    [
      'an exit code that is too large',
      ['run', '--skip-exit-code', '256', '--', 'true'],
      '"256" is not a whole number from 0 to 255\n',
    ],
    ['a choice that is none', ['run', '--overlap', 'perhaps', '--', 'true'], 'perhaps'],
    ['nothing to run', ['run'], 'nothing to run'],
    ['nothing to run behind --', ['run', '--job', 'j', '--'], 'nothing to run'],
    ['an unknown command', ['rum', 'x'], 'there is no command "rum"\n  - did you mean guard run?'],
    ['an unknown command of a topic', ['lease', 'aquire'], 'did you mean guard lease acquire?'],
    ['an unknown command in the form of oclif', ['lease:aquire'], 'there is no command "lease aquire"'],
    ['a command without its topic', ['acquire', 'x'], 'did you mean guard lease acquire?'],
    ['an unknown command of a topic that is a command itself', ['alerts', 'extra'], 'no command "alerts extra"'],
    [
      'an unknown command of a topic in a topic',
      ['alerts', 'silence', 'lst'],
      'did you mean guard alerts silence list?',
    ],
    ['an argument of a command that has others', ['why', 'a', 'b'], 'guard: Unexpected argument: b\n'],
    ['an argument of a command that has none', ['health', 'a'], 'guard: Unexpected argument: a\n'],
    ['arguments of a command of a topic that has none', ['config', 'check', 'a', 'b'], 'Unexpected arguments: a, b\n'],
    ['a flag where a command is missing', ['lease', '--nope'], 'guard lease needs a command before --nope'],
    ['a flag before the command', ['scheduler', '--state-dir=x', 'status'], 'needs a command before --state-dir\n'],
    ['a flag of a topic in a topic', ['alerts', 'silence', '--nope'], 'guard alerts silence needs a command before'],
    [
      'a flag of no command at all',
      ['--nope'],
      'guard: guard needs a command before --nope\n  - see them all: guard --help',
    ],
    ['a flag that is nearly one', ['run', '--timout', '5s', '--', 'true'], 'did you mean --timeout?'],
    [
      'a choice of a command of a topic',
      ['alerts', 'silence', 'add'],
      'see the flags: guard alerts silence add --help\n',
    ],
    ['a choice that is none of its command', ['status', '--state', 'x'], 'see the flags: guard status --help\n'],
    ['an argument too much', ['health', 'a'], 'see the flags: guard health --help\n'],
    [
      'a flag that excludes another one',
      ['watchdog', '--watch', '60s', '--dry-run'],
      'guard: --watch cannot be used with --dry-run\n',
    ],
    ['a pattern that no job has', ['status', 'x*'], 'guard: no job is called x*\n'],
    ['a breaker to close that is not known', ['breaker', 'close', 'x'], 'no breaker "x" is known'],
    ['a breaker to reset that is not known', ['breaker', 'reset', 'x'], 'no breaker "x" is known'],
    ['a history that is of no job', ['history', 'nosuch'], 'no job "nosuch" is known'],
    ['logs that are of no job', ['logs', 'nosuch'], 'no job "nosuch" is known'],
    ['a name with ../ in it', ['run', '--job', '../escape', '--', 'true'], '../escape'],
    ['a name with a newline in it', ['run', '--job', 'a\nb', '--', 'true'], '"a\\nb"'],
    ['a name that is empty', ['run', '--job', '', '--', 'true'], '""'],
    ['a name that is too long', ['run', '--job', 'x'.repeat(129), '--', 'true'], 'xxx'],
    ['a file after which no job can be named', ['run', '--', '/bin/???'], 'no job can be named'],
    ['a name with ../ in history', ['history', '../x'], '../x'],
  ])('is %s', async (_, args, words) => {
    const {guard} = createSandbox()
    const {code, stdout, stderr} = await guard(...args)
    expect({code, stdout}).toEqual({code: 64, stdout: ''})
    expect(stderr).toContain(words)
  })

  test('with --json is printed on standard output', async () => {
    const {guard} = createSandbox()
    const {code, stdout} = await guard('run', '--json', '--job', '../x', '--', 'true')
    expect(code).toBe(64)
    expect(JSON.parse(stdout)).toMatchObject({error: {kind: 'usage', hints: [expect.stringContaining('a name is')]}})
  })
})

test('70 is a fault of guard itself; the job goes on, and nothing starts beside it', async () => {
  const {guard, guardWith, path, stateDir, write, journal} = createSandbox()
  const fault = write(
    'fault.cjs',
    `const {existsSync} = require('node:fs')
     const fail = () => { if (existsSync(${JSON.stringify(path('bound'))})) throw new Error('a fault') }
     setInterval(fail, 20).unref()\n`,
  )
  // Only once the lease names the job, it keeps others away without guard.
  const isBound = `grep -q jobProcess ${stateDir}/leases.jsonl`
  const job = `until ${isBound}; do sleep 0.05; done; touch bound; while [ ! -e end ]; do sleep 0.05; done; touch done`
  const args = ['run', '--job', 'j', '--', 'sh', '-c', job]
  const {code, stderr} = await guardWith({preload: fault}, ...args)
  expect(code).toBe(70)
  expect(stderr).toMatch(/^guard: a fault\n/)
  expect((await guard('run', '--job', 'j', '--', 'true')).code).toBe(75)
  write('end', '')
  await until(() => existsSync(path('done')), 'the end of the job')
  expect(journal('runs.jsonl').map(({kind}) => kind)).toEqual(['started', 'skipped'])
})

describe('74', () => {
  test('is a state directory that cannot be used, for a job that must not run without it', async () => {
    const {guard, write, path} = createSandbox()
    write('file', '')
    write('.guardianrc.json', '{"jobs": {"j": {"command": ["touch", "ran"], "onStateError": "refuse"}}}')
    const {code, stderr} = await guard('run', '--state-dir', path('file'), 'j')
    expect(code).toBe(74)
    expect(stderr).toMatch(/^guard: not run, because onStateError is refuse: state directory .* is not a directory/)
    expect(existsSync(path('ran'))).toBe(false)
  })

  test('is a log that is gone, which is not said to be rotated', async () => {
    const {guard, sh, journal} = createSandbox()
    await guard('run', '--job', 'j', '--', 'echo', 'hello')
    await sh('rm state/logs/guardian_j_output.log')
    const {code, stderr} = await guard('logs', 'j', '--run', String(journal('runs.jsonl')[0]?.['run']))
    expect([code, stderr]).toEqual([74, expect.stringMatching(/^guard: the log of run \S+ is not there any more: /)])
  })
})

test('75 is a job that already runs, or the code that --skip-exit-code asks for', async () => {
  const {guard, start, journal, path, write, sh} = createSandbox()
  write('on', '')
  const job = `touch ${path('runs')}; while [ -e ${path('on')} ]; do sleep 0.05; done`
  const first = start(['run', '--job', 'j', '--', 'sh', '-c', job])
  await until(() => existsSync(path('runs')), 'the start of the job')
  const second = await guard('run', '--job', 'j', '--', 'true')
  const third = await guard('run', '--job', 'j', '--skip-exit-code', '0', '--', 'true')
  await sh('rm on')
  expect((await first.ended).code).toBe(0)
  expect([second.code, third.code]).toEqual([75, 0])
  expect(second.stderr).toMatch(/^guard: j was skipped: it has been running for \d+ s \(run \S+, pid \d+\)/)
  expect(journal('runs.jsonl').filter(({kind}) => kind === 'skipped')).toHaveLength(2)
})

describe('78', () => {
  test('is a job with something wrong in its settings, all problems at once, and it does not run', async () => {
    const {guard, write, path} = createSandbox()
    const job = {command: ['touch', path('ran')], timeuot: '5m', ttl: 'often'}
    write('.guardianrc.json', JSON.stringify({jobs: {j: job}}))
    const {code, stderr} = await guard('run', 'j')
    expect(code).toBe(78)
    expect(stderr).toMatch(/timeuot/)
    expect(stderr).toMatch(/often/)
    expect(existsSync(path('ran'))).toBe(false)
  })

  test('is a secret that the environment does not have', async () => {
    const {guard, write, journal} = createSandbox()
    write('.guardianrc.json', '{"jobs": {"j": {"command": "true", "env": {"API_KEY": {"env": "NO_SUCH_KEY"}}}}}')
    const {code, stderr} = await guard('run', 'j')
    expect(code).toBe(78)
    expect(stderr).toMatch(/jobs\.j\.env\.API_KEY: the environment variable NO_SUCH_KEY is not set/)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'not-started', exitCode: 78})
  })
})

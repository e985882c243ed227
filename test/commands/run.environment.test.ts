import {spawnSync} from 'node:child_process'
import {existsSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, form, guardBin} from '../support/sandbox.js'

/** What a job is told by its environment, and what it may tell back. */

const json = (value: object) => JSON.stringify(value).replaceAll('"', '\\"')

describe('the environment of a job', () => {
  test('names its run', async () => {
    const {guard, journal, stateDir} = createSandbox()
    const {stdout} = await guard('run', '--job', 'j', '--', 'sh', '-c', 'env | grep ^GUARD_ | sort')
    const run = journal('runs.jsonl')[0]?.['run']
    expect(stdout.split('\n')).toEqual([
      'GUARD_ATTEMPT=1',
      `GUARD_BIN=${guardBin}`,
      'GUARD_JOB=j',
      'GUARD_LEASE_TOKEN=1',
      ...(form === 'node' ? [`GUARD_NODE=${process.execPath}`] : []),
      `GUARD_RESULT_FILE=${stateDir}/spool/guard-${run}.result.json`,
      `GUARD_RUN_ID=${run}`,
      `GUARD_STATE_DIR=${stateDir}`,
      '',
    ])
  })

  test('has the variables of the settings and of the caller, TRACEPARENT too', async () => {
    const {guardWith, write} = createSandbox()
    write('key', 'secret from a file\n')
    const env = {FROM_FILE: {file: 'key'}, FROM_ENV: {env: 'CALLER'}, PLAIN: 'plain'}
    write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['env'], env}}}))
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const {stdout} = await guardWith({env: {TRACEPARENT: traceparent, CALLER: 'of the caller'}}, 'run', 'j')
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        `TRACEPARENT=${traceparent}`,
        'FROM_FILE=secret from a file',
        'FROM_ENV=of the caller',
        'PLAIN=plain',
      ]),
    )
  })

  test.each(['NODE_LONG', 'BUN_LONG', 'JSC_LONG', 'LONG'])(
    'has %s, however long the kernel allows it',
    async (name) => {
      const {sh, write} = createSandbox()
      // The kernel allows 128 KiB with the name, the sign and the end.
      write(
        'long.py',
        `import os\nos.environ['${name}'] = 'x' * (131072 - len('${name}=') - 1)\n` +
          `os.execvp('guard', ['guard', 'run', '--', 'sh', '-c', 'env | grep ^${name}= | wc -c'])\n`,
      )
      expect(await sh('exec python3 long.py')).toMatchObject({code: 0, stdout: '131072\n', stderr: ''})
    },
  )

  test.each([
    ['NODE_OPTIONS', '--require'],
    ['BUN_OPTIONS', '--preload'],
  ])('has %s for the job alone, however long it is', async (name, flag) => {
    const {sh, write, path} = createSandbox()
    write('other.cjs', `require('node:fs').writeFileSync(${JSON.stringify(path('ran'))}, '')\n`)
    const value = `${flag}=${path('other.cjs')}${' '.repeat(40_000)}`
    write(
      'long.py',
      `import os\nos.environ['${name}'] = ${JSON.stringify(value)}\nos.execvp('guard', ['guard', 'run', '--', 'true'])\n`,
    )
    expect(await sh('exec python3 long.py')).toMatchObject({code: 0, stderr: ''})
    expect(existsSync(path('ran'))).toBe(false)
  })

  test('of a job inside a job is its own', async () => {
    const {guard, write} = createSandbox()
    write('outer.sh', "guard run --job inner -- sh -c 'echo $GUARD_JOB $GUARD_ATTEMPT'\necho $GUARD_JOB\n")
    expect((await guard('run', '--job', 'outer', 'outer.sh')).stdout).toBe('inner 1\nouter\n')
  })

  test('gives the token that guard lease check knows', async () => {
    const {sh} = createSandbox()
    const job = 'guard lease check j --token $GUARD_LEASE_TOKEN && ! guard lease check j --token 99 2> /dev/null'
    expect((await sh(`guard run --job j -- sh -c '${job}' > /dev/null`)).code).toBe(0)
  })
})

describe('the result file', () => {
  test('outranks the exit code; the code passes through all the same', async () => {
    const {guard, journal} = createSandbox()
    const result = json({outcome: 'degraded', class: 'uw-socket', detail: 'slow feed', metrics: {rows: 120}})
    const {code} = await guard('run', '--job', 'j', '--', 'sh', '-c', `echo "${result}" > $GUARD_RESULT_FILE`)
    expect(code).toBe(0)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({
      outcome: 'degraded',
      class: 'uw-socket',
      detail: 'slow feed',
      metrics: {rows: 120},
      exitCode: 0,
    })
  })

  test('does not outrank a timeout or a signal', async () => {
    const {guard, journal} = createSandbox()
    const write = `echo "${json({outcome: 'healthy'})}" > $GUARD_RESULT_FILE`
    expect((await guard('run', '--job', 'j', '--', 'sh', '-c', `${write}; kill -KILL $$`)).code).toBe(137)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'killed'})
    expect((await guard('run', '--job', 'j', '--timeout', '300ms', '--', 'sh', '-c', `${write}; sleep 9`)).code).toBe(
      124,
    )
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'timed-out'})
  })
})

describe('a crash that exits like a verdict', () => {
  test('a Python traceback with exit code 1 is failed, not degraded', async () => {
    const {guard, journal, write} = createSandbox()
    write('job.py', 'print("working")\nraise ValueError("no such symbol")\n')
    expect((await guard('run', 'job.py')).code).toBe(1)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({
      outcome: 'failed',
      detail: 'Python traceback: ValueError: no such symbol',
    })
  })

  test('an error that a job caught and logged is degraded, as it says', async () => {
    const {sh, journal, write} = createSandbox()
    const caught = 'try:\n  1/0\nexcept Exception:\n  traceback.print_exc()\n'
    write('job.py', `import sys, traceback\n${caught}print("went on")\nsys.exit(1)\n`)
    // In one place, as under cron, the order of the lines tells.
    expect((await sh('exec guard run job.py 2>&1')).stdout).toMatch(/ZeroDivisionError.*\nwent on\n$/)
    expect(journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'degraded'})
  })
})

describe('what runs a script', () => {
  const has = (program: string) => spawnSync(program, ['--version']).status === 0

  const scripts: [name: string, text: string, interpreter: string][] = [
    ['job.py', 'import sys; print("ran", sys.argv[1])', 'python3'],
    ['job.sh', 'echo ran $1', 'bash'],
    ['job.js', 'console.log("ran", process.argv[2])', 'node'],
    ['job.mjs', 'import "node:fs"; console.log("ran", process.argv[2])', 'node'],
    ['job.cjs', 'require("node:fs"); console.log("ran", process.argv[2])', 'node'],
    ['job.rb', 'puts "ran #{ARGV[0]}"', 'ruby'],
    ['job.pl', 'print "ran $ARGV[0]\\n";', 'perl'],
  ]

  test.each(scripts.filter(([, , interpreter]) => has(interpreter)))(
    '%s is run by its extension',
    async (name, text) => {
      const {guard, write} = createSandbox()
      write(name, `${text}\n`)
      expect((await guard('run', name, 'now')).stdout).toBe('ran now\n')
    },
  )

  test('an executable file with a shebang outranks the extension, and the settings both', async () => {
    const {guard, write} = createSandbox()
    write('job.py', '#!/bin/sh\necho shell\n', 0o755)
    expect((await guard('run', 'job.py')).stdout).toBe('shell\n')
    write('.guardianrc.json', '{"jobs": {"j": {"script": "job.py", "interpreter": ["head", "-1"]}}}')
    expect((await guard('run', 'j')).stdout).toBe('#!/bin/sh\n')
    expect((await guard('run', 'job.py')).stdout).toBe('#!/bin/sh\n')
  })

  test('a program without a #! line is run by the shell, found by its path or its name', async () => {
    const {guard, guardWith, write, dir} = createSandbox()
    write('tools/plain', 'echo ran "$@"\n', 0o755)
    expect((await guard('run', '--', './tools/plain', 'a b')).stdout).toBe('ran a b\n')
    const env = {PATH: `${dir}/tools:/usr/bin:/bin`}
    expect((await guardWith({env}, 'run', '--', 'plain', 'now')).stdout).toBe('ran now\n')
    expect((await guard('retry', '--', './tools/plain', 'again')).stdout).toBe('ran again\n')
  })

  test('everything after the name of the script belongs to the script', async () => {
    const {guard, write} = createSandbox()
    write('job.sh', 'echo "$@"\n')
    expect((await guard('run', 'job.sh', '--json', '--', '--timeout', '5', '-x')).stdout).toBe(
      '--json -- --timeout 5 -x\n',
    )
  })
})

describe('GUARD_FULL_CLI=1 behaves the same', () => {
  test.each([
    ['a script with flags of its own', ['run', '--timeout', '9s', 'job.sh', '--json', '--', '-x']],
    ['a command', ['run', '--job', 'j', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3', '--', '--json']],
    ['a flag with =', ['run', '--timeout=9s', '--job=j', '--', 'echo', '--help']],
    ['an unknown flag', ['run', '--nonsense', '--', 'true']],
    ['a bad name', ['run', '--job', '../x', '--', 'true']],
  ])('%s', async (_, args) => {
    const {guard, guardWith, write} = createSandbox()
    write('job.sh', 'echo "$@"\n')
    expect(await guardWith({env: {GUARD_FULL_CLI: '1'}}, ...args)).toEqual(await guard(...args))
  })
})

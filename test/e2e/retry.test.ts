import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, until} from '../support/sandbox.js'

/** A script that counts its attempts in a file and fails in the given ways, then succeeds. */
function failing(...ways: readonly string[]) {
  const sandbox = createSandbox()
  const count = sandbox.path('attempts')
  const cases = ways.map((way, index) => `${index + 1}) ${way} ;;`).join('\n')
  const script = sandbox.write(
    'job.sh',
    `echo x >> "${count}"\ncase $(wc -l < "${count}") in\n${cases}\n*) echo done ;;\nesac\n`,
  )
  const attempts = () => readFileSync(count, 'utf8').length / 2
  return {...sandbox, script, attempts}
}

const quick = ['--delay', '10ms', '--jitter', '0']

test('a command that fails twice and then succeeds exits 0, its output in order', async () => {
  const {guard, script, attempts} = failing('echo HTTP 503 >&2; exit 1', 'echo Connection refused >&2; exit 7')
  const {code, stdout, stderr} = await guard('retry', ...quick, '--', 'sh', script)
  expect({code, stdout, attempts: attempts()}).toEqual({code: 0, stdout: 'done\n', attempts: 3})
  expect(stderr).toBe(
    [
      'HTTP 503',
      'guard: attempt 1 failed (server); the next in 10ms',
      'Connection refused',
      'guard: attempt 2 failed (connection); the next in 20ms',
      '',
    ].join('\n'),
  )
})

test("the last exit code is the command's own after four attempts", async () => {
  const {guard, script, attempts} = failing(...Array.from({length: 9}, (_, index) => `exit ${index + 11}`))
  expect((await guard('retry', ...quick, '--', 'sh', script)).code).toBe(14)
  expect(attempts()).toBe(4)
})

test.each([
  ['auth', 'The requested URL returned error: 403', 1],
  ['not-found', 'HTTP Error 404: Not Found', 1],
  ['validation', '400 Client Error: Bad Request for url', 2],
])('%s is tried as often as its class allows', async (_class, message, expected) => {
  const {guard, script, attempts} = failing(...Array.from({length: 5}, () => `echo "${message}"; exit 1`))
  expect((await guard('retry', ...quick, '--', 'sh', script)).code).toBe(1)
  expect(attempts()).toBe(expected)
})

test('without a limit of its own an attempt still ends by the deadline over all', async () => {
  const {guard} = createSandbox()
  const {code} = await guard('retry', '--timeout', '0', '--deadline', '300ms', '--', 'sleep', '30')
  expect(code).toBe(124)
})

test('a rate limit waits for as long as the answer asked', async () => {
  const {guard, script} = failing('echo "HTTP/1.1 429 Too Many Requests"; echo "retry-after: 1"; exit 1')
  const begun = performance.now()
  const {code, stderr} = await guard('retry', ...quick, '--', 'sh', script)
  expect(code).toBe(0)
  expect(stderr).toMatch(/attempt 1 failed \(rate-limit, asked to wait 1s\); the next in 1\d{3}ms|the next in 1s/)
  expect(performance.now() - begun).toBeGreaterThan(1000)
})

describe('the command', () => {
  const printed = ['sh', '-c', 'printf "<%s>" "$@"', 'sh']
  const shown = (words: readonly string[]) => (words.length === 0 ? '<>' : words.map((word) => `<${word}>`).join(''))

  test('keeps repeated and flag-like arguments as they were given', async () => {
    const {guard} = createSandbox()
    const words = ['-H', 'A: 1', '-H', 'B: 2', 'url', '--attempts', '2', '--json', '--help', '--', '1']
    expect((await guard('retry', '--attempts', '1', '--', ...printed, ...words)).stdout).toBe(shown(words))
  })

  test('is not what a flag has for its value', async () => {
    const {guard} = createSandbox()
    const {code, stdout} = await guard(
      'retry',
      '--target',
      'printf',
      '--delay',
      '1',
      '--',
      'printf',
      '%s ',
      'echo',
      '1',
    )
    expect({code, stdout}).toEqual({code: 0, stdout: 'echo 1 '})
  })

  test('needs no -- before its name, and its own --help is not guard', async () => {
    const {guard} = createSandbox()
    expect((await guard('retry', '--attempts', '1', 'printf', '%s %s', '--help', '-H')).stdout).toBe('--help -H')
  })
})

describe('exit codes', () => {
  test.each([
    ['a time limit is 124', ['--timeout', '200ms', '--attempts', '1', '--', 'sleep', '30'], 124],
    ['a program that is not there is 127', ['--', '/nonexistent/program'], 127],
    ['a file that is no program is 126', ['--', '/etc/passwd'], 126],
    ['a signal is 128 + n', ['--attempts', '1', '--', 'sh', '-c', 'kill -TERM $$'], 143],
    ['no command is wrong usage', [], 64],
    ['a jitter of more than all is wrong usage', ['--jitter', '7', '--', 'true'], 64],
  ])('%s', async (_title, argv, expected) => {
    expect((await createSandbox().guard('retry', ...argv)).code).toBe(expected)
  })
})

test('with a target the breaker is asked before and told after', async () => {
  const {guard, journal} = createSandbox()
  const call = () => guard('retry', '--attempts', '1', '--target', 'api', '--', 'false')
  expect([(await call()).code, (await call()).code, (await call()).code]).toEqual([1, 1, 1])
  const refused = await call()
  expect(refused.code).toBe(69)
  expect(refused.stderr).toContain('not run: api is open')
  expect(journal('breakers.jsonl').map(({kind}) => kind)).toEqual(['failed', 'failed', 'failed', 'opened'])
})

test('a refused request does not open the breaker, because the target answers', async () => {
  const {guard, journal} = createSandbox()
  const call = () => guard('retry', '--attempts', '1', '--target', 'api', '--', 'sh', '-c', 'echo HTTP 401; exit 1')
  for (const _ of [1, 2, 3, 4]) expect((await call()).code).toBe(1)
  expect(journal('breakers.jsonl').map(({kind}) => kind)).toEqual(Array(4).fill('succeeded'))
})

test('a wait that is longer than --max-delay ends the attempts and is said', async () => {
  const {guard, script, attempts} = failing('echo "HTTP 503"; echo "retry-after: 172800"; exit 1')
  const {code, stderr} = await guard('retry', ...quick, '--', 'sh', script)
  expect({code, attempts: attempts()}).toEqual({code: 1, attempts: 1})
  expect(stderr).toContain('no further attempt: asked to wait 2d')
})

test('the processes of a target share one retry budget', async () => {
  const {guard, write} = createSandbox()
  const config = write(
    '.guardianrc.yaml',
    'defaults: {retry: {budget: {ratio: 0.1, reserve: 2}}}\nbreakers: {defaults: {consecutive: 0, recentFailures: 0}}\n',
  )
  const call = () => guard('retry', '--config', config, ...quick, '--attempts', '3', '--target', 'api', '--', 'false')
  expect((await call()).stderr).toContain('gave up after 3 attempts')
  expect((await call()).stderr).toContain('no further attempt: the retry budget of target api is used up')
})

test('a signal ends the command and the retrying', async () => {
  const {start, path, write} = createSandbox()
  const script = write('job.sh', `trap 'exit 9' TERM\necho x >> "${path('attempts')}"\nsleep 30 & wait\n`)
  const running = start(['retry', ...quick, '--', 'sh', script])
  await until(() => tries(path('attempts')) === 1, 'the first attempt')
  running.kill('SIGTERM')
  expect((await running.ended).code).toBe(9)
  expect(tries(path('attempts'))).toBe(1)
})

test('--json prints the report alone', async () => {
  const {guard, script} = failing('echo HTTP 503; exit 1')
  const {stdout} = await guard('retry', ...quick, '--json', '--', 'sh', script)
  expect(JSON.parse(stdout)).toEqual({
    outcome: 'healthy',
    class: 'unknown',
    exitCode: 0,
    attempts: 2,
    stopped: 'healthy',
  })
})

function tries(file: string): number {
  try {
    return readFileSync(file, 'utf8').length / 2
  } catch {
    return 0
  }
}

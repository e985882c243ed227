import {describe, expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'
import {inTerminal} from '../support/terminal.js'

/** What people see who type at a terminal of 80 columns. */

describe('colours', () => {
  const line = 'guard run --job j -- false; guard history j'

  test('are shown', async () => {
    const {stdout} = await inTerminal(createSandbox(), line)
    expect(stdout).toContain('\u001b[')
  })

  test.each([
    ['with NO_COLOR', line, {NO_COLOR: '1'}],
    ['with --no-color', `${line} --no-color`, {}],
  ])('are not shown %s', async (_, typed, env) => {
    const {stdout} = await inTerminal(createSandbox(), typed, env)
    expect(stdout).toMatch(/degraded/)
    expect(stdout).not.toContain('\u001b[')
  })
})

describe("a flag of guard's behind the name of the job", () => {
  const hint = 'guard: --json went to ./job.sh: the flags of guard stand before the name of the job'

  test('goes to the job, which guard says', async () => {
    const box = createSandbox()
    box.write('job.sh', 'echo "got $*"\n')
    const {stdout} = await inTerminal(box, 'guard run ./job.sh --json')
    expect(stdout).toContain(hint)
    expect(stdout).toContain('got --json')
  })

  test('is not spoken of without a terminal', async () => {
    const box = createSandbox()
    box.write('job.sh', 'echo "got $*"\n')
    expect(await box.guard('run', './job.sh', '--json')).toMatchObject({stdout: 'got --json\n', stderr: ''})
  })
})

test('the log of a run that has printed nothing says so to a person, and a pipe gets nothing', async () => {
  const box = createSandbox()
  await box.guard('run', '--job', 'quiet', '--', 'true')
  expect((await inTerminal(box, 'guard logs quiet')).stdout).toMatch(/^guard: run [\w-]{12} has printed nothing\s*$/)
  expect(await box.guard('logs', 'quiet')).toMatchObject({code: 0, stdout: '', stderr: ''})
})

test('help names the version and the runtime as --version does', async () => {
  const {guard} = createSandbox()
  const {stdout: version} = await guard('--version')
  for (const ask of ['--help', 'help']) expect((await guard(ask)).stdout).toContain(`VERSION\n  ${version}`)
})

test.each(['-h', '--help', 'help', 'run -h', 'help run', 'lease --help', 'lease acquire --help'])(
  'guard %s prints help and exits 0',
  async (words) => {
    const box = createSandbox()
    const {code, stdout, stderr} = await box.guard(...words.split(' '))
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toContain('USAGE')
    // Of a template of oclif's nothing is left.
    expect(stdout).not.toContain('<%')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  },
)

test.each(['-v', '--version'])('guard %s prints the version', async (word) => {
  expect((await createSandbox().guard(word)).stdout).toMatch(/^guardian\/\d+\.\d+\.\d+ linux-/)
})

describe('a wait is shown with what it is for and how long it has lasted', () => {
  test.each([
    ['of guard lease acquire', 'guard lease acquire j --ttl 5s --wait 5s', /waiting for the lease of j \([1-5] s\)/],
    [
      'of guard run --overlap wait',
      'guard run --job j --overlap wait --wait 5s -- true',
      /waiting until the other run of j has ended \([1-5] s\)/,
    ],
    [
      'of a retry of guard run',
      `guard run --job retried --retries 1 -- sh -c "sleep 0.1; echo 503 Service Unavailable; exit 1"`,
      /attempt 2 waits \(/,
    ],
    ['of guard run --jitter', 'guard run --job other --jitter 1ms -- echo ran', /ran/],
    [
      'of guard retry',
      `guard retry --attempts 2 --delay 5s --jitter 0 -- sh -c "echo 503 Service Unavailable; exit 1"`,
      /attempt 2 waits \([1-5] s\)/,
    ],
  ])('%s', async (_, line, shown) => {
    const box = createSandbox()
    await box.guard('lease', 'acquire', 'j', '--ttl', '10m')
    const {stdout} = await inTerminal(box, line)
    expect(stdout).toMatch(shown)
  })

  test('and a signal that ends it brings the cursor back', async () => {
    const box = createSandbox()
    await box.guard('lease', 'acquire', 'j', '--ttl', '10m')
    const {stdout} = await inTerminal(box, 'timeout -s INT 5 guard lease acquire j --ttl 5s --wait 30s')
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'))
  })

  test('and not without a terminal', async () => {
    const box = createSandbox()
    await box.guard('lease', 'acquire', 'j', '--ttl', '10m')
    const {stderr} = await box.guard('lease', 'acquire', 'j', '--ttl', '5s', '--wait', '1s')
    expect(stderr).toMatch(/^guard: the lease of j is held by /)
  })
})

describe('lists', () => {
  async function transcript(typed: string): Promise<string[]> {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({jobs: {backup: {command: ['false'], schedule: '30 2 * * *'}}}))
    await box.guard('run', 'backup')
    await box.guard('run', '--job', 'other', '--', 'true')
    const {stdout} = await inTerminal(box, typed, {NO_COLOR: '1'})
    return stdout.trimEnd().split('\n')
  }

  test.each(['history backup', 'history', 'lease list', 'watchdog', 'health'])(
    'guard %s fits into 80 columns',
    async (words) => {
      for (const line of await transcript(`guard ${words}`)) expect(line.length).toBeLessThanOrEqual(80)
    },
  )

  test('have headings, and say what to do next', async () => {
    const [streak, headings, run, next] = await transcript('guard history backup')
    expect(streak).toMatch(/^the last run ended badly, at .*Z$/)
    expect(headings).toMatch(/^STARTED \(UTC\) +OUTCOME +TOOK +RUN +WHAT$/)
    expect(run).toMatch(/^\d+s ago +degraded +\d+ m?s +\S{6} +exit 1$/)
    expect(next).toBe('see its output: guard logs backup')
  })

  test('have the worst first', async () => {
    const lines = await transcript('guard watchdog')
    expect(lines[0]).toMatch(/^JOB +VERDICT +WHY$/)
    expect(lines[1]).toMatch(/^backup +failing /)
  })

  test('guard history JOB --run ID tells all about one run', async () => {
    const box = createSandbox()
    await box.guard('run', '--job', 'j', '--', 'sh', '-c', 'exit 3')
    const [run] = JSON.parse((await box.guard('history', 'j', '--json')).stdout).runs as {id?: string; runId?: string}[]
    const id = run?.runId ?? run?.id ?? ''
    const {stdout} = await box.guard('history', 'j', '--run', id.slice(0, 4))
    expect(stdout).toMatch(new RegExp(`^run +${id}$`, 'm'))
    expect(stdout).toMatch(/^outcome +failed$/m)
    expect(await box.guard('history', 'j', '--run', 'nope')).toMatchObject({code: 64})
  })
})

describe('guard logs', () => {
  const output = 'a\\033[32mgreen\\033[0m\\033]0;title\\007 \\302\\2332J\\r\\nb\\tc\\033[2J\\rover\\033[1mbold\\n'

  async function shown(flags: string): Promise<string> {
    const box = createSandbox()
    box.write('job.sh', `printf '${output}'\n`)
    await box.guard('run', '--no-log-header', '--job', 'j', '--', 'sh', 'job.sh')
    return (await inTerminal(box, `guard logs j ${flags}`)).stdout
  }

  test('lets lines and colours through to a terminal, shows all else, and ends the colours', async () => {
    expect(await shown('')).toBe(
      'a\u001b[32mgreen\u001b[0m\\x1b]0;title\\x07 \\x9b2J\nb\tc\\x1b[2J\\rover\u001b[1mbold\n\u001b[0m',
    )
  })

  test('lets everything through to a terminal with --raw', async () => {
    const text = await shown('--raw')
    expect(text).toContain('\u001b]0;title\u0007 \u009b2J')
    expect(text).toContain('c\u001b[2J\rover')
  })
})

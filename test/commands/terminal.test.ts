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

test.each(['-h', '--help', 'help', 'run -h', 'help run', 'lease --help'])(
  'guard %s prints help and exits 0',
  async (words) => {
    const box = createSandbox()
    const {code, stdout, stderr} = await box.guard(...words.split(' '))
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
    expect(stdout).toContain('USAGE')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  },
)

test.each(['-v', '--version'])('guard %s prints the version', async (word) => {
  expect((await createSandbox().guard(word)).stdout).toMatch(/^guardian\/\d+\.\d+\.\d+ linux-/)
})

import {existsSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, until} from '../support/sandbox.js'

const oneWrong = `
jobs:
  good: {command: [echo, fine]}
  bad: {command: [echo, bad], timeout: soon}
`
const problem = 'jobs.bad.timeout: "soon" is not a duration; write 500ms, 30s, 10m, 2h or 1d'

test('one wrong job does not stop the others, with one warning and one alert', async () => {
  const {guard, write, dir, journal} = createSandbox()
  write('.guardianrc', oneWrong)
  const warning = `guard: ${dir}/.guardianrc has a problem\n    ${problem}\n`
  expect(await guard('run', 'good')).toMatchObject({code: 0, stdout: 'fine\n', stderr: warning})
  expect(await guard('run', 'good')).toMatchObject({code: 0, stdout: 'fine\n', stderr: ''})
  expect(await guard('run', '--', 'echo', 'line')).toMatchObject({code: 0, stdout: 'line\n', stderr: ''})
  const alerts = journal('alerts.jsonl')
  expect(alerts).toMatchObject([{level: 'WARNING', component: 'settings', message: expect.stringContaining(problem)}])
})

test.each([
  ['by its name', ['run', 'bad']],
  ['by its script', ['run', 'bad.sh']],
  ['by --job', ['run', '--job', 'bad', '--', 'touch', 'ran']],
])('the wrong job is refused %s', async (_title, args) => {
  const {guard, write, path} = createSandbox()
  write('.guardianrc', 'jobs: {bad: {script: bad.sh, timeout: soon}}')
  write('bad.sh', 'touch ran')
  const {code, stderr} = await guard(...args)
  expect(code).toBe(78)
  expect(stderr).toContain(`guard: job bad does not run, because its settings are wrong: ${problem}`)
  expect(existsSync(path('ran'))).toBe(false)
})

test.each([
  ['history', ['history', 'good'], /healthy/],
  ['logs', ['logs', 'good'], /fine/],
  ['lease list', ['lease', 'list'], /good/],
  ['health', ['health'], /healthy: *$|healthy/],
  ['config show', ['config', 'show'], /jobs\.good\.command/],
])('%s works with wrong settings', async (_title, args, shown) => {
  const {guard, write} = createSandbox()
  write('.guardianrc', oneWrong)
  await guard('run', 'good')
  const {code, stdout} = await guard(...args)
  expect(code).toBe(0)
  expect(stdout).toMatch(shown)
})

test.each([
  ['why', ['why', 'bad'], 0, `bad is failing: its settings are wrong: ${problem}`],
  ['status', ['status', 'bad'], 1, 'Schedule   not known, because its settings are wrong'],
  ['history', ['history', 'bad'], 0, 'no run of bad is known'],
  ['doctor', ['doctor', '--job', 'bad'], 2, `Settings of bad are wrong: ${problem}`],
  ['completion', ['completion', '--jobs'], 0, 'bad\n'],
  ['budget reset', ['budget', 'reset', 'bad'], 0, 'bad has its recovery budgets back'],
])('%s knows the wrong job', async (_title, args, code, shown) => {
  const {guard, write} = createSandbox()
  write('.guardianrc', oneWrong)
  expect(await guard(...args)).toMatchObject({code, stdout: expect.stringContaining(shown)})
})

test.each([
  ['scheduler next', ['scheduler', 'next', 'bad']],
  ['crontab add', ['crontab', 'add', 'bad']],
  ['trigger', ['trigger', 'bad']],
])('%s, which needs the settings of the wrong job, says what is wrong with them', async (_title, args) => {
  const {guard, write} = createSandbox()
  write('.guardianrc', oneWrong)
  const stderr = expect.stringMatching(/job bad .*are wrong: jobs\.bad\.timeout: /)
  expect(await guard(...args)).toMatchObject({code: 78, stderr})
})

test('where a name is mistyped, that of the wrong job may be meant', async () => {
  const {guard, write} = createSandbox()
  write('.guardianrc', oneWrong)
  const meant = {code: 64, stderr: expect.stringContaining('did you mean bad?')}
  for (const args of [
    ['run', 'bax'],
    ['why', 'bax'],
    ['trigger', 'bax'],
  ])
    expect(await guard(...args)).toMatchObject(meant)
})

test('a command that only reads makes no state directory to record wrong settings in', async () => {
  const {guard, write, stateDir} = createSandbox()
  write('.guardianrc', oneWrong)
  expect((await guard('lease', 'list')).code).toBe(0)
  expect(existsSync(stateDir)).toBe(false)
})

test('on a terminal wrong settings are said each time', async () => {
  const {sh, write} = createSandbox()
  write('.guardianrc', oneWrong)
  for (let time = 0; time < 2; time++) {
    const {stdout} = await sh('script -qec "guard run good" /dev/null')
    expect(stdout).toContain(problem)
  }
})

test.each([
  ['defaults', 'defaults: {timeout: soon}'],
  ['stateDir', 'stateDir: 7'],
])('a wrong part `%s` refuses the jobs by name; scripts and command lines run', async (part, text) => {
  const {guard, write} = createSandbox()
  write('.guardianrc', `${text}\njobs: {good: {command: [echo, fine]}}`)
  write('hello.sh', 'echo hello')
  const {code, stderr} = await guard('run', 'good')
  expect([code, stderr]).toEqual([78, expect.stringContaining(`no job of `)])
  expect(stderr).toContain(`${part}`)
  expect((await guard('run', 'hello.sh')).stdout).toBe('hello\n')
  expect((await guard('run', '--', 'echo', 'line')).stdout).toBe('line\n')
  expect((await guard('watchdog', '--verbose')).stdout).toMatch(/^good {2}failing +no job of /)
})

test('another wrong part is replaced by its defaults', async () => {
  const {guard, write} = createSandbox()
  write('.guardianrc', 'logs: {keep: many}\njobs: {good: {command: [echo, fine]}}')
  expect(await guard('run', 'good')).toMatchObject({code: 0, stdout: 'fine\n'})
  expect((await guard('config', 'show')).stdout).toMatch(/logs\.keep: 5/)
})

test('config check names what is missing on the machine, and what may hang', async () => {
  const {guard, write, dir} = createSandbox()
  write('.guardianrc.json', '\uFEFF{"jobs": {"a": {"command": ["no-such-program"], "schedule": "* * * * *"}}}')
  write('.guardianrc.yaml', '')
  expect(await guard('config', 'check')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `warning: ${dir}/.guardianrc.yaml is not used, because ${dir}/.guardianrc.json comes first
warning: jobs.a.command no-such-program is not there
note: jobs.a has neither timeout nor silence, so a run may hang for ever
${dir}/.guardianrc.json is right; jobs: 1
`,
  })
})

test('a file that cannot be read as YAML keeps its state directory, so that a job beside it does not run twice', async () => {
  const {guardWith, start, write, path} = createSandbox()
  const env = {GUARD_STATE_DIR: ''}
  const right = 'stateDir: own\njobs: {scan: {command: [sleep, "60"]}}\n'
  write('.guardianrc', right)
  const first = start(['run', 'scan'], {env})
  await until(() => existsSync(path('own/runs.jsonl')), 'the first run')
  write('.guardianrc', `${right}  - broken\n`)
  const second = await guardWith({env}, 'run', '--job', 'scan', '--', 'sh', '-c', 'echo beside')
  expect([second.code, second.stdout]).toEqual([75, ''])
  const plan = await guardWith({env}, 'watchdog', '--dry-run')
  expect([plan.code, plan.stdout]).toEqual([78, 'no job is watched\n'])
  expect(plan.stderr).toContain('.guardianrc cannot be loaded')
  expect(existsSync(path('home/.local/state/guard'))).toBe(false)
  first.kill('SIGTERM')
  await first.ended
})

test('config check shows the line where YAML is wrong', async () => {
  const {guard, write, dir} = createSandbox()
  write('.guardianrc', 'jobs:\n  scan: {timeout: 5m\n')
  expect(await guard('config', 'check')).toMatchObject({
    code: 78,
    stderr: `guard: ${dir}/.guardianrc cannot be loaded: unexpected end of the stream within a flow collection (3:1)
    line 2:   scan: {timeout: 5m
  - correct it and check it: guard config check
`,
  })
})

test('a command that needs just the wrong part is refused, with every problem', async () => {
  const {guard, write} = createSandbox()
  write('.guardianrc.yaml', 'breakers: {targets: {feed: {failures: many}, api: {failures: 3}, fee: {failures: 3}}}\n')
  expect(await guard('breaker', 'check', 'feed')).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('breakers.targets.feed.failures: "many"'),
  })
  for (const right of ['api', 'fee']) expect(await guard('breaker', 'check', right)).toMatchObject({code: 0})
})

test('a settings file that is not text reaches neither terminal nor log as it is, and a secret in a wrong line not at all', async () => {
  const {guard, write, path} = createSandbox()
  write('.guardianrc.json', '\u001b[31m\u0007{"jobs": \u001b]0;title\u0007')
  const {stderr} = await guard('run', '--', 'true')
  const check = await guard('config', 'check')
  const said = [stderr, check.stderr, readFileSync(path('state/logs/guardian.log'), 'utf8')]
  for (const text of said) expect(text).not.toMatch(/[^\P{Cc}\n\t]/u)
  write('.guardianrc.json', '{"jobs": {"a": {"env": {"API_TOKEN": "hunter2hunter2"]}}')
  expect((await guard('config', 'check')).stderr).toMatch(/line 1: .*\*\*\*/)
  await guard('run', '--', 'true')
  expect(readFileSync(path('state/alerts.jsonl'), 'utf8')).not.toContain('hunter2')
})

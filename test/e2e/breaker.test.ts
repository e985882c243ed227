import {execa} from 'execa'
import {expect, test} from 'vitest'
import {createSandbox, guardBin} from '../support/sandbox.js'

test('three recorded failures open a breaker for the next process, and closing by hand lets it through', async () => {
  const {guard, journal} = createSandbox()
  expect(await guard('breaker', 'check', 'api')).toMatchObject({code: 0, stdout: 'api may be called\n'})
  for (let call = 0; call < 2; call++) await guard('breaker', 'record', 'api', '--failure')
  const third = await guard('breaker', 'record', 'api', '--failure')
  expect(third.stdout).toBe('recorded; api opened for 30s: 3 failures in a row\n')

  const refused = await guard('breaker', 'check', 'api')
  expect(refused).toMatchObject({code: 69, stdout: ''})
  expect(refused.stderr).toContain('guard: api is open: 3 failures in a row')
  const json = await guard('breaker', 'check', 'api', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: {kind: 'breaker-open'},
    target: 'api',
    retryAt: expect.any(String),
  })

  await guard('breaker', 'close', 'api')
  expect((await guard('breaker', 'check', 'api')).code).toBe(0)
  expect(journal('breakers.jsonl').map(({kind}) => kind)).toEqual(['failed', 'failed', 'failed', 'opened', 'closed'])
})

test('a run that is refused (401) does not open the shared breaker of its job, one of a server fault does', async () => {
  const {guard, write} = createSandbox()
  const job = write('job.sh', 'echo "HTTP $1"; exit 1\n')
  const config = write(
    '.guardianrc.yaml',
    `breakers: {defaults: {forgetAfter: 1d}}\njobs: {j: {script: ${job}, breaker: {target: api}}}\n`,
  )
  const run = (status: string) => guard('run', '--config', config, '--no-recover', 'j', status)
  for (const _ of [1, 2, 3]) expect((await run('401')).code).toBe(1)
  expect((await guard('breaker', 'check', 'api')).code).toBe(0)
  for (const _ of [1, 2, 3]) await run('503')
  expect(await run('503')).toMatchObject({
    ...{code: 69, stdout: ''},
    stderr: expect.stringContaining('breaker api is open: 3 failures in a row'),
  })
})

test('an isolated target is listed with its reason, and a reset forgets it', async () => {
  const {guard} = createSandbox()
  expect((await guard('breaker', 'list')).stdout).toBe('no breakers yet\n')
  await guard('breaker', 'isolate', 'feed', '--for', '2h', '--reason', 'vendor maintenance')
  expect((await guard('breaker', 'list')).stdout).toMatch(/^feed {2}isolated {2}vendor maintenance; next probe in /)
  expect(JSON.parse((await guard('breaker', 'list', '--json')).stdout)).toMatchObject({
    breakers: [{target: 'feed', state: 'isolated', reason: 'feed is isolated: vendor maintenance'}],
  })
  expect((await guard('breaker', 'check', 'feed')).code).toBe(69)
  await guard('breaker', 'reset', 'feed')
  expect((await guard('breaker', 'list')).stdout).toBe('no breakers yet\n')
})

test.each([
  ['a target whose name leaves the folder', ['breaker', 'check', '../x']],
  ['a record that says neither success nor failure', ['breaker', 'record', 'api']],
  ['an isolation without a reason', ['breaker', 'isolate', 'api']],
  ['an opening for no duration', ['breaker', 'open', 'api', '--for', 'soon']],
])('%s is wrong usage', async (_title, argv) => {
  expect((await createSandbox().guard(...argv)).code).toBe(64)
})

test('of 50 processes at one half-open breaker one is the probe, and its word settles the breaker for all', async () => {
  const {guard, journal} = createSandbox()
  await guard('breaker', 'open', 'api', '--for', '1ms')
  const all = await Promise.all(
    Array.from({length: 50}, () => guard('breaker', 'check', 'api', '--pid', `${process.pid}`)),
  )
  expect(all.filter(({code}) => code === 0).map(({stdout}) => stdout)).toEqual([
    'api may be called: this call is the probe\n',
  ])
  expect(all.filter(({code}) => code === 69)).toHaveLength(49)

  const told = await guard('breaker', 'record', 'api', '--success', '--pid', `${process.pid}`)
  expect(told.stdout).toBe('recorded; api closed\n')
  expect(journal('breakers.jsonl').at(-1)).toMatchObject({kind: 'closed', by: 'probe'})
}, 120_000)

test('a probe whose process has ended makes room for the next at once', async () => {
  const {guard, env, dir} = createSandbox()
  await guard('breaker', 'open', 'api', '--for', '1ms')
  // The shell that starts guard is who probes, and it ends without a word.
  const script = `"${guardBin}" breaker check api; exit $?`
  const check = () => execa('sh', ['-c', script], {env: env(), extendEnv: false, cwd: dir, reject: false})
  expect((await check()).exitCode).toBe(0)
  expect((await check()).exitCode).toBe(0)
})

import {chmodSync} from 'node:fs'
import {expect, test} from 'vitest'
import {type StandInState, standIn, tick} from '../support/openclaw-stand-in.js'
import {createSandbox, until} from '../support/sandbox.js'

/** A stand-in OpenClaw with a wedged job, settings that name the job, and an empty state directory. */
function world(state: Partial<StandInState> = {}) {
  const sandbox = createSandbox()
  const stand = standIn({version: '2026.5.28', jobs: [tick], ...state})
  const settings = {
    watchdog: {bootGrace: '0s'},
    jobs: {tick: {command: ['true']}},
    openclaw: {command: stand.command, url: 'http://127.0.0.1:9', timeout: '20s', jobs: {tick: {id: tick.id}}},
    resetDaemon: {minInterval: '0s'},
  }
  sandbox.write('.guardianrc.json', JSON.stringify(settings))
  const ask = (line: string) => {
    sandbox.write('state/openclaw_reset_requests.jsonl', line, 0o600)
    chmodSync(sandbox.stateDir, 0o700)
  }
  const wish = JSON.stringify({
    job_id: tick.id,
    job_name: 'Tick',
    reason: 'runningAtMs stuck 180s',
    requested_at: new Date().toISOString(),
    attempts: 1,
    running_at_ms: tick.state.runningAtMs,
  })
  const kinds = () => sandbox.journal('openclaw_reset_results.jsonl').map(({kind}) => kind)
  return {...sandbox, stand, ask, wish, kinds}
}

test('one round answers a line that another program wrote, and says how', async () => {
  const {guard, ask, wish, stand} = world()
  ask(`${wish}\n`)
  const {code, stdout} = await guard('reset-daemon', '--json')
  const round = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(round).toMatchObject({
    answered: [
      {requestId: expect.stringMatching(/^line-/), job: 'tick', openclawId: tick.id, ok: true, outcome: 'reset'},
    ],
    waiting: [],
    pending: [],
    unreadable: 0,
  })
  expect(
    round.answered[0].steps.map(({step, outcome}: {step: string; outcome: string}) => `${step} ${outcome}`),
  ).toEqual(['read ok', 'cancel skipped', 'disable ok', 'wait-for-marker ok', 'enable ok', 'verify ok'])
  expect(stand.read().jobs[0]).toMatchObject({enabled: true})
  expect(await guard('reset-daemon')).toMatchObject({code: 0, stdout: ''})
  expect((await guard('reset-daemon', '--verbose')).stdout).toBe('there are no pending reset requests\n')
})

test('a job that has run since the request is not reset: the request is withdrawn, with exit code 0', async () => {
  const {guard, ask, wish, stand, journal} = world()
  ask(`${wish}\n`)
  expect((await guard('run', 'tick')).code).toBe(0)
  const {code, stdout} = await guard('reset-daemon', '--json')
  expect(JSON.parse(stdout).answered).toMatchObject([
    {job: 'tick', openclawId: tick.id, ok: false, outcome: 'withdrawn', detail: expect.stringContaining('ended since')},
  ])
  expect(code).toBe(0)
  expect(stand.read().calls?.filter((call) => /cancel|disable/.test(call))).toEqual([])
  expect(stand.read().jobs[0]).toMatchObject({enabled: true, state: tick.state})
  expect(journal('openclaw_reset_results.jsonl').at(-1)).toMatchObject({kind: 'result', outcome: 'withdrawn'})
})

test('a request of the watchdog is withdrawn once the job is well and its incident is over', async () => {
  const {guard, stand, journal} = world()
  await guard('watchdog')
  expect(journal('openclaw_reset_requests.jsonl')).toMatchObject([{job: 'tick', incident: expect.any(String)}])
  await guard('run', 'tick')
  await guard('watchdog')
  expect(journal('incidents.jsonl').map(({kind}) => kind)).toContain('resolved')
  const {code, stdout} = await guard('reset-daemon')
  expect(stdout).toContain('withdrawn')
  expect(stdout).toContain('the incident of the request is over')
  expect(code).toBe(0)
  expect(stand.read().calls?.filter((call) => /cancel|disable/.test(call))).toEqual([])
})

test.each([
  ['not-enabled', {jobs: [{...tick, enabled: false}]}, {}, 0],
  ['nothing-to-reset', {jobs: [{...tick, state: {}}]}, {running_at_ms: undefined}, 0],
  ['expired', {}, {requested_at: '2026-01-01T00:00:00Z'}, 0],
  ['gone', {jobs: []}, {}, 1],
  ['failed', {faults: [{on: 'cron disable', do: 'system-owned', times: 1}]}, {}, 1],
])(
  'a request that is answered %s ends the round with the right exit code',
  async (outcome, state, change, exitCode) => {
    const {guard, ask, wish} = world(state)
    ask(`${JSON.stringify({...JSON.parse(wish), ...change})}\n`)
    const {code, stdout} = await guard('reset-daemon', '--json')
    expect(JSON.parse(stdout).answered).toMatchObject([{ok: false, outcome}])
    expect(code).toBe(exitCode)
  },
)

test('a job that hangs in 2026.2.17 is reset as well, without `get` and `tasks`', async () => {
  const {guard, ask, wish, stand} = world({version: '2026.2.17'})
  ask(`${wish}\n`)
  expect((await guard('reset-daemon')).stdout).toContain('reset')
  expect(stand.read().jobs[0]).toMatchObject({enabled: true})
})

test('lines that are not JSON or not a request are counted, and do not delay the others', async () => {
  const {guard, ask, wish} = world()
  ask(`no json\n{"hello":"world"}\n${wish}\n`)
  const {stdout, code} = await guard('reset-daemon')
  expect(stdout).toContain('openclaw_reset_requests.jsonl: 2 lines are not a request')
  expect(code).toBe(0)
})

test('lines of any length do not delay the others', async () => {
  const {guard, ask, wish} = world()
  const long = 'x'.repeat(70_000)
  const lines = [{reason: long}, {request_id: long}, {job_id: long}].map((change) => {
    return JSON.stringify({...JSON.parse(wish), job_id: 'not allowed', ...change})
  })
  ask(`${lines.join('\n')}\n${wish}\n`)
  const round = JSON.parse((await guard('reset-daemon', '--json')).stdout)
  expect(round).toMatchObject({answered: [{outcome: 'refused'}, {outcome: 'reset'}], unreadable: 2})
})

test('an id that the settings do not name is refused with 1, and OpenClaw is not called', async () => {
  const {guard, ask, stand, kinds} = world()
  ask('{"job_id":"--all","reason":"mischief"}\n')
  const {code, stdout} = await guard('reset-daemon', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout).answered).toMatchObject([{ok: false, outcome: 'refused'}])
  expect(stand.read().calls).toBeUndefined()
  expect(kinds()).toEqual(['claimed', 'result'])
})

test('the control characters of an id are shown', async () => {
  const {guard, ask, wish} = world()
  ask(`${JSON.stringify({...JSON.parse(wish), job_id: '\u001b[31mred\u0007'})}\n`)
  const rounds = [await guard('reset-daemon', '--dry-run'), await guard('reset-daemon')]
  for (const {stdout} of rounds) expect(stdout).toMatch(/refused {1,2}\\x1b\[31mred\\x07 /)
})

test('a dry run prints what would be done and does nothing', async () => {
  const {guard, ask, wish, stand} = world()
  ask(`${wish}\n`)
  const {code, stdout} = await guard('reset-daemon', '--dry-run', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    planned: [{job: 'tick', openclawId: tick.id, do: 'reset', reason: 'runningAtMs stuck 180s'}],
  })
  expect(stand.read().calls).toBeUndefined()
})

test('a daemon that is killed between disable and enable leaves a pending enable, which the next round does', async () => {
  const {start, guard, ask, wish, stand, journal} = world({faults: [{on: 'cron enable', do: 'hang', times: 1}]})
  ask(`${wish}\n`)
  const dying = start(['reset-daemon'])
  await until(() => stand.read().calls?.some((call) => call.startsWith('cron enable')) === true, 'the enable hangs')
  dying.kill('SIGKILL')
  await dying.ended
  expect(stand.read().jobs[0]).toMatchObject({enabled: false})
  const {code, stdout} = await guard('reset-daemon', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    pending: [{openclawId: tick.id, state: 'confirmed', detail: 'confirmed'}],
    answered: [{ok: true, outcome: 'reset'}],
  })
  expect(stand.read().jobs[0]).toMatchObject({enabled: true})
  expect(journal('openclaw_reset_results.jsonl').filter(({kind}) => kind === 'result')).toHaveLength(1)
})

test('of two daemons at once the second exits with 75', async () => {
  const {start, guard, ask, wish, stand} = world({faults: [{on: 'cron disable', do: 'hang', times: 1}]})
  ask(`${wish}\n`)
  const first = start(['reset-daemon'])
  await until(
    () => stand.read().calls?.some((call) => call.startsWith('cron disable')) === true,
    'the first is at work',
  )
  const second = await guard('reset-daemon')
  expect(second.code).toBe(75)
  expect(second.stderr).toContain('guard-reset-daemon')
  first.kill('SIGKILL')
  await first.ended
})

test('a watch answers new requests, prints a line for each round, and ends with 0 after a signal', async () => {
  const {start, ask, wish, stand} = world()
  ask(`${wish}\n`)
  const watching = start(['reset-daemon', '--watch', '1s', '--json'])
  await until(() => stand.read().calls?.some((call) => call === '--version') === true, 'the request is answered')
  await until(() => stand.read().jobs[0]?.['enabled'] === true, 'the job is enabled')
  watching.kill('SIGTERM')
  const {code, stdout} = await watching.ended
  expect(code).toBe(0)
  const rounds = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(rounds).toMatchObject([{answered: [{ok: true}]}])
})

test('settings without OpenClaw give it nothing to do, which only a terminal is told', async () => {
  const {guard, write, sh} = createSandbox()
  write('.guardianrc.json', '{}')
  expect(await guard('reset-daemon')).toMatchObject({code: 0, stdout: '', stderr: ''})
  expect(await guard('reset-daemon', '--dry-run')).toMatchObject({code: 0, stdout: '', stderr: ''})
  const {code, stdout} = await sh('script -qec "guard reset-daemon" /dev/null')
  expect([code, stdout]).toEqual([0, expect.stringContaining('has no part "openclaw": nothing is reset')])
})

test('a wrong part `openclaw` is 78 for the reset daemon, a wrong job in it is not', async () => {
  const {guard, write} = createSandbox()
  write('.guardianrc.json', '{"openclaw": {"timeout": "soon"}}')
  const {code, stderr} = await guard('reset-daemon')
  expect([code, stderr]).toEqual([78, expect.stringContaining('openclaw.timeout: "soon" is not a duration')])
  write('.guardianrc.json', '{"openclaw": {"jobs": {"a": {"id": "x"}}}}')
  expect((await guard('reset-daemon')).code).toBe(0)
})

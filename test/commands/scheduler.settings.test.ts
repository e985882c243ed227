import {existsSync, readFileSync, renameSync, rmSync, statSync, symlinkSync} from 'node:fs'
import {expect, test} from 'vitest'
import {until} from '../support/sandbox.js'
import {raisedBy, type SchedulerBox, schedulerBox, untilRecords} from '../support/scheduler.js'

/** What a scheduler, and those who ask for it, make of settings that are wrong. */

const one = "one: {command: ['true'], schedule: '@every 1s'}"
const broken = (box: SchedulerBox) => box.write('.guardianrc', 'jobs: [\n', 0o600)
const logOf = (box: SchedulerBox, name: string) => readFileSync(`${box.stateDir}/logs/${name}`, 'utf8')

test('broken settings let a scheduler that runs be: start finds it, and restart does not stop it', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(one)
  const pid = await box.begin()
  broken(box)
  expect(await box.guard('scheduler', 'start')).toMatchObject({
    code: 0,
    stdout: `the scheduler runs already, pid ${pid}\n`,
  })
  const restarted = await box.guard('scheduler', 'restart')
  expect(restarted.code).toBe(78)
  expect(restarted.stderr).toContain('cannot be loaded')
  expect(box.living()).toEqual([pid])
})

test('broken settings are told in one line, once in each log, and only of a scheduler that runs as not in use', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(one)
  await box.begin()
  broken(box)
  await untilRecords(() => box.records('reloaded'), 1, 'the refusal')
  const {stdout} = await box.guard('scheduler', 'status')
  expect(stdout).toMatch(/^settings refused .*, the former ones are in use: .*\(2:1\); line 1: jobs: \[$/m)
  for (const name of ['scheduler.log', 'guardian.log']) {
    const lines = logOf(box, name)
      .split('\n')
      .filter((line) => line.includes('former settings'))
    expect(lines).toEqual([expect.stringMatching(/goes on with its former settings: .*; line 1: jobs: \[$/)])
  }
  await box.guard('scheduler', 'stop')
  expect((await box.guard('scheduler', 'status')).stdout).not.toContain('in use')
})

test.each([
  ['broken', (box: SchedulerBox) => broken(box)],
  ['gone', (box: SchedulerBox) => rmSync(box.path('.guardianrc'))],
])(
  'while the settings file is %s, jobs are run by the former settings, and one alert says so',
  {
    timeout: 60_000,
  },
  async (_, spoil) => {
    const job = "tick: {command: [sh, -c, 'echo ran >> seen'], schedule: '* * * * * *', catchUp: skip}"
    const box = schedulerBox(job)
    const ran = () => readFileSync(box.path('seen'), 'utf8').trimEnd().split('\n').length
    await box.begin()
    await untilRecords(() => box.runs('ended'), 1, 'run')
    spoil(box)
    await untilRecords(() => box.records('reloaded'), 1, 'the refusal')
    const before = ran()
    await until(() => ran() >= before + 3, 'runs by the former settings')
    expect(statSync(`${box.stateDir}/scheduler.settings.json`).mode & 0o777).toBe(0o600)
    box.settings(job)
    await untilRecords(() => box.records('reloaded'), 2, 'the reload')
    const slots = box.records('fired').length
    await untilRecords(() => box.records('fired'), slots + 2, 'slots')
    await box.guard('scheduler', 'stop')
    expect(ran()).toBeLessThanOrEqual(box.records('fired').length)
    expect(existsSync(`${box.stateDir}/scheduler.settings.json`)).toBe(false)
    expect(raisedBy(box).size).toBe(1)
  },
)

test('a settings file that is back, and a link to another one, are read within seconds', {
  timeout: 60_000,
}, async () => {
  const two = one.replace('one:', 'two:')
  const box = schedulerBox(one)
  await box.begin()
  const reloadedBy = async (change: () => void, problem: string | undefined) => {
    const before = box.records('reloaded').length
    change()
    await until(() => box.records('reloaded').length > before, 'the reload')
    expect(box.records('reloaded').at(-1)?.['problem']).toBe(problem)
  }
  await reloadedBy(() => rmSync(box.path('.guardianrc')), 'the settings file is gone')
  await reloadedBy(() => box.settings(two), undefined)
  const linkTo = (name: string) => {
    symlinkSync(name, box.path('aside'))
    renameSync(box.path('aside'), box.path('.guardianrc'))
  }
  for (const [name, job] of Object.entries({a: one, b: two})) box.write(name, `jobs:\n  ${job}\n`, 0o600)
  await reloadedBy(() => linkTo('a'), undefined)
  await reloadedBy(() => linkTo('b'), undefined)
})

test('a change of logDir is refused with what helps, and the former settings stay', {timeout: 60_000}, async () => {
  const box = schedulerBox(one)
  await box.begin()
  box.write('.guardianrc', `logDir: other\njobs:\n  ${one}\n  two: {command: ['true'], schedule: '@every 1s'}\n`, 0o600)
  await untilRecords(() => box.records('reloaded'), 1, 'the refusal')
  const refused = /logDir was changed: restart the scheduler \(guard scheduler restart\)/
  expect(box.records('reloaded')).toEqual([expect.objectContaining({problem: expect.stringMatching(refused)})])
  expect((await box.guard('scheduler', 'status', '--state-dir', box.stateDir)).stdout).toMatch(refused)
  expect(logOf(box, 'scheduler.log')).toMatch(refused)
  expect(box.journal('alerts.jsonl').filter(({component}) => component === 'scheduler')).toHaveLength(1)
  const before = box.records('fired').length
  await untilRecords(() => box.records('fired'), before + 2, 'slots')
  expect(box.records('fired').filter(({job}) => job === 'two')).toEqual([])
  expect((await box.guard('scheduler', 'restart')).code).toBe(0)
  await until(() => box.records('fired').some(({job}) => job === 'two'), 'a slot of the new job')
})

test('next exits with 78 and the reason for settings that cannot be used, and for a job whose own are wrong', async () => {
  const box = schedulerBox("one: {command: ['true'], schedule: '0 2 * * *'}\ntwo: {command: ['true'], schedule: never}")
  expect(await box.guard('scheduler', 'next')).toMatchObject({code: 0, stdout: expect.stringContaining('one')})
  const ofJob = await box.guard('scheduler', 'next', 'two')
  expect(ofJob.code).toBe(78)
  expect(ofJob.stderr).toContain('jobs.two.schedule')
  broken(box)
  for (const words of [[], ['one']]) {
    const next = await box.guard('scheduler', 'next', ...words)
    expect(next.code).toBe(78)
    expect(next.stderr).toContain('cannot be loaded')
  }
})

test('a job whose own settings become wrong is not started, the others are, and log and status say why', {
  timeout: 60_000,
}, async () => {
  const two = "two: {command: ['true'], schedule: '@every 1s'}"
  const box = schedulerBox(`${one}\n${two}`)
  await box.begin()
  box.settings(`${one}\n${two.replace('@every 1s', 'never')}`)
  await untilRecords(() => box.records('reloaded'), 1, 'reload')
  const text = /two is not started, because its settings are wrong: .*jobs\.two\.schedule/
  expect(logOf(box, 'scheduler.log')).toMatch(text)
  expect((await box.guard('scheduler', 'status')).stdout).toMatch(text)
  expect((await box.status()).json['wrongJobs']).toMatchObject([{job: 'two'}])
  const before = box.records('fired').length
  await untilRecords(() => box.records('fired'), before + 2, 'slots')
  expect(
    box
      .records('fired')
      .slice(before)
      .map(({job}) => job),
  ).not.toContain('two')
  box.settings(`${one}\n${two}`)
  await until(() => box.records('reloaded').length > 1, 'the next reload')
  expect((await box.status()).json).not.toHaveProperty('wrongJobs')
})

test('a second scheduler is told what it can do, and no flag that it does not have', async () => {
  const box = schedulerBox(one)
  await box.begin()
  const {code, stderr} = await box.guard('scheduler', 'run')
  expect(code).toBe(75)
  expect(stderr).toContain('guard scheduler stop')
  expect(stderr).not.toContain('--wait')
})

import {expect, test} from 'vitest'
import {isAlive, until} from '../support/sandbox.js'
import {type SchedulerBox, schedulerBox, untilRecords} from '../support/scheduler.js'

const idle = "idle: {command: ['true'], schedule: '0 0 1 1 *'}"

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(pid), 'its end')
}

function alertsOf(box: SchedulerBox) {
  return box.journal('alerts.jsonl').filter(({component}) => component === 'scheduler')
}

test('a killed scheduler is started again by the watchdog, which says so once', {timeout: 60_000}, async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  await kill(pid)
  const round = await box.guard('watchdog')
  expect(round.stderr).toMatch(/the scheduler is dead: it was started on .*; it was started again/)
  expect(box.living()).toHaveLength(1)
  expect(box.living()).not.toContain(pid)
  expect(alertsOf(box)).toMatchObject([{level: 'WARNING'}])
  expect((await box.guard('watchdog')).stderr).toBe('')
})

test('one that dies again and again is started three times an hour, then a person is called once', {
  timeout: 90_000,
}, async () => {
  const box = schedulerBox(idle)
  await box.begin()
  for (let turn = 0; turn < 3; turn++) {
    await kill(box.living()[0] ?? 0)
    await box.guard('watchdog')
  }
  expect(box.living()).toHaveLength(1)
  await kill(box.living()[0] ?? 0)
  const refused = await box.guard('watchdog')
  expect(refused.stderr).toContain('it is not started again: it was started again 3 times within an hour')
  expect((await box.guard('watchdog')).stderr).toBe('')
  expect(box.living()).toEqual([])
  expect(alertsOf(box).filter(({level}) => level === 'CRITICAL')).toHaveLength(1)
})

test('one that was stopped stays stopped', async () => {
  const box = schedulerBox(idle)
  await box.begin()
  await box.guard('scheduler', 'stop')
  expect((await box.guard('watchdog')).stderr).toBe('')
  expect(box.living()).toEqual([])
})

test('health, status and doctor name a dead scheduler, and one that was stopped by its time', {
  timeout: 90_000,
}, async () => {
  const box = schedulerBox(idle)
  const pid = await box.begin()
  const checkOf = async () => {
    const {stdout} = await box.guard('health', '--json')
    const {checks} = JSON.parse(stdout) as {checks: {check: string; verdict: string; reason: string}[]}
    return checks.find(({check}) => check === 'scheduler')
  }
  expect(await checkOf()).toMatchObject({verdict: 'healthy', reason: `the scheduler runs, pid ${pid}`})
  await kill(pid)
  expect(await checkOf()).toMatchObject({verdict: 'unhealthy'})
  expect((await box.guard('status')).stdout).toContain('the scheduler is dead')
  expect((await box.guard('doctor')).stdout).toContain('Scheduler is not at work')
  await box.guard('scheduler', 'stop')
  expect(await checkOf()).toMatchObject({verdict: 'healthy'})
  expect((await box.guard('status')).stdout).toMatch(/the scheduler was stopped on \d+ \w{3} at \d\d:\d\d/)
})

test('where no scheduler ever ran, nothing speaks of it', async () => {
  const box = schedulerBox(idle)
  await box.guard('run', '--', 'true')
  const texts = [await box.guard('status'), await box.guard('doctor'), await box.guard('watchdog')]
  for (const {stdout, stderr} of texts) expect(stdout + stderr).not.toMatch(/scheduler (is|was|runs)/i)
  const health = JSON.parse((await box.guard('health', '--json')).stdout) as {checks: {check: string; reason: string}[]}
  expect(health.checks.map(({check}) => check)).not.toContain('scheduler')
})

test('why a job has not run names the scheduler that was stopped', {timeout: 60_000}, async () => {
  const box = schedulerBox("job: {command: ['true'], schedule: '* * * * * *', grace: 1s}")
  await box.begin()
  await untilRecords(() => box.runs('ended'), 1, 'run')
  await box.guard('scheduler', 'stop')
  const page = await box.guard('status', 'job')
  expect(page.stdout).toMatch(/The scheduler was stopped on \d+ \w{3} at \d\d:\d\d\./)
})

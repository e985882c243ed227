import {readFileSync, renameSync} from 'node:fs'
import {expect, onTestFinished, test} from 'vitest'
import {isAlive, until} from '../support/sandbox.js'
import {type SchedulerBox, schedulerBox, untilRecords} from '../support/scheduler.js'

/** A state directory that is removed, or comes back empty, while a scheduler runs. */

const tick = "tick: {command: ['true'], schedule: '* * * * * *'}"

const killAfterwards = (pid: number) => onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')))

/** At once, while the scheduler writes into it. */
const remove = (box: SchedulerBox) => renameSync(box.stateDir, box.path('removed'))

test('a scheduler whose state directory was removed ends once another one has started there', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(tick)
  const old = await box.begin()
  killAfterwards(old)
  await untilRecords(() => box.runs('ended'), 1, 'run')
  // One that looks before the other has started goes on in a directory of its own.
  process.kill(old, 'SIGSTOP')
  remove(box)
  const next = await box.begin()
  expect(next).not.toBe(old)
  process.kill(old, 'SIGCONT')
  await until(() => !isAlive(old), 'the end of the old one')
  await untilRecords(() => box.runs('ended'), 2, 'runs')
  expect(await box.status()).toMatchObject({code: 0, json: {pid: next}})
  await box.guard('scheduler', 'stop')
  expect(isAlive(next)).toBe(false)
  expect((await box.status()).code).toBe(3)
})

test('a scheduler whose state directory came back empty has its start, its heartbeat and its pid file there, too', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(tick)
  const pid = await box.begin()
  killAfterwards(pid)
  remove(box)
  // A state directory is made by whatever writes into it first.
  expect((await box.guard('run', '--job', 'other', '--', 'true')).code).toBe(0)
  await untilRecords(() => box.runs('ended'), 3, 'runs')
  expect(box.records('started')).toMatchObject([{pid}])
  expect(box.records('heartbeat')).toHaveLength(1)
  expect(readFileSync(`${box.stateDir}/scheduler.pid`, 'utf8')).toBe(`${pid}\n`)
  expect(await box.status()).toMatchObject({code: 0, json: {pid, heartbeat: expect.anything()}})
  process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(pid), 'its end')
  expect(await box.status()).toMatchObject({code: 1, json: {state: 'dead'}})
})

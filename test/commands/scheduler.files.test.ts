import {execFileSync} from 'node:child_process'
import {appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {describe, expect, onTestFinished, test} from 'vitest'
import {isAlive, isRoot, until} from '../support/sandbox.js'
import {schedulerBox, untilRecords} from '../support/scheduler.js'

/** What stands in the way of the scheduler's files: something else, or no room. */

const idle = "idle: {command: ['true'], schedule: '0 0 1 1 *'}"

test('a FIFO in the place of its log refuses the start with 74, and is named', async () => {
  const box = schedulerBox(idle)
  mkdirSync(`${box.stateDir}/logs`, {recursive: true, mode: 0o700})
  execFileSync('mkfifo', [`${box.stateDir}/logs/scheduler.log`])
  expect(await box.guard('scheduler', 'start')).toMatchObject({
    code: 74,
    stderr: expect.stringMatching(/scheduler\.log cannot be written \(ENXIO\)\n {2}- move away what is there/),
  })
  expect(box.living()).toEqual([])
})

test('a folder in the place of its pid file refuses the start with 70 and the reason', async () => {
  const box = schedulerBox(idle)
  mkdirSync(`${box.stateDir}/scheduler.pid`, {recursive: true, mode: 0o700})
  expect(await box.guard('scheduler', 'start')).toMatchObject({
    code: 70,
    stderr: expect.stringContaining('scheduler.pid cannot be written (EISDIR)'),
  })
  expect(box.living()).toEqual([])
})

/** On a full disk a file takes what fits into its last page; other journals still have room there. */
function fillLastPage(file: string): void {
  refusedForSpace(() => appendFileSync(file, '\n'.repeat(4096)))
}

function refusedForSpace(write: () => void): void {
  expect(write).toThrow(expect.objectContaining({code: 'ENOSPC'}))
}

describe.skipIf(!isRoot)('on a full disk', () => {
  const roomyBox = (jobs: string) => {
    const box = schedulerBox(jobs)
    mkdirSync(box.stateDir, {recursive: true, mode: 0o700})
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k,mode=700', 'tmpfs', box.stateDir])
    onTestFinished(() => void execFileSync('umount', ['-l', box.stateDir]))
    const fill = `${box.stateDir}/fill`
    const fillUp = () => refusedForSpace(() => writeFileSync(fill, Buffer.alloc(700 * 1024)))
    return {box, fillUp, free: () => rmSync(fill)}
  }

  test('the start is refused with the reason, which its log cannot take', async () => {
    const {box, fillUp} = roomyBox(idle)
    fillUp()
    expect(await box.guard('scheduler', 'start')).toMatchObject({code: 70, stderr: expect.stringContaining('ENOSPC')})
    expect(box.living()).toEqual([])
  })

  test('a slot whose run cannot be recorded is run, and not once more by the next scheduler', {
    timeout: 60_000,
  }, async () => {
    const {box, fillUp, free} = roomyBox('')
    const ran = box.path('ran')
    box.settings(`tick: {command: [sh, -c, 'echo x >> ${ran}'], schedule: '* * * * * *', catchUp: skip}`)
    const runs = () => readFileSync(ran, 'utf8').split('\n').filter(Boolean).length
    const env = {GUARD_RELAUNCH_MS: '1500'}
    const pid = await box.begin({env})
    await untilRecords(() => box.runs('ended'), 2, 'runs')
    const before = runs()
    fillUp()
    fillLastPage(`${box.stateDir}/runs.jsonl`)
    const recorded = box.runs('started').length
    await until(() => runs() >= before + 3, 'runs without a record')
    expect(box.runs('started').length).toBeLessThan(recorded + 3)
    free()
    await untilRecords(() => box.records('fired'), box.records('fired').length + 2, 'slots')
    process.kill(pid, 'SIGKILL')
    await until(() => !isAlive(pid), 'its end')
    await box.begin({env})
    await untilRecords(() => box.records('fired'), box.records('fired').length + 4, 'slots')
    await box.guard('scheduler', 'stop')
    expect(runs()).toBeLessThanOrEqual(box.records('fired').length)
  })
})

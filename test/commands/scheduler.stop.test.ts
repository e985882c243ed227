import {readdirSync} from 'node:fs'
import {expect, onTestFinished, test} from 'vitest'
import {readProc} from '../support/processes.js'
import {isAlive, until} from '../support/sandbox.js'
import {type SchedulerBox, schedulerBox, untilRecords} from '../support/scheduler.js'

/** `guard scheduler stop --jobs`: what the scheduler has started is ended, and nothing else. */

/** Numbers of the processes of this sandbox with such a command line. */
function pidsWith({stateDir}: SchedulerBox, isOne: (words: readonly string[]) => boolean): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    const isHere = readProc(pid, 'environ').split('\0').includes(`GUARD_STATE_DIR=${stateDir}`)
    return isHere && isOne(readProc(pid, 'cmdline').split('\0'))
  })
}

/** Those of its guards that have these words in their command line, one after the other. */
function guardsWith(asked: readonly string[], box: SchedulerBox): readonly number[] {
  return pidsWith(box, (words) => words.join('\0').includes(`\0${asked.join('\0')}\0`))
}

/** One that has just ended by itself needs none. */
function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

test('runs that may overlap are ended, too, and their job is named once', {timeout: 60_000}, async () => {
  const box = schedulerBox("par: {command: [sleep, '300'], schedule: '* * * * * *', overlap: allow, killAfter: 1s}")
  await box.begin()
  await untilRecords(() => box.runs('started'), 3, 'runs')
  const stopped = await box.guard('scheduler', 'stop', '--jobs')
  expect(stopped).toMatchObject({code: 0})
  expect(stopped.stdout).toMatch(/^ended: par$/m)
  const begun = box.runs('started').map(({run}) => run)
  expect(
    box
      .runs('ended')
      .map(({run}) => run)
      .sort(),
  ).toEqual(begun.sort())
  expect(guardsWith(['--slot'], box)).toEqual([])
})

test("a guard that waits for another caller's run is ended, and that run goes on", {timeout: 60_000}, async () => {
  const box = schedulerBox("w: {command: [sleep, '300'], schedule: '* * * * * *', overlap: wait, killAfter: 1s}")
  const byHand = box.guard('run', 'w')
  await untilRecords(() => box.runs('started'), 1, 'run')
  const endByHand = () => signalAll(guardsWith(['run', 'w'], box), 'SIGTERM')
  onTestFinished(endByHand)
  await box.begin()
  let waiting: readonly number[] = []
  await until(() => {
    waiting = guardsWith(['--slot'], box)
    return waiting.length > 0
  }, 'a guard that waits')
  const stopped = await box.guard('scheduler', 'stop', '--jobs')
  expect(stopped.stdout).not.toContain('ended')
  expect(waiting.filter(isAlive)).toEqual([])
  expect(box.runs('ended')).toEqual([])
  endByHand()
  await byHand
  expect(box.runs('started')).toHaveLength(1)
})

test('guards that wait for their jitter are ended, also those of schedulers that were killed or stopped before', {
  timeout: 60_000,
}, async () => {
  const late = (job: string) => `${job}: {command: ['true'], schedule: '* * * * * *', jitter: 30d}`
  const box = schedulerBox(late('one'))
  const waiting = () => guardsWith(['--slot'], box)
  const another = schedulerBox(late('another'))
  await another.begin()
  const pid = await box.begin()
  await until(() => waiting().length > 0, 'a guard that waits')
  const first = waiting()
  process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(pid), 'the end of the scheduler')
  box.settings(`${late('one')}\n${late('two')}`)
  await box.begin()
  await until(() => guardsWith(['two'], box).length > 0, 'another one')
  await box.guard('scheduler', 'stop')
  await until(() => guardsWith(['--slot'], another).length > 0, 'one of another state directory')
  const [own, others] = [waiting(), guardsWith(['--slot'], another)]
  expect(own).toEqual(expect.arrayContaining([...first]))
  await box.begin()
  const stopped = await box.guard('scheduler', 'stop', '--jobs')
  expect(stopped).toMatchObject({code: 0})
  expect(waiting()).toEqual([])
  expect(others.filter(isAlive)).toEqual(others)
})

test.each(['allow', 'skip'])(
  'a job whose guard was killed is ended, also what has left its group (overlap: %s)',
  {timeout: 60_000},
  async (overlap) => {
    const command = JSON.stringify(['sh', '-c', 'setsid sleep 301 & sleep 300'])
    const box = schedulerBox(`par: {command: ${command}, schedule: '* * * * * *', overlap: ${overlap}}`)
    await box.begin()
    const sleepers = () => pidsWith(box, (words) => words[0] === 'sleep' && (words[1] === '300' || words[1] === '301'))
    await until(() => sleepers().length >= 2, 'the job')
    const stopped = await box.guard('scheduler', 'stop')
    expect(stopped.code).toBe(0)
    signalAll(guardsWith(['--slot'], box), 'SIGKILL')
    await until(() => guardsWith(['--slot'], box).length === 0, 'the end of the guards')
    expect(sleepers().length).toBeGreaterThan(1)
    expect((await box.guard('scheduler', 'stop', '--jobs')).stdout).toMatch(/^ended: par$/m)
    expect(sleepers()).toEqual([])
    // Nothing has recorded the ends yet.
    expect((await box.status()).json).toMatchObject({running: []})
    expect((await box.guard('scheduler', 'stop', '--jobs')).stdout).not.toContain('ended')
  },
)

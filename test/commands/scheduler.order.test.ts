import {readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {until} from '../support/sandbox.js'
import {type SchedulerBox, schedulerBox, untilRecords} from '../support/scheduler.js'

/** Which slots start, in which order, and which are given up: through the program. */

const idle = "idle: {command: ['true'], schedule: '0 0 1 1 *'}"

const of = (box: SchedulerBox, kind: string, name: string) => box.runs(kind).filter(({job}) => job === name)

test('a job that waits for its own run takes one place of maxParallel, and the others go on', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(idle)
  const waits = "w: {command: [sleep, '300'], schedule: '* * * * * *', overlap: wait, killAfter: 1s}"
  const quick = "tick: {command: ['true'], schedule: '* * * * * *'}"
  box.write('.guardianrc', `scheduler: {maxParallel: 2}\njobs:\n  ${waits}\n  ${quick}\n`, 0o600)
  await box.begin()
  await until(() => of(box, 'started', 'w').length === 1, 'the run of w')
  const before = of(box, 'started', 'tick').length
  await until(() => of(box, 'started', 'tick').length >= before + 4, 'more runs of tick')
  expect(of(box, 'started', 'w')).toHaveLength(1)
  expect((await box.status()).json['running']).toContainEqual(expect.objectContaining({job: 'w'}))
  const stopped = await box.guard('scheduler', 'stop', '--jobs')
  expect(stopped.stdout).toContain('ended: w')
  expect(of(box, 'started', 'w')).toHaveLength(1)
})

test('a job that waits for its jitter takes no place of maxParallel, and the others go on', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(idle)
  const late = "late: {command: ['true'], schedule: '* * * * * *', jitter: 30d}"
  const quick = "tick: {command: ['true'], schedule: '* * * * * *'}"
  box.write('.guardianrc', `scheduler: {maxParallel: 1}\njobs:\n  ${late}\n  ${quick}\n`, 0o600)
  await box.begin()
  await until(() => box.records('fired').some(({job}) => job === 'late'), 'the slot of late')
  const before = of(box, 'started', 'tick').length
  await until(() => of(box, 'started', 'tick').length >= before + 4, 'more runs of tick')
  expect(of(box, 'started', 'late')).toEqual([])
})

test('a slot that has waited as long as its job allows is skipped on record', {timeout: 60_000}, async () => {
  const box = schedulerBox(
    "w: {command: [sleep, '300'], schedule: '* * * * * *', overlap: wait, wait: 2s, killAfter: 1s}",
  )
  await box.begin()
  await untilRecords(() => box.runs('skipped'), 2, 'skipped slots')
  const [, second] = box.records('fired')
  expect(box.runs('skipped')[0]).toMatchObject({slot: second?.['key']})
  expect(String(box.runs('skipped')[0]?.['reason'])).toContain('the wait is over')
  expect(box.runs('started')).toHaveLength(1)
})

test('with catchUp: all the slots of a short absence are run one after the other, and none is lost', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox("cu: {command: [sleep, '0.6'], schedule: '*/2 * * * * *', catchUp: all}")
  await box.begin()
  await untilRecords(() => box.runs('started'), 1, 'run')
  await box.guard('scheduler', 'stop')
  const stoppedAt = Number(box.records('stopped')[0]?.['at'])
  await until(() => Date.now() > stoppedAt + 9000, 'some slots')
  const seen = box.records('fired').length
  await box.begin()
  await untilRecords(() => box.records('fired'), seen + 5, 'slots')
  const fired = box.records('fired').map(({key}) => key)
  await until(() => fired.every((key) => box.runs('started').some(({slot}) => slot === key)), 'their runs')
  const slots = box.runs('started').map(({slot}) => String(slot))
  expect(slots).toEqual(slots.toSorted())
  expect(box.runs('skipped')).toEqual([])
})

test('slots of a job that is taken out of the settings are given up, on record, by a scheduler that runs', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(idle)
  const long = "long: {command: [sleep, '300'], schedule: '* * * * * *', overlap: allow, killAfter: 1s}"
  const limited = (job: string) => box.write('.guardianrc', `scheduler: {maxParallel: 1}\njobs:\n  ${job}\n`, 0o600)
  limited(long)
  await box.begin()
  await untilRecords(() => box.records('fired'), 4, 'slots')
  expect(queuedOf(await box.status())).not.toEqual([])
  limited(idle)
  await until(() => box.records('dropped').length >= 2, 'slots that are given up')
  expect(queuedOf(await box.status())).toEqual([])
  expect(box.records('dropped')[0]).toMatchObject({job: 'long', reason: expect.stringContaining('no longer')})
  expect(readFileSync(`${box.stateDir}/logs/scheduler.log`, 'utf8')).toContain(
    'is not started any more: the settings have its job no longer',
  )
})

test('slots of a job that was taken out of the settings meanwhile are given up by the next scheduler', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(idle)
  const long = "long: {command: [sleep, '300'], schedule: '* * * * * *', overlap: wait, killAfter: 1s}"
  box.settings(long)
  await box.begin()
  await untilRecords(() => box.records('fired'), 3, 'slots')
  await box.guard('scheduler', 'stop', '--jobs')
  expect(queuedOf(await box.status())).not.toEqual([])
  box.settings(idle)
  await box.begin()
  await untilRecords(() => box.records('dropped'), 1, 'slots that are given up')
  expect(queuedOf(await box.status())).toEqual([])
})

function queuedOf({json}: Awaited<ReturnType<SchedulerBox['status']>>): unknown {
  return json['queued']
}

import {existsSync, readdirSync, readFileSync, readlinkSync, renameSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {isAlive, until} from '../support/sandbox.js'
import {eachSecond, raisedBy, type SchedulerBox, schedulerBox, untilRecords} from '../support/scheduler.js'

const isLong = process.env['GUARD_TORTURE'] === 'long'
const killer = join(import.meta.dirname, '../support/kill-at-write.cjs')
const quickly = {env: {GUARD_RELAUNCH_MS: '1000'}}

/** Slots by the first record of each, and how often a run began for it. */
function startsOfSlots(box: SchedulerBox): ReadonlyMap<string, number> {
  const starts = new Map<string, number>()
  for (const {slot} of box.runs('started')) starts.set(String(slot), (starts.get(String(slot)) ?? 0) + 1)
  return starts
}

const nameOf = (slotMs: number) => `tick#${new Date(slotMs).toISOString()}`

/**
 * Stops the scheduler once the run of its `count`th slot has begun. Of those after it, each of which has one run at most,
 * some may wait for the next scheduler.
 *
 * @returns that slot
 */
async function stopAfter(box: SchedulerBox, count: number): Promise<number> {
  await untilRecords(() => box.records('fired'), count, 'slots')
  const slotMs = Number(box.records('fired')[count - 1]?.['slot'])
  await until(() => startsOfSlots(box).has(nameOf(slotMs)), 'the run of the last slot')
  await box.guard('scheduler', 'stop')
  return slotMs
}

/** That each second since the job was adopted has one run that began, and that each of these ran the job once. */
async function expectExactlyOnce(box: SchedulerBox, lastMs: number): Promise<void> {
  const [adopted] = box.records('adopted')
  const firstMs = Math.ceil((Number(adopted?.['at']) + 1) / 1000) * 1000
  const seconds = Array.from({length: (lastMs - firstMs) / 1000 + 1}, (_, index) => nameOf(firstMs + index * 1000))
  await until(() => seconds.every((second) => startsOfSlots(box).has(second)), 'a run for each second')
  await until(() => ticks(box) >= startsOfSlots(box).size, 'the last run')
  const ran = ticks(box)
  const starts = startsOfSlots(box)
  expect([...starts].filter(([, count]) => count !== 1)).toEqual([])
  expect(ran).toBeLessThanOrEqual(starts.size)
}

function ticks(box: SchedulerBox): number {
  return existsSync(box.path('ticks')) ? readFileSync(box.path('ticks'), 'utf8').length / 2 : 0
}

const all = ', catchUp: {mode: all, limit: 100}'

// The lease is the first write, then started, heartbeat, adopted; then one fired each second.
const kills = isLong
  ? Array.from({length: 12}, (_, index) => index + 1).flatMap((nth) => [`before ${nth}`, `after ${nth}`])
  : ['after 2', 'before 5', 'after 5']

test.each(kills)(
  'a scheduler that is killed %s of its writes runs no slot twice and loses none',
  {timeout: 60_000},
  async (kill) => {
    const box = schedulerBox(idle)
    box.settings(eachSecond(box, all))
    const killed = await box.guardWith(
      {preload: killer, env: {...quickly.env, GUARD_TEST_KILL: kill}},
      'scheduler',
      'run',
    )
    expect(killed.signal ?? killed.code).toBe('SIGKILL')
    const before = box.records('fired').length
    await box.guardWith(quickly, 'scheduler', 'start')
    await expectExactlyOnce(box, await stopAfter(box, before + 3))
  },
)

const idle = "idle: {command: ['true'], schedule: '0 0 1 1 *'}"

test('slots of a time without a scheduler are caught up in their order, one at a time', {timeout: 60_000}, async () => {
  const box = schedulerBox(idle)
  box.settings(`tick: {command: [sh, -c, 'sleep 0.2; echo x >> ${box.path('ticks')}'], schedule: '* * * * * *'${all}}`)
  await box.begin()
  await untilRecords(() => box.records('fired'), 1, 'slot')
  await box.guard('scheduler', 'stop')
  const seen = box.records('fired').length
  await until(() => Date.now() > Number(box.records('stopped')[0]?.['at']) + 4000, 'some slots')
  await box.begin()
  await untilRecords(() => box.records('fired'), seen + 5, 'slots')
  await box.guard('scheduler', 'stop')
  const slots = box.runs('started').map(({slot}) => String(slot))
  expect(slots).toEqual(slots.toSorted())
  expect(new Set(slots).size).toBe(slots.length)
})

test('a scheduler that was halted across slots decides on each of them, and runs none twice', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(idle)
  box.settings(eachSecond(box, all))
  const pid = await box.begin()
  await untilRecords(() => box.records('fired'), 2, 'slots')
  process.kill(pid, 'SIGSTOP')
  const halted = Date.now()
  await until(() => Date.now() > halted + 4000, 'some slots')
  process.kill(pid, 'SIGCONT')
  await expectExactlyOnce(box, await stopAfter(box, 8))
})

test('a state directory that goes and comes back ends nothing, and no slot is run twice', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox(idle)
  box.settings(eachSecond(box, all))
  const pid = await box.begin()
  await untilRecords(() => box.records('fired'), 2, 'slots')
  renameSync(box.stateDir, `${box.stateDir}.away`)
  const gone = Date.now()
  await until(() => Date.now() > gone + 3000, 'some slots')
  expect(existsSync(box.stateDir)).toBe(false)
  renameSync(`${box.stateDir}.away`, box.stateDir)
  const before = box.records('fired').length
  await untilRecords(() => box.records('fired'), before + 3, 'slots')
  expect(isAlive(pid)).toBe(true)
  await box.guard('scheduler', 'stop')
  const slots = box.runs('started').map(({slot}) => slot)
  expect(slots.length).toBe(new Set(slots).size)
})

test('a job that never ends is skipped at its next slots, and others run on time', {timeout: 60_000}, async () => {
  const box = schedulerBox(
    "long: {command: [sleep, '300'], schedule: '* * * * * *'}\nquick: {command: ['true'], schedule: '* * * * * *'}",
  )
  await box.begin()
  await until(() => box.runs('skipped').filter(({job}) => job === 'long').length >= 2, 'skipped runs')
  expect(box.runs('started').filter(({job}) => job === 'long')).toHaveLength(1)
  await until(() => box.runs('started').filter(({job}) => job === 'quick').length > 1, 'runs of the other one')
})

const manyJobs = isLong ? 1000 : 40

test(`of ${manyJobs} jobs that are due in one second each is started once, no more than maxParallel at a time`, {
  timeout: 900_000,
}, async () => {
  const box = schedulerBox(idle)
  const running = box.path('running')
  const count = `mkdir -p ${running}; : > ${running}/$$; ls ${running} | wc -l >> ${box.path('counts')}; sleep 0.1`
  box.write('job.sh', `${count}; rm ${running}/$$; echo $GUARD_JOB >> ${box.path('ran')}`)
  // One generation, so that the test finds all records in one file.
  await box.begin({env: {GUARD_COMPACT_BYTES: '100000000'}})
  const slotMs = await adoptedInTime(box, (schedule) => {
    const job = `{command: [sh, '${box.path('job.sh')}'], schedule: '${schedule}', timezone: UTC}`
    const jobs = Array.from({length: manyJobs}, (_, index) => `  j${index}: ${job}`)
    box.write('.guardianrc', `scheduler: {maxParallel: 4}\njobs:\n${jobs.join('\n')}\n`, 0o600)
  })
  const ran = () => (existsSync(box.path('ran')) ? linesOf(box, 'ran') : [])
  await until(() => ran().length >= manyJobs, 'all of them', 800_000)
  // A line that is being written cannot be parsed.
  const ends = () => readFileSync(`${box.stateDir}/runs.jsonl`, 'utf8').split('"kind":"ended"').length - 1
  await until(() => ends() >= manyJobs, 'the last end')
  await box.guard('scheduler', 'stop')
  const starts = box.runs('started')
  const keys = Array.from({length: manyJobs}, (_, index) => `j${index}#${new Date(slotMs).toISOString()}`)
  expect(starts.map(({slot}) => slot).sort()).toEqual(keys.sort())
  expect(ran().sort()).toEqual(keys.map((key) => key.split('#')[0]).sort())
  expect(Math.max(...linesOf(box, 'counts').map(Number))).toBeLessThanOrEqual(4)
  const late = starts.map(({at}) => Number(at) - slotMs).sort((one, other) => one - other)
  console.log(`${manyJobs} jobs due in one second: late by ${late[0]} ms (first) to ${late.at(-1)} ms (last)`)
})

/** Has all jobs due in one second for which the scheduler has seen them in time. @returns the slot, ms */
async function adoptedInTime(box: SchedulerBox, write: (schedule: string) => void): Promise<number> {
  for (let leadMs = 5000; ; leadMs *= 2) {
    const slot = new Date(Math.ceil((Date.now() + leadMs) / 1000) * 1000)
    write(`${slot.getUTCSeconds()} ${slot.getUTCMinutes()} ${slot.getUTCHours()} * * *`)
    const id = `${slot.getUTCSeconds()} ${slot.getUTCMinutes()} ${slot.getUTCHours()} * * * UTC`
    const seen = () => box.records('adopted').filter(({schedule, at}) => schedule === id && Number(at) < Number(slot))
    await until(() => seen().length === manyJobs || Date.now() > Number(slot) + 1000, 'the jobs', leadMs + 10_000)
    if (seen().length === manyJobs) return Number(slot)
  }
}

function linesOf(box: SchedulerBox, name: string): string[] {
  return readFileSync(box.path(name), 'utf8').trim().split('\n')
}

test('settings that change are read anew, broken ones are refused once, and the former ones stay', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox("one: {command: ['true'], schedule: '@every 1s'}")
  const pid = await box.begin()
  await untilRecords(() => box.runs('started'), 1, 'run')
  box.settings("one: {command: ['true'], schedule: '@every 1s'}\ntwo: {command: ['true'], schedule: '@every 1s'}")
  await until(() => box.runs('started').some(({job}) => job === 'two'), 'a run of the new job')
  box.write('.guardianrc', 'jobs: [', 0o600)
  await until(() => box.records('reloaded').some(({problem}) => problem !== undefined), 'the refusal')
  const fired = box.records('fired').length
  await untilRecords(() => box.records('fired'), fired + 2, 'slots of the former settings')
  process.kill(pid, 'SIGHUP')
  await until(
    () => box.records('reloaded').filter(({problem}) => problem !== undefined).length > 1,
    'the refusal at HUP',
  )
  expect(raisedBy(box).size).toBe(1)
  expect((await box.status()).json['lastReload']).toMatchObject({ok: false})
  box.settings("two: {command: ['true'], schedule: '@every 1s'}")
  await until(() => box.records('reloaded').at(-1)?.['problem'] === undefined, 'settings that can be used')
  expect(box.living()).toEqual([pid])
})

test('a slot whose run finds a broken file before the scheduler does is run by the former settings', {
  timeout: 60_000,
}, async () => {
  const box = schedulerBox("one: {command: ['true'], schedule: '* * * * * *', overlap: allow}")
  await box.begin()
  await untilRecords(() => box.runs('started'), 1, 'run')
  // A little before a slot: its run reads the file before half a second of quiet is over.
  await until(() => Date.now() % 1000 > 850, 'the end of a second')
  box.write('.guardianrc', 'jobs: [', 0o600)
  const before = box.records('fired').length
  await untilRecords(() => box.records('fired'), before + 3, 'slots')
  const keys = box.records('fired').map(({key}) => key)
  await until(() => keys.every((key) => box.runs('started').some(({slot}) => slot === key)), 'their runs')
  expect(box.records('reloaded')).toMatchObject([{problem: expect.anything()}])
})

test('no process of a run is a child that keeps the output of the one that started the scheduler', async () => {
  const box = schedulerBox("one: {command: [sleep, '30'], schedule: '@every 1s'}")
  await box.sh('exec 7>held; guard scheduler start')
  await untilRecords(() => box.runs('started'), 1, 'run')
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const holders = pids.filter((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === box.path('held'))
    } catch {
      return false
    }
  })
  expect(holders).toEqual([])
})

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

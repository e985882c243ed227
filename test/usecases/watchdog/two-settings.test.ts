import {expect, test} from 'vitest'
import type {WatchedJob} from '../../../src/domain/watchdog/watched-job.js'
import {watchdogRound} from '../../../src/usecases/watchdog/watchdog-round.js'
import {hour, minute} from '../../support/job-facts.js'
import {judge, scan, watchdogWorld} from '../../support/watchdog-world.js'

/** The settings files of two projects with one state directory, and a job that each of them names. */
const [first, second] = ['/first', '/second']
const anyOutput = {files: ['out'], minSizeBytes: 0, contains: [], lacks: []}
const job = (name: string) => ({...scan, name, openclawId: undefined})

function twoProjects() {
  const world = watchdogWorld()
  const {clock, journals, deps, seen} = world
  /** By settings file; by the others the job has none. */
  const outputs = new Map<string, WatchedJob['outputs']>()
  const roundBy = (settingsFile: string, names: readonly string[], isRun: boolean) => {
    const jobs = names.map((name) => ({...job(name), outputs: outputs.get(settingsFile) ?? []}))
    const plan = {...world.plan, judge: {...judge, settingsFile, isRun}, jobs, hasSettings: !isRun}
    return watchdogRound(deps, plan)
  }
  return {
    clock,
    gone: seen.gone,
    outputs,
    seen,
    alerts: world.alerts,
    fail: (name: string) => world.run('failed', name),
    succeed: (name: string) => world.run('healthy', name),
    /** A round of the watchdog with these settings, which name these jobs. @returns the jobs whose incidents it orphans */
    async round(settingsFile: string, ...names: readonly string[]): Promise<readonly string[]> {
      const claim = {
        kind: 'claimed',
        job: 'guard-watchdog',
        holder: 'w',
        ttlMs: minute,
        settingsFile,
        lateAfterMs: hour,
      }
      const {record, state} = journals.leases.append(claim, 'durable')
      const {orphaned} = await roundBy(settingsFile, names, false)
      const token = state.byJob.get('guard-watchdog')?.token
      const end = {kind: 'released', job: 'guard-watchdog', claim: record.id, token, status: 'ok'}
      journals.leases.append(end, 'durable')
      clock.advance(minute)
      return orphaned.map(({job: name}) => name)
    },
    judgeOwn: (settingsFile: string, name: string) => roundBy(settingsFile, [name], true),
    open: () => [...journals.incidents.read().open.keys()],
    recorded: (kind: string) => journals.incidents.lines.filter((line) => line['kind'] === kind),
  }
}

test('each watchdog keeps its hands off the incidents of the other, and ends those of its own that its settings name no longer', async () => {
  const {round, fail, open, recorded} = twoProjects()
  for (const name of ['a', 'b']) fail(name)
  expect([await round(first, 'a'), await round(second, 'b')]).toEqual([[], []])
  expect([await round(first, 'a'), await round(second, 'b'), open()]).toEqual([[], [], ['a', 'b']])
  expect([await round(first), open()]).toEqual([['a'], ['b']])
  expect(recorded('unwatched')).toMatchObject([{jobs: ['a'], settingsFile: first}])
  expect(await round(first)).toEqual([])
})

test('rounds that find nothing new record nothing', async () => {
  const {round, recorded} = twoProjects()
  for (let rounds = 0; rounds < 3; rounds++)
    await Promise.all([await round(first, 'a', 'both'), await round(second, 'b', 'both')])
  expect(recorded('watched').map(({settingsFile, jobs}) => [settingsFile, jobs])).toEqual([
    [first, ['a', 'both']],
    [second, ['b', 'both']],
  ])
  expect(recorded('unwatched')).toEqual([])
})

test('a job that both name is watched until neither does', async () => {
  const {round, fail, open} = twoProjects()
  fail('both')
  await round(first, 'both')
  await round(second, 'both')
  expect([await round(first), open()]).toEqual([[], ['both']])
  expect([await round(second), open()]).toEqual([['both'], []])
})

test('a job that moves to the other settings while it is in trouble goes on with an incident of those', async () => {
  const {round, fail, open} = twoProjects()
  fail('a')
  await round(first, 'a')
  expect([await round(first), open()]).toEqual([['a'], []])
  expect([await round(second, 'a'), open()]).toEqual([[], ['a']])
})

test('incidents of a watchdog that has made no round for a day are ended by the other', async () => {
  const {round, fail, clock, open} = twoProjects()
  fail('a')
  await round(first, 'a')
  clock.advance(23 * hour)
  expect([await round(second), open()]).toEqual([[], ['a']])
  clock.advance(hour)
  expect([await round(second), open()]).toEqual([['a'], []])
})

test('incidents of a watchdog whose settings file is gone are ended by the other once it is late', async () => {
  const {round, fail, clock, gone, open} = twoProjects()
  fail('a')
  await round(first, 'a')
  gone.add(first)
  expect([await round(second), open()]).toEqual([[], ['a']])
  clock.advance(2 * hour)
  expect([await round(second), open()]).toEqual([['a'], []])
})

test('an incident that a run opened is ended by no watchdog while its settings file is there', async () => {
  const {round, fail, judgeOwn, gone, open} = twoProjects()
  fail('a')
  await judgeOwn(first, 'a')
  expect([await round(second, 'b'), open()]).toEqual([[], ['a']])
  gone.add(first)
  expect([await round(second, 'b'), open()]).toEqual([['a'], []])
})

test('an incident of a job that no settings name is ended by its runs alone, until a watchdog watches it', async () => {
  const {round, fail, judgeOwn, clock, open} = twoProjects()
  fail('loose')
  await judgeOwn('', 'loose')
  clock.advance(48 * hour)
  expect([await round(second, 'b'), open()]).toEqual([[], ['loose']])
  expect(await round(second, 'b', 'loose')).toEqual([])
  expect([await round(second, 'b'), open()]).toEqual([['loose'], []])
})

test('of two watchdogs that judge one job by different rules, the one that opened an incident alone ends it', async () => {
  const {round, succeed, clock, outputs, seen, open, alerts, recorded} = twoProjects()
  outputs.set(first, [{...anyOutput, maxAgeMs: 30 * minute}])
  seen.outputs = [{newest: undefined}]
  for (let rounds = 0; rounds < 40; rounds++) {
    succeed('both')
    await round(first, 'both')
    await round(second, 'both')
  }
  expect([open(), recorded('opened').length, recorded('resolved')]).toEqual([['both'], 1, []])
  expect(alerts()).toHaveLength(1)
  seen.outputs = [{newest: {path: 'out', modifiedAt: clock.now(), size: 1}}]
  await round(first, 'both')
  expect(open()).toEqual([])
})

test('an incident of a watchdog that makes no rounds any more is ended by the other one that watches the job', async () => {
  const {round, fail, succeed, clock, open} = twoProjects()
  fail('both')
  await round(first, 'both')
  succeed('both')
  await round(second, 'both')
  expect(open()).toEqual(['both'])
  clock.advance(2 * hour)
  succeed('both')
  await round(second, 'both')
  expect(open()).toEqual([])
})

test('bad content in an output is told in time beside a watchdog to which other outputs of the job are good', async () => {
  const {round, succeed, clock, outputs, seen, open} = twoProjects()
  for (const file of [first, second]) outputs.set(file, [{...anyOutput, maxAgeMs: hour}])
  const look = async (file: string, problem?: string) => {
    seen.outputs = [{newest: {path: 'out', modifiedAt: clock.now(), size: 1, ...(problem && {problem})}}]
    await round(file, 'both')
  }
  succeed('both')
  for (let rounds = 0; rounds < 10; rounds++) {
    await look(first, 'is empty')
    await look(second)
  }
  expect(open()).toEqual(['both'])
})

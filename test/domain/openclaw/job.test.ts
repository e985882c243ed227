import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {parseOpenClawJob, parseOpenClawJobs} from '../../../src/domain/openclaw/job.js'

const captured = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/openclaw', name), 'utf8'))

test.each([
  ['2026.2.17/list-running.stdout', 3, 'Hanging isolated', 1795304196807],
  ['2026.5.28/list-wedged.stdout', 1, 'Tick', 1795305407198],
  ['2026.7.1-2/list-wedged.stdout', 2, undefined, undefined],
  ['2026.9.6/list-all.stdout', 5, undefined, undefined],
])('the list of %s is read whole', (file, count, name, marker) => {
  const list = parseOpenClawJobs(captured(file))
  expect(list?.complete).toBe(true)
  expect(list?.jobs).toHaveLength(count)
  if (name !== undefined) expect(list?.jobs.find((job) => job.name === name)?.runningAtMs).toBe(marker)
})

test('the fields of a job stand where every version puts them', () => {
  const job = parseOpenClawJobs(captured('2026.2.17/list-running.stdout'))?.jobs[1]
  expect(job).toEqual({
    id: 'b125bb0b-a8fd-4b2d-a7a3-a6818c4b9b81',
    name: 'Hanging isolated',
    enabled: true,
    schedule: 'every',
    everyMs: 20_000,
    anchorMs: 1795304176802,
    payload: 'agentTurn',
    timeoutSeconds: 240,
    runningAtMs: 1795304196807,
    nextRunAtMs: 1795304196802,
    lastRunAtMs: undefined,
    updatedAtMs: 1795304176802,
    lastError: undefined,
    consecutiveErrors: 0,
    autoDisabled: undefined,
    systemOwned: false,
  })
})

test("OpenClaw's own jobs are known by their declaration key", () => {
  const owned = parseOpenClawJobs(captured('2026.9.6/list-all.stdout'))?.jobs.filter((job) => job.systemOwned)
  expect(owned?.map((job) => job.name)).toEqual(['heartbeat-main', 'skill-collection-review-main'])
})

test('an answer to enable or disable is a job', () => {
  expect(parseOpenClawJob(captured('2026.5.28/disable-wedged.stdout'))).toMatchObject({enabled: false, name: 'Tick'})
  expect(parseOpenClawJob(captured('2026.9.6/disable-running.stdout'))).toMatchObject({runningAtMs: 1795302704459})
})

test('a bare array is a list, and a job without a state is a job', () => {
  const list = parseOpenClawJobs([{id: 'a', enabled: true}])
  expect(list).toMatchObject({
    complete: true,
    jobs: [{id: 'a', name: 'a', runningAtMs: undefined, consecutiveErrors: 0}],
  })
})

test.each([
  ['a page of several', {jobs: [{id: 'a', enabled: true}], hasMore: true}],
  ['an entry that is not a job', {jobs: [{id: 'a', enabled: true}, {id: 7}]}],
])('%s leaves the list incomplete', (_title, value) => {
  expect(parseOpenClawJobs(value)?.complete).toBe(false)
})

test.each([[null], ['text'], [{}], [{jobs: 'no'}], [7]])('%j is not a list', (value) => {
  expect(parseOpenClawJobs(value)).toBeUndefined()
})

test.each([[null], [{}], [{id: 'a'}], [{id: 'a', enabled: 'yes'}], [{id: '', enabled: true}]])(
  '%j is not a job',
  (value) => {
    expect(parseOpenClawJob(value)).toBeUndefined()
  },
)

test.each(['runningAtMs', 'nextRunAtMs', 'lastRunAtMs'])('a job whose %s is not a time is not understood', (name) => {
  for (const time of ['2026-02-18T12:30:00Z', 1e300, {}, true]) {
    expect(parseOpenClawJob({id: 'a', enabled: true, state: {[name]: time}})).toBeUndefined()
  }
})

test('a marker of 0 or null means that there is none', () => {
  expect(parseOpenClawJob({id: 'a', enabled: true, state: {runningAtMs: 0, nextRunAtMs: null}})).toMatchObject({
    runningAtMs: undefined,
    nextRunAtMs: undefined,
  })
})

test.each([
  ['three schedule errors', {enabled: false, state: {scheduleErrorCount: 3}}, '3 errors in computing its next slot'],
  ['two schedule errors', {enabled: false, state: {scheduleErrorCount: 2}}, undefined],
  ['three schedule errors of an enabled job', {enabled: true, state: {scheduleErrorCount: 3}}, undefined],
  ['a recorded reason', {enabled: false, state: {autoDisabled: {reason: '10 failures'}}}, '10 failures'],
  ['a record of an enabled job', {enabled: true, state: {autoDisabled: {reason: '10 failures'}}}, undefined],
  ['no record', {enabled: false, state: {autoDisabled: null}}, undefined],
])('why OpenClaw itself disabled a job: %s', (_title, job, reason) => {
  expect(parseOpenClawJob({id: 'a', ...job})?.autoDisabled).toBe(reason)
})

import {expect, test} from 'vitest'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'

const at = 1_800_000_000_000

function stateAfter(records: readonly object[]) {
  const state = schedulerFold.empty()
  for (const record of records) schedulerFold.apply(state, {at, ...record} as never)
  return schedulerFold.restore(JSON.parse(JSON.stringify(schedulerFold.save(state))))
}

test('jobs with wrong settings are known from the start or the last reload that was not refused', () => {
  const wrongJobs = [{job: 'j', problem: 'jobs.j.schedule: is wrong'}]
  const started = {kind: 'started', id: 's', pid: 5, wrongJobs}
  expect(stateAfter([started]).daemon?.wrongJobs).toEqual(wrongJobs)
  expect(stateAfter([started, {kind: 'reloaded', problem: 'broken'}]).daemon?.wrongJobs).toEqual(wrongJobs)
  expect(stateAfter([started, {kind: 'reloaded'}]).daemon).not.toHaveProperty('wrongJobs')
})

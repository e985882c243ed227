import {expect, test} from 'vitest'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'

const at = 1_800_000_000_000

function stateAfter(records: readonly object[]) {
  const state = schedulerFold.empty()
  for (const record of records) schedulerFold.apply(state, {at, ...record} as never)
  return schedulerFold.restore(JSON.parse(JSON.stringify(schedulerFold.save(state))))
}

const fired = (slot: number) => ({kind: 'fired', job: 'j', slot, at: slot})
const adopted = {kind: 'adopted', job: 'j', schedule: '* * * * *'}

test('a slot that is given up is open no longer, and is not fired again', () => {
  const dropped = {kind: 'dropped', job: 'j', slots: [at + 1], reason: 'its job is gone'}
  const state = stateAfter([adopted, fired(at + 1), fired(at + 2), dropped])
  expect(state.jobs.get('j')).toMatchObject({open: [{slotMs: at + 2}], decidedMs: at + 2})
  expect(schedulerFold.apply(state, {...fired(at + 1)} as never)).toBe('void')
  expect(schedulerFold.apply(state, {...dropped, at, job: 'another'} as never)).toBe('void')
})

test('jobs with wrong settings are known from the start or the last reload that was not refused', () => {
  const wrongJobs = [{job: 'j', problem: 'jobs.j.schedule: is wrong'}]
  const started = {kind: 'started', id: 's', pid: 5, wrongJobs}
  expect(stateAfter([started]).daemon?.wrongJobs).toEqual(wrongJobs)
  expect(stateAfter([started, {kind: 'reloaded', problem: 'broken'}]).daemon?.wrongJobs).toEqual(wrongJobs)
  expect(stateAfter([started, {kind: 'reloaded'}]).daemon).not.toHaveProperty('wrongJobs')
})

import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import {allRunsFold} from '../../../src/domain/run/job-runs.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import {listBudgets, resetBudget} from '../../../src/usecases/recovery/budgets.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const minute = 60_000
const budget = {recoveries: 2, perMs: 30 * minute}

/** Jobs with these settings, and what was done to recover them. */
function machine(jobs: Readonly<Record<string, Partial<JobSettings>>>) {
  const clock = fakeClock()
  const runs = memoryJournal(allRunsFold, clock)
  const settings = {
    jobs: Object.fromEntries(Object.entries(jobs).map(([job, own]) => [job, {...jobDefaults, budget, ...own}])),
    defaults: jobDefaults,
  }
  const deps = {clock, runs, settings}
  let count = 0
  const recovered = (job: string, failureClass: string) => {
    const run = `run-${++count}`
    runs.note({kind: 'started', job, run}, 'buffered')
    runs.note({kind: 'step-ended', job, run, do: 'exec', class: failureClass, ok: true}, 'buffered')
  }
  return {deps, clock, runs, recovered, list: () => listBudgets(deps)}
}

const exec = {recovery: [{do: 'exec', when: [], command: ['fix'], timeoutMs: 1000}]} as const
const locks = {recovery: [{do: 'clear-locks', when: [], files: ['*.lock'], minAgeMs: 1000}]} as const

test('a budget of which nothing is spent is whole for any class', () => {
  const {list} = machine({check: exec})
  const whole = {class: undefined, left: 2, allowed: 2, perMs: 30 * minute, until: undefined}
  expect(list()).toEqual([{job: 'check', ...whole}])
})

test('a job whose recovery costs nothing has no budget to show', () => {
  expect(machine({check: locks, plain: {}}).list()).toEqual([])
})

test('what is left is shown for each class, with when the next comes back', () => {
  const {list, recovered, clock} = machine({check: exec})
  recovered('check', 'uw-socket')
  clock.advance(5 * minute)
  recovered('check', 'uw-socket')
  recovered('check', 'server')
  const now = clock.now()
  expect(list()).toMatchObject([
    {job: 'check', class: 'server', left: 1, until: now + 30 * minute},
    {job: 'check', class: 'uw-socket', left: 0, until: now + 25 * minute},
  ])
})

test('a job that the settings no longer name is shown while something of its budget is spent', () => {
  const {list, recovered, clock} = machine({})
  recovered('gone', 'server')
  expect(list()).toMatchObject([{job: 'gone', class: 'server', left: 2, allowed: 3}])
  clock.advance(61 * minute)
  expect(list()).toEqual([])
})

test('a reset gives a job the budgets of all its classes back, and no other job its own', () => {
  const {deps, list, recovered} = machine({check: exec, other: exec})
  for (const name of ['uw-socket', 'server']) recovered('check', name)
  recovered('other', 'server')
  resetBudget(deps, 'check')
  expect(list().map(({job, class: name, left}) => [job, name, left])).toEqual([
    ['check', undefined, 2],
    ['other', 'server', 1],
  ])
})

test('a reset is a record of its job, which no run notices', () => {
  const {deps, runs, recovered} = machine({check: exec})
  recovered('check', 'server')
  const before = runs.read()
  resetBudget(deps, 'check')
  expect(runs.lines.at(-1)).toMatchObject({kind: 'budget-reset', job: 'check'})
  expect(runs.read()).toEqual(before)
})

test('a job that ran once is known without the settings', () => {
  const {deps, recovered} = machine({})
  recovered('gone', 'server')
  expect(() => resetBudget(deps, 'gone')).not.toThrow()
})

test('a job that nothing is known of is refused, with the name that may be meant', () => {
  const {deps, runs} = machine({check: exec})
  expect(() => resetBudget(deps, 'chekc')).toThrow(
    expect.objectContaining({kind: 'usage', hints: expect.arrayContaining(['did you mean check?'])}),
  )
  expect(runs.lines).toEqual([])
})

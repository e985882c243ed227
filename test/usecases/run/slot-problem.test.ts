import {expect, test} from 'vitest'
import {GuardError} from '../../../src/errors.js'
import {slotProblem} from '../../../src/usecases/run/slot-problem.js'
import {fakeRun} from '../../support/fake-run.js'

const slot = 'backup#2026-01-05T12:00:00.000Z'
const later = 'backup#2026-01-05T12:01:00.000Z'

function scene() {
  const {deps, request, runs, seen} = fakeRun()
  return {
    ...{runs, seen},
    ask: (of: string, more: Partial<typeof deps> = {}) => slotProblem({...deps, ...more}, request, of),
  }
}

test('a slot is run by the first run that began for it, which later ones name', async () => {
  const {ask, runs} = scene()
  runs.append({kind: 'started', job: 'backup', run: 'run-0', slot}, 'durable')
  expect(await ask(slot)).toBe(`its slot (${slot}) was taken by run run-0, which began at 2026-01-05T12:00:00.000Z`)
  expect(await ask(later)).toBeUndefined()
})

test('a slot is run where no record can be kept of it', async () => {
  expect(await scene().ask(slot, {runs: undefined})).toBeUndefined()
})

test('a slot of which nothing can be read is run, and that is said', async () => {
  const {ask, runs, seen} = scene()
  const broken = (error: Error) => ({
    ...runs,
    read: () => {
      throw error
    },
  })
  expect(await ask(slot, {runs: broken(new GuardError('io', 'damaged'))})).toBeUndefined()
  expect(seen.warnings).toEqual([`whether the slot ${slot} was run is not known: damaged`])
  await expect(ask(slot, {runs: broken(new TypeError('broken'))})).rejects.toThrow('broken')
})

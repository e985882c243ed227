import {describe, expect, test} from 'vitest'
import {noteStep, writeUnderClaim} from '../../../src/usecases/reset/reset-attempt.js'
import {jobId} from '../../support/fake-openclaw.js'
import {resetWorld} from '../../support/reset-world.js'

const step = {step: 'read', outcome: 'ok', evidence: 'enabled'} as const

/** An attempt at a reset; `job` is guard's name of it, if the request has one. */
function scene(job: {readonly job?: undefined} = {}) {
  const world = resetWorld()
  world.ask('r1')
  const attempt = world.attempt('r1')
  const {results} = world
  const request = {...attempt.request, ...job}
  const durabilities: string[] = []
  const append: typeof results.append = (entry, durability) => {
    durabilities.push(durability)
    return results.append(entry, durability)
  }
  return {
    ...world,
    takeOver: () => world.attempt('r1'),
    durabilities,
    attempt: {...attempt, request, deps: {...attempt.deps, results: {...results, append}}},
  }
}

describe('what an attempt writes', () => {
  test('is on disk before it goes on, under its claim', () => {
    const {attempt, results, durabilities} = scene()
    writeUnderClaim(attempt, {kind: 'enable-pending', reason: 'stuck'})
    const of = {request_id: 'r1', job_id: jobId, claim: attempt.claim.id}
    expect(results.lines.at(-1)).toMatchObject({kind: 'enable-pending', job: 'coingecko', ...of, reason: 'stuck'})
    expect(durabilities).toEqual(['durable'])
  })

  test('names no job where the request has none', () => {
    const {attempt, results} = scene({job: undefined})
    writeUnderClaim(attempt, {kind: 'enable-pending'})
    expect(results.lines.at(-1)).not.toHaveProperty('job')
  })

  test('does not count once another daemon has taken the request over, and ends the attempt', () => {
    const {attempt, results, takeOver} = scene()
    takeOver()
    expect(() => writeUnderClaim(attempt, {kind: 'enable-pending'})).toThrow(expect.objectContaining({kind: 'fenced'}))
    expect(results.read().pendingEnables.size).toBe(0)
  })
})

test('a step that was taken is in the answer and on record', () => {
  const {attempt, results} = scene()
  noteStep(attempt, step)
  expect([attempt.steps, results.lines.at(-1)]).toEqual([
    [step],
    expect.objectContaining({kind: 'step-taken', ...step}),
  ])
})

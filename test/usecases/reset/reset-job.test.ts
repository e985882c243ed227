import {describe, expect, test} from 'vitest'
import {GuardError} from '../../../src/errors.js'
import {resetJob} from '../../../src/usecases/reset/reset-job.js'
import {jobId} from '../../support/fake-openclaw.js'
import {resetWorld} from '../../support/reset-world.js'

/** A request to reset the wedged job, with this marker if any is named, and an attempt at it. */
function scene(more: {readonly runningAtMs?: undefined} = {}) {
  const world = resetWorld()
  world.ask('r1', more)
  const attempt = world.attempt('r1')
  return {
    ...world,
    ...{attempt, found: world.openclaw.job!},
    reset: () => resetJob(attempt),
    changes: () => world.openclaw.calls.filter((call) => ['disable', 'enable', 'cancelTask'].includes(call)),
  }
}

const full = new GuardError('io', 'no space left')

describe('a reset', () => {
  test('changes nothing before it is on disk that the job must be enabled again', async () => {
    const {attempt, changes, results, openclaw} = scene()
    openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
    const append: typeof results.append = (entry, durability) => {
      if (entry.kind === 'enable-pending') throw full
      return results.append(entry, durability)
    }
    await expect(resetJob({...attempt, deps: {...attempt.deps, results: {...results, append}}})).rejects.toBe(full)
    expect(changes()).toEqual([])
  })

  test('enables the job whatever goes wrong after the disable', async () => {
    const {attempt, changes, results, jobNow} = scene()
    const append: typeof results.append = (entry, durability) => {
      if (entry.kind === 'disabled') throw full
      return results.append(entry, durability)
    }
    await expect(resetJob({...attempt, deps: {...attempt.deps, results: {...results, append}}})).rejects.toBe(full)
    expect([changes(), jobNow()?.enabled]).toEqual([['disable', 'enable'], true])
  })

  test('by a request that names no marker resets the job with any', async () => {
    const {reset, changes} = scene({runningAtMs: undefined})
    expect(await reset()).toMatchObject({end: 'answer', outcome: 'reset'})
    expect(changes()).toEqual(['disable', 'enable'])
  })

  test('whose disable has an unknown outcome goes on as if it had been applied', async () => {
    const {reset, openclaw, changes, results} = scene()
    openclaw.faults = [{on: 'disable', kind: 'outcome-unknown', lateMs: 0}]
    expect(await reset()).toMatchObject({end: 'answer', outcome: 'reset'})
    expect(changes()).toEqual(['disable', 'enable'])
    expect(results.read().pendingEnables.size).toBe(1)
  })

  test('of a job that is gone when it is to be disabled is answered so', async () => {
    const {reset, openclaw, results} = scene()
    openclaw.faults = [{on: 'disable', kind: 'permanent', cause: 'unknown-id'}]
    openclaw.onCall = (call) => {
      if (call === 'disable') openclaw.job = undefined
    }
    expect(await reset()).toEqual({
      end: 'answer',
      outcome: 'gone',
      detail: 'the disable was refused: disable: permanent',
    })
    expect(results.read().pendingEnables.size).toBe(0)
  })

  test('that an earlier attempt had done lacks the check alone', async () => {
    const {reset, attempt, openclaw, results, found, changes, clock} = scene()
    for (const kind of ['enable-pending', 'disabling'])
      results.append({kind, request_id: 'r1', job_id: jobId, claim: attempt.claim.id}, 'durable')
    openclaw.job = {...found, runningAtMs: undefined, nextRunAtMs: clock.now() + 60_000}
    expect(await reset()).toMatchObject({end: 'answer', outcome: 'reset'})
    expect(changes()).toEqual([])
  })
})

describe('an attempt is left to a later round', () => {
  test('if the job is disabled and guard itself may have done that', async () => {
    const {reset, attempt, openclaw, results, found} = scene()
    for (const kind of ['enable-pending', 'disabling'])
      results.append({kind, request_id: 'r1', job_id: jobId, claim: attempt.claim.id}, 'durable')
    openclaw.job = {...found, enabled: false}
    expect(await reset()).toEqual({end: 'release', reason: 'the job is disabled and its enable is still pending'})
  })

  test('if the job cannot be read once its run was cancelled, because a person may have disabled it', async () => {
    const {reset, openclaw, changes, round, attempt, found, results, jobNow} = scene()
    openclaw.tasks = [{taskId: 't1', jobId, startedAt: 1}]
    openclaw.onCall = (call) => {
      if (call !== 'getJob' || !openclaw.calls.includes('cancelTask')) return
      openclaw.job = {...found, enabled: false}
      openclaw.faults = [{on: call, kind: 'transient'}]
    }
    expect(await reset()).toEqual({end: 'release', reason: 'the job could not be read after its run was cancelled'})
    results.append({kind: 'released', request_id: 'r1', job_id: jobId, claim: attempt.claim.id}, 'durable')
    openclaw.onCall = () => undefined
    expect(await round()).toMatchObject({answered: [{outcome: 'not-enabled'}]})
    expect([changes(), jobNow()?.enabled]).toEqual([['cancelTask'], false])
  })

  test('if the job could not be enabled again', async () => {
    const {reset, openclaw} = scene()
    openclaw.faults = Array.from({length: 5}, () => ({on: 'enable' as const, kind: 'transient' as const}))
    expect(await reset()).toEqual({end: 'release', reason: 'the effect is not seen yet: it is not enabled'})
  })

  test('if the job cannot be read any more after the enable', async () => {
    const {reset, openclaw, attempt} = scene()
    openclaw.onCall = (call) => {
      if (openclaw.calls.includes('enable')) openclaw.faults = [{on: call, kind: 'transient'}]
    }
    expect(await reset()).toEqual({end: 'release', reason: 'the effect is not seen yet: the job could not be read'})
    expect(attempt.steps.at(-1)).toMatchObject({step: 'verify', outcome: 'unknown'})
  })

  test('if the job that an earlier attempt had reset cannot be read', async () => {
    const {reset, attempt, openclaw, results, found} = scene()
    const of = {request_id: 'r1', job_id: jobId, claim: attempt.claim.id}
    const {record} = results.append({...of, kind: 'enable-pending'}, 'durable')
    results.append({...of, kind: 'disabling'}, 'durable')
    results.append({kind: 'enable-confirmed', job_id: jobId, pending: record.id, how: 'confirmed'}, 'durable')
    openclaw.job = {...found, runningAtMs: undefined}
    openclaw.onCall = (call) => {
      if (openclaw.calls.length > 0) openclaw.faults = [{on: call, kind: 'transient'}]
    }
    expect(await reset()).toEqual({end: 'release', reason: 'the effect is not seen yet: the job could not be read'})
  })

  test('only where its first read failed for the moment', async () => {
    const transient = scene()
    transient.openclaw.faults = [{on: 'getJob', kind: 'transient'}]
    expect(await transient.reset()).toMatchObject({end: 'release'})
    const unknown = scene()
    unknown.openclaw.faults = [{on: 'getJob', kind: 'outcome-unknown'}]
    expect(await unknown.reset()).toMatchObject({end: 'answer', outcome: 'failed'})
  })
})

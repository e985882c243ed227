import {describe, expect, test} from 'vitest'
import {confirmByRead, reenableJobs} from '../../../src/usecases/reset/reenable-jobs.js'
import {jobId} from '../../support/fake-openclaw.js'
import {resetWorld} from '../../support/reset-world.js'

/** A daemon that has died after these lines; the job is disabled. */
function scene(...lines: readonly object[]) {
  const world = resetWorld({enabled: false})
  world.ask('r1')
  const {claim} = world.attempt('r1')
  const of = {request_id: 'r1', job_id: jobId, claim: claim.id}
  for (const line of lines) world.results.append({...of, ...line} as never, 'durable')
  return {
    ...world,
    ...{of, claim},
    pending: () => world.results.read().pendingEnables.size,
    reenable: (dead: readonly string[] = [claim.id]) => reenableJobs(world.daemon(), new Set(dead)),
  }
}

const begun = [{kind: 'enable-pending'}, {kind: 'disabling'}]
const applied = [...begun, {kind: 'disabled', outcome: 'applied'}]

describe('a job that guard has disabled', () => {
  test('is enabled, and stays pending until a read confirms that', async () => {
    const {reenable, openclaw, pending} = scene(...applied)
    expect(await reenable()).toEqual([{openclawId: jobId, state: 'confirmed', detail: 'confirmed'}])
    expect([openclaw.calls, openclaw.job?.enabled, pending()]).toEqual([['getJob', 'enable', 'getJob'], true, 0])
  })

  test('is left to a daemon at work, which enables it itself', async () => {
    const {reenable, openclaw, pending} = scene(...applied)
    expect([await reenable([]), openclaw.calls, pending()]).toEqual([[], [], 1])
  })

  test('is enabled while another daemon works on the next request: only the own claim counts', async () => {
    const {reenable, of, ask, results, openclaw} = scene(...applied)
    results.append({...of, kind: 'released', reason: 'not enabled'}, 'durable')
    ask('r2')
    results.append({kind: 'claimed', request_id: 'r2', job_id: jobId}, 'durable')
    await reenable([])
    expect(openclaw.job?.enabled).toBe(true)
  })

  test('is still disabled if the enable fails, with what OpenClaw said', async () => {
    const {reenable, openclaw, pending} = scene(...applied)
    openclaw.faults = [{on: 'enable', kind: 'transient'}]
    const detail = 'it is disabled; the enable failed: enable: transient'
    expect(await reenable()).toEqual([{openclawId: jobId, state: 'still-disabled', detail}])
    expect(pending()).toBe(1)
  })

  test('is enabled if a read shows that, whatever the enable said', async () => {
    const {reenable, openclaw} = scene(...applied)
    openclaw.faults = [{on: 'enable', kind: 'outcome-unknown', lateMs: 0}]
    expect(await reenable()).toMatchObject([{state: 'confirmed', detail: 'confirmed'}])
  })

  test('is not touched while it cannot be read', async () => {
    const {reenable, openclaw, pending} = scene(...applied)
    openclaw.faults = [{on: 'getJob', kind: 'transient'}]
    expect(await reenable()).toEqual([{openclawId: jobId, state: 'watched', detail: 'getJob: transient'}])
    expect([openclaw.calls, pending()]).toEqual([['getJob'], 1])
  })

  test('is watched on while a disable of unknown outcome may be applied late', async () => {
    const {reenable, openclaw, pending, clock} = scene(...begun)
    expect(await reenable()).toMatchObject([{state: 'watched'}])
    expect([openclaw.job?.enabled, pending()]).toEqual([true, 1])
    clock.advance(600_000)
    expect([await reenable(), pending()]).toMatchObject([[{state: 'confirmed'}], 0])
  })

  test('needs nothing any more once OpenClaw has no job of its id', async () => {
    const {reenable, openclaw, pending} = scene(...applied)
    openclaw.job = undefined
    expect(await reenable()).toEqual([{openclawId: jobId, state: 'confirmed', detail: 'gone'}])
    expect([openclaw.calls, pending()]).toEqual([['getJob'], 0])
  })
})

test('a job that a person disabled before guard did stays disabled', async () => {
  const {reenable, openclaw, pending} = scene({kind: 'enable-pending'})
  expect(await reenable()).toEqual([{openclawId: jobId, state: 'confirmed', detail: 'left-disabled'}])
  expect([openclaw.calls, pending()]).toEqual([['getJob'], 0])
})

test('a read confirms an enable only where that is proved, and nothing where none is pending', () => {
  const job = (enabled: boolean, of: ReturnType<typeof scene>) =>
    confirmByRead(of.daemon(), jobId, {read: 'job', job: {...of.openclaw.job!, enabled}})
  const world = scene(...applied)
  job(false, world)
  expect(world.pending()).toBe(1)
  job(true, world)
  expect([world.pending(), world.results.lines.at(-1)]).toMatchObject([0, {kind: 'enable-confirmed', how: 'confirmed'}])
  const lines = world.results.lines.length
  job(true, world)
  expect(world.results.lines).toHaveLength(lines)
})

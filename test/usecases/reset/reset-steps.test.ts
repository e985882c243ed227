import {describe, expect, test} from 'vitest'
import {cancelLiveRun, disable, enable, pollJob, waitForMarker} from '../../../src/usecases/reset/reset-steps.js'
import {type Fault, jobId} from '../../support/fake-openclaw.js'
import {resetWorld} from '../../support/reset-world.js'

/** An attempt that is about to take a step; each call takes 3 s. */
function scene() {
  const world = resetWorld()
  world.ask('r1')
  const attempt = world.attempt('r1')
  const {openclaw, results} = world
  const found = openclaw.job!
  return {
    ...world,
    ...{attempt, found},
    fail: (on: Fault['on'], kind: Fault['kind'], times = 1) => {
      openclaw.faults = Array.from({length: times}, () => ({on, kind}))
    },
    /** What was done, and how it is on record. */
    steps: () => attempt.steps.map(({step, outcome}) => `${step} ${outcome}`),
    kinds: () => results.lines.slice(1).map(({kind, outcome}) => `${kind} ${outcome}`),
    tasks: (...ids: readonly string[]) => {
      openclaw.tasks = ids.map((taskId) => ({taskId, jobId, startedAt: 1}))
    },
  }
}

describe('to cancel the live run of a job', () => {
  test('leaves the runs of other jobs alone', async () => {
    const {openclaw, attempt, found, steps} = scene()
    openclaw.tasks = [{taskId: 't1', jobId: 'another', startedAt: 1}]
    expect(await cancelLiveRun(attempt, found)).toEqual(found)
    expect([openclaw.calls, steps()]).toEqual([['listRunningTasks'], ['cancel skipped']])
  })

  test('is skipped where the runs cannot be listed, with what OpenClaw said', async () => {
    const {fail, attempt, found} = scene()
    fail('listRunningTasks', 'transient')
    expect(await cancelLiveRun(attempt, found)).toEqual(found)
    expect(attempt.steps).toEqual([{step: 'cancel', outcome: 'skipped', evidence: 'listRunningTasks: transient'}])
  })

  test('asks for the end of each of its runs, also if one of them cannot be ended', async () => {
    const {fail, tasks, openclaw, attempt, found, steps} = scene()
    tasks('t1', 't2')
    fail('cancelTask', 'permanent')
    expect(await cancelLiveRun(attempt, found)).toMatchObject({runningAtMs: undefined})
    expect([openclaw.tasks.map(({taskId}) => taskId), steps()]).toEqual([['t1'], ['cancel failed', 'cancel ok']])
    // The marker has ended with the run.
    expect(openclaw.calls.filter((call) => call === 'getJob')).toHaveLength(1)
  })

  test('waits no longer than its time for a marker that stays', async () => {
    const {fail, tasks, attempt, found, clock} = scene()
    tasks('t1')
    fail('cancelTask', 'permanent')
    const begun = clock.mono()
    expect(await cancelLiveRun(attempt, found)).toEqual(found)
    // Two calls before the first read, and a read that begins within the time.
    expect(clock.mono() - begun - 6000).toBeLessThan(attempt.deps.pace.cancelWaitMs + 3000 + attempt.deps.pace.pollMs)
  })

  test('ends at once for a job that a person disables meanwhile', async () => {
    const {fail, tasks, openclaw, attempt, found} = scene()
    tasks('t1')
    fail('cancelTask', 'permanent')
    openclaw.onCall = (call) => {
      if (call === 'cancelTask') openclaw.job = {...found, enabled: false}
    }
    expect(await cancelLiveRun(attempt, found)).toMatchObject({enabled: false, runningAtMs: found.runningAtMs})
    expect(openclaw.calls.filter((call) => call === 'getJob')).toHaveLength(1)
  })
})

describe('a disable', () => {
  const open = {kind: 'enable-pending', request_id: 'r1', job_id: jobId} as const

  test.each([
    ['that OpenClaw applies is on record as applied', undefined, false, ['disabled applied', 'step-taken ok']],
    ['of unknown outcome is no refusal, and may be applied yet', 'outcome-unknown', false, ['step-taken unknown']],
    ['that failed for now was not applied', 'transient', true, ['disabled refused', 'step-taken failed']],
    ['that is refused was not applied', 'permanent', true, ['disabled refused', 'step-taken failed']],
    ['that cannot work was not applied', 'configuration', true, ['disabled refused', 'step-taken failed']],
  ] as const)('%s', async (_title, kind, isRefused, records) => {
    const {fail, attempt, results, kinds} = scene()
    for (const line of ['enable-pending', 'disabling'])
      results.append({...open, kind: line, claim: attempt.claim.id}, 'durable')
    if (kind) fail('disable', kind)
    expect((await disable(attempt))?.kind).toBe(isRefused ? kind : undefined)
    expect(kinds().slice(2)).toEqual(records)
  })
})

describe('the wait for the end of a marker', () => {
  test('is over when the marker is gone, or is that of another run', async () => {
    const {openclaw, attempt, found, clock, steps} = scene()
    openclaw.job = {...found, runningAtMs: clock.now()}
    await waitForMarker(attempt, found)
    expect([steps(), openclaw.calls]).toEqual([['wait-for-marker ok'], ['getJob']])
  })

  test('has failed when the time is over, and tells how the job was then', async () => {
    const {attempt, found, clock} = scene()
    const begun = clock.mono()
    await waitForMarker(attempt, found)
    expect(clock.mono() - begun).toBeGreaterThanOrEqual(attempt.deps.pace.markerWaitMs)
    expect(attempt.steps).toMatchObject([
      {
        outcome: 'failed',
        evidence: expect.stringMatching(/^enabled, marked as running since 2026-01-05T10:00:00\.000Z/),
      },
    ])
  })

  test('tells of a job whose marker is gone that it is disabled and has no slot', async () => {
    const {openclaw, attempt, found} = scene()
    openclaw.job = {...found, enabled: false, runningAtMs: undefined, nextRunAtMs: undefined}
    await waitForMarker(attempt, found)
    expect(attempt.steps).toMatchObject([{outcome: 'ok', evidence: 'disabled, not running, next slot none'}])
  })

  test('proves nothing if the job could not be read once', async () => {
    const {fail, attempt, found, steps} = scene()
    fail('getJob', 'transient', 9)
    await waitForMarker(attempt, found)
    expect(steps()).toEqual(['wait-for-marker unknown'])
  })
})

describe('an enable', () => {
  test('is sent again after growing waits until OpenClaw applies it, and is on record only then', async () => {
    const {fail, attempt, clock, openclaw} = scene()
    fail('enable', 'outcome-unknown', 2)
    const sentAt: number[] = []
    const begun = clock.mono()
    openclaw.onCall = () => void sentAt.push(clock.mono() - begun)
    await enable(attempt)
    expect(sentAt).toEqual([0, 4000, 12_000])
    const said = 'enable: outcome-unknown; enable: outcome-unknown; OpenClaw says that it is enabled'
    expect(attempt.steps).toEqual([{step: 'enable', outcome: 'ok', evidence: said}])
  })

  test('has failed after the last wait, with all that OpenClaw has said', async () => {
    const {fail, attempt, openclaw} = scene()
    fail('enable', 'transient', 9)
    await enable(attempt)
    expect(openclaw.calls).toHaveLength(5)
    expect(attempt.steps).toMatchObject([{outcome: 'failed', evidence: Array(5).fill('enable: transient').join('; ')}])
  })

  test('that is refused for good is not sent again', async () => {
    const {fail, attempt, openclaw, steps} = scene()
    fail('enable', 'permanent')
    await enable(attempt)
    expect([openclaw.calls, steps()]).toEqual([['enable'], ['enable failed']])
  })
})

describe('reading a job until it is as it should be', () => {
  test('reads once also without any time', async () => {
    const {attempt, found, openclaw} = scene()
    expect(await pollJob(attempt, 0, () => false)).toEqual(found)
    expect(openclaw.calls).toEqual(['getJob'])
  })

  test('keeps what the last good read has shown', async () => {
    const {attempt, openclaw, found} = scene()
    openclaw.onCall = (call) => {
      if (openclaw.calls.length > 0) openclaw.faults = [{on: call, kind: 'transient'}]
    }
    expect(await pollJob(attempt, 10_000, () => false)).toEqual(found)
    expect(openclaw.calls.length).toBeGreaterThan(1)
  })

  test('knows no job once OpenClaw has none of this id', async () => {
    const {attempt, openclaw} = scene()
    openclaw.onCall = () => {
      if (openclaw.calls.length > 0) openclaw.job = undefined
    }
    expect(await pollJob(attempt, 10_000, () => false)).toBeUndefined()
  })
})

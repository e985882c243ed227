import {describe, expect, test} from 'vitest'
import {GuardError} from '../../../src/errors.js'
import {type AttemptTask, attemptJob} from '../../../src/usecases/run/attempt-job.js'
import {recorder} from '../../../src/usecases/run/run-records.js'
import {type FakeAttempt, fakeRun} from '../../support/fake-run.js'

/** One attempt of a job that ends so. */
function attempt(ends: FakeAttempt, settings: Parameters<typeof fakeRun>[0] = {}, more: Partial<AttemptTask> = {}) {
  const {deps, request, runs, seen, ending} = fakeRun(settings, [ends])
  const bound: number[] = []
  const sent: (number | undefined)[] = []
  const task: AttemptTask = {
    ...{job: request.job, settings: request.settings, number: 1, timeoutMs: 60_000, token: 7},
    output: deps.openOutput(false),
    records: recorder(deps, request),
    signals: {...deps.catchSignals(), sendTo: (job) => void sent.push(job?.pid)},
    bind: (pid) => void bound.push(pid),
    leaveTo: () => undefined,
    isFenced: () => false,
    ...more,
  }
  return {result: attemptJob(deps, task), runs, seen, bound, sent, ending}
}

describe('an attempt', () => {
  test('is recorded with how long it took', async () => {
    const {result, runs} = attempt({code: 2, lastsMs: 1234, evidence: {class: 'server'}})
    expect(await result).toEqual({outcome: 'unhealthy', exitCode: 2, class: 'server'})
    expect(runs.lines).toMatchObject([
      {kind: 'attempt-ended', attempt: 1, outcome: 'unhealthy', exitCode: 2, class: 'server', durationMs: 1234},
    ])
  })

  test('adds the process of the job to the lease, and gets guard’s signals only while it runs', async () => {
    const {result, bound, sent} = attempt({code: 0})
    await result
    expect([bound, sent]).toEqual([[701], [701, undefined]])
  })

  test('passes its output on as it comes, unless the job is quiet', async () => {
    const loud = attempt({code: 0})
    await loud.result
    const quiet = attempt({code: 0}, {quiet: true})
    await quiet.result
    expect([loud.seen.done.at(-1), quiet.seen.done.at(-1)]).toEqual(['log followed', 'log followed quietly'])
  })

  test('needs no log', async () => {
    expect(await attempt({code: 0}, {}, {output: undefined}).result).toMatchObject({outcome: 'healthy'})
  })
})

describe('how an attempt ended', () => {
  test.each<[string, FakeAttempt, object]>([
    [
      'a healthy one has neither class nor detail',
      {code: 0, evidence: {class: 'x'}},
      {outcome: 'healthy', exitCode: 0},
    ],
    [
      'a crash outranks what its exit code means',
      {code: 1, evidence: {crashed: 'ValueError: no', class: 'unknown'}},
      {outcome: 'failed', exitCode: 1, detail: 'ValueError: no', class: 'unknown'},
    ],
    [
      'the line of the output that says why is the detail when nothing better is known',
      {code: 2, evidence: {evidence: 'HTTP 503', class: 'server'}},
      {outcome: 'unhealthy', exitCode: 2, detail: 'HTTP 503', class: 'server'},
    ],
    [
      'the result file outranks the exit code',
      {code: 0, evidence: {result: {outcome: 'degraded', detail: 'half'}, class: 'uw-socket'}},
      {outcome: 'degraded', exitCode: 0, detail: 'half', class: 'uw-socket'},
    ],
    ['a signal gives 128 and its number', {signal: 'SIGKILL'}, {outcome: 'killed', exitCode: 137, signal: 'SIGKILL'}],
    ['a time limit gives 124', {signal: 'SIGTERM', timedOut: true}, {outcome: 'timed-out', exitCode: 124}],
    [
      'what the other side asked to wait is kept for the retry',
      {code: 1, evidence: {retryAfter: {waitMs: 5000}}},
      {outcome: 'degraded', retryAfter: {waitMs: 5000}},
    ],
  ])('%s', async (_title, ends, expected) => {
    const result = await attempt(ends).result
    expect(result).toMatchObject(expected)
    if (result.outcome === 'healthy') expect(result).toEqual(expected)
  })

  test('a time limit is said, by what passed it', async () => {
    const stopped = {survivors: [], killed: false, isProven: true}
    const late = attempt({signal: 'SIGTERM', timedOut: true, stopped})
    await late.result
    const silent = attempt({signal: 'SIGTERM', silent: true, stopped}, {silenceMs: 30_000})
    await silent.result
    expect([late.seen.warnings, silent.seen.warnings]).toEqual([
      ['backup: timed out after 1m; ended'],
      ['backup: no output for 30s; ended'],
    ])
  })

  test.each([
    ['not-found', 127],
    ['not-executable', 126],
    ['config', 78],
  ] as const)('a job that cannot start (%s) exits with %i, with the reason on record', async (kind, exitCode) => {
    const {result, runs, seen} = attempt({fault: new GuardError(kind, 'no such thing', ['look there'])})
    expect(await result).toEqual({outcome: 'not-started', exitCode, detail: 'no such thing'})
    expect(seen.warnings).toEqual(['no such thing\n  - look there'])
    expect(runs.lines).toMatchObject([{kind: 'attempt-ended', outcome: 'not-started', exitCode}])
  })
})

test('a job that cannot be ended is named, keeps the lease, and nothing follows', async () => {
  const stopped = {survivors: [{pid: 4711, user: 'root'}], killed: true, isProven: true}
  const left: number[] = []
  const {result, seen, ending} = attempt({timedOut: true, stopped}, {}, {leaveTo: (pid) => void left.push(pid)})
  const reason = 'could not be ended: process 4711 of root'
  expect(await result).toMatchObject({outcome: 'timed-out', exitCode: 124, detail: reason})
  expect([seen.warnings, left, ending.signal.aborted]).toEqual([
    [`backup: timed out after 1m; ${reason}`],
    [4711],
    true,
  ])
})

import {describe, expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import type {JobOutput} from '../../../src/system/output/job-output.js'
import {attemptAndRecover, judgeOutput, mayRunAgain} from '../../../src/usecases/run/attempt-and-recover.js'
import type {AttemptTask} from '../../../src/usecases/run/attempt-job.js'
import {recorder} from '../../../src/usecases/run/run-records.js'
import type {FinishedRun} from '../../../src/usecases/run/run-request.js'
import {type FakeAttempt, fakeRun} from '../../support/fake-run.js'

const retry = {...jobDefaults.retry, maxAttempts: 2}
const recovery = [{do: 'exec', when: [], command: ['fix'], timeoutMs: 1000}] as const

/** The first attempt of a run; a further one succeeds. `output` replaces parts of what is known of the job's output. */
function scene(settings: Partial<JobSettings>, first: FakeAttempt, output: Partial<JobOutput> = {}) {
  const run = fakeRun(settings, [first, {code: 0}])
  const {deps, request} = run
  const signals = deps.catchSignals()
  const task: AttemptTask = {
    ...{job: request.job, settings: request.settings, number: 1, timeoutMs: undefined, token: 7, signals},
    output: {...(deps.openOutput(false) as JobOutput), ...output},
    records: recorder(deps, request),
    bind: () => undefined,
    leaveTo: () => undefined,
    isFenced: () => false,
  }
  return {
    ...run,
    task,
    perform: (more: Partial<AttemptTask> = {}) => attemptAndRecover(deps, request, {...task, ...more}),
  }
}

const gone = {hasLostReader: () => true}

describe('a run whose first attempt', () => {
  test('is good makes no other, and there is nothing to say of retries', async () => {
    const {perform} = scene({retry, recovery}, {code: 0})
    expect(await perform()).toEqual({attempt: {outcome: 'healthy', exitCode: 0}, attempts: 1, recovered: false})
  })

  test.each<[string, Partial<JobSettings>, FakeAttempt, Partial<JobOutput>, Partial<AttemptTask>, string]>([
    [
      'the reader of its output has gone',
      {retry},
      {code: 3, readerGone: true},
      {},
      {},
      'the reader of its output has gone',
    ],
    ['nothing is set that could follow', {}, {code: 3}, {}, {}, 'retries are off (retry.maxAttempts is 1)'],
    ['another run has its lease', {retry}, {code: 3}, {}, {isFenced: () => true}, 'it has lost its lease'],
    ['its end shows that nobody reads its output', {retry}, {code: 3}, gone, {}, 'the reader of its output has gone'],
  ])('is bad makes no other if %s', async (_title, settings, first, output, more, notRetried) => {
    const {perform, seen} = scene(settings, first, output)
    expect(await perform(more)).toMatchObject({attempts: 1, recovered: false, notRetried})
    expect(seen.tasks).toHaveLength(1)
  })

  test('is bad with retries off loses nothing by its lease: the settings are the reason', async () => {
    const {perform} = scene({}, {code: 3})
    expect(await perform({isFenced: () => true})).toMatchObject({
      notRetried: 'retries are off (retry.maxAttempts is 1)',
    })
  })

  test('is bad is tried again with --quiet whoever reads, because nothing was passed on yet', async () => {
    const first = {code: 3, evidence: {class: 'connection'}}
    const {perform} = scene({retry, quiet: true}, first, gone)
    expect(await perform()).toMatchObject({attempt: {outcome: 'healthy'}, attempts: 2})
  })

  test('is bad looks for the reader only when all output was passed on', async () => {
    let isPassedOn = false
    const passedOn = async () => {
      isPassedOn = true
    }
    const {perform, ending} = scene({retry}, {code: 3}, {passedOn, hasLostReader: () => isPassedOn})
    expect(await perform()).toMatchObject({attempts: 1})
    expect(ending.signal.aborted).toBe(true)
  })
})

describe('a good run', () => {
  const end: FinishedRun = {attempt: {outcome: 'healthy', exitCode: 0}, attempts: 1, recovered: true}
  const lossy = {lost: async () => 'ENOSPC'}

  test('of which a part of the output is lost has failed, and was not recovered', async () => {
    const {task} = scene({}, {}, lossy)
    expect(await judgeOutput(task, end)).toMatchObject({
      ...{class: 'output-lost', recovered: false, notRetried: 'what was passed on cannot be taken back'},
      attempt: {outcome: 'failed', exitCode: 74},
    })
  })

  test('stays good with --quiet, which has nothing passed on', async () => {
    const {task} = scene({quiet: true}, {}, lossy)
    expect(await judgeOutput(task, end)).toBe(end)
  })

  test('stays good where its output cannot be judged', async () => {
    const {task} = scene({}, {}, {lost: () => Promise.reject(new Error('broken'))})
    expect(await judgeOutput(task, end)).toBe(end)
  })
})

test('a job may be run again with a second attempt, or with any step of recovery', () => {
  const may = (settings: Partial<JobSettings>) => mayRunAgain({...jobDefaults, ...settings})
  expect([may({}), may({retry}), may({recovery})]).toEqual([false, true, true])
})

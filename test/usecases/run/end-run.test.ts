import {expect, test} from 'vitest'
import type {RunLease} from '../../../src/usecases/run/claim-run.js'
import {endRun} from '../../../src/usecases/run/end-run.js'
import {recorder} from '../../../src/usecases/run/run-records.js'
import type {FinishedRun} from '../../../src/usecases/run/run-request.js'
import {fakeRun} from '../../support/fake-run.js'

const well: FinishedRun = {attempt: {outcome: 'healthy', exitCode: 0}, attempts: 1, recovered: false}

/** The run `run-1`, which ends as `end` says, under a lease whose methods `lease` replaces. */
function scene(end: FinishedRun = well, lease: Partial<RunLease> = {}) {
  const {clock, deps, request, runs, seen} = fakeRun()
  const done: unknown[] = []
  const held: RunLease = {
    ...{token: 7, bind: () => undefined, leaveTo: () => undefined, renew: () => undefined},
    isFenced: () => false,
    release: (...said) => done.push(['released', ...said]),
    setUnclosed: (...said) => done.push(['unclosed', ...said]),
    ...lease,
  }
  const note: typeof runs.note = (...entry) => {
    done.push(entry[0].kind)
    return runs.note(...entry)
  }
  const records = recorder({...deps, runs: {...runs, note}}, request)
  records.started({token: 7, process: undefined, log: undefined})
  done.length = 0
  const times = {startedAt: clock.now(), begunAt: clock.mono()}
  const parts = {
    ...{end, lease: held, output: deps.openOutput(false), records, signals: deps.catchSignals(), ...times},
    former: undefined as 'ok' | 'error' | undefined,
  }
  return {
    done,
    runs,
    seen,
    clock,
    parts,
    close: (more: Partial<typeof parts> = {}) => endRun(deps, request, {...parts, ...more}),
  }
}

test('the lease is given back only once the end is on record', async () => {
  const {close, done} = scene()
  await close()
  expect(done).toEqual(['ended', ['released', 'ok', 'healthy']])
})

test.each<[string, string, FinishedRun['attempt'], Partial<FinishedRun>]>([
  ['a healthy one', 'ok', {outcome: 'healthy', exitCode: 0}, {}],
  ['one whose job says that there was nothing to do', 'ok', {outcome: 'skipped', exitCode: 0}, {}],
  ['one that another run has cancelled', 'ok', {outcome: 'killed', exitCode: 143}, {cancelledBy: 'run-2'}],
  ['one whose reader has gone', 'ok', {outcome: 'killed', exitCode: 141, class: 'reader-gone'}, {}],
  ['one that was killed', 'error', {outcome: 'killed', exitCode: 137}, {}],
  ['one that had failed before it was cancelled', 'error', {outcome: 'failed', exitCode: 1}, {cancelledBy: 'run-2'}],
  ['a degraded one', 'error', {outcome: 'degraded', exitCode: 1}, {}],
])('of all runs, %s gives its lease back as %s', async (_title, status, attempt, more) => {
  const {close, done} = scene({...well, attempt, ...more})
  await close()
  expect(done.at(-1)).toEqual(['released', status, attempt.outcome])
})

test.each<[string, FinishedRun['attempt'], Partial<FinishedRun>]>([
  ['whose job says that there was nothing to do', {outcome: 'skipped', exitCode: 0}, {}],
  ['that another run has cancelled', {outcome: 'killed', exitCode: 143}, {cancelledBy: 'run-2'}],
  ['whose reader has gone', {outcome: 'killed', exitCode: 141, class: 'reader-gone'}, {}],
])('a run %s hides no bad end before it: it gives its lease back as that was', async (_title, attempt, more) => {
  const {close, done} = scene({...well, attempt, ...more})
  await close({former: 'error'})
  expect(done.at(-1)).toEqual(['released', 'error', attempt.outcome])
})

test('a good end is one, whatever was before it', async () => {
  const {close, done} = scene()
  await close({former: 'error'})
  expect(done.at(-1)).toEqual(['released', 'ok', 'healthy'])
})

test('an end that cannot be recorded is left with the lease, before that is given back', async () => {
  const attempt = {outcome: 'failed', exitCode: 3} as const
  const {close, done, parts} = scene({...well, attempt})
  const records = {
    ...parts.records,
    ended: () => {
      throw new TypeError('broken')
    },
  }
  expect(await close({records})).toMatchObject({outcome: 'failed', exitCode: 3})
  expect(done).toEqual([
    ['unclosed', true, expect.objectContaining({run: 'run-1', ...attempt, attempts: 1})],
    ['released', 'error', 'failed'],
  ])
})

test('a lease and a log that cannot be looked at cost the run a warning each, and nothing of its end', async () => {
  const fail = (what: string) => () => {
    throw new Error(what)
  }
  const {close, parts, runs, seen} = scene(well, {isFenced: fail('no lease'), release: fail('no release')})
  const output = parts.output && {...parts.output, range: fail('no log')}
  expect(await close({output})).toMatchObject({outcome: 'healthy', exitCode: 0})
  expect(runs.lines.at(-1)).toMatchObject({kind: 'ended', outcome: 'healthy'})
  expect(seen.warnings).toEqual(
    ['no lease', 'no log', 'no release'].map((what) => `a part of the record is missing: ${what}`),
  )
})

test('the class of what a run had to be recovered from is that of the run, whatever its last attempt shows', async () => {
  const attempt = {outcome: 'degraded', exitCode: 1, class: 'validation'} as const
  const {close, runs} = scene({attempt, attempts: 2, recovered: true, class: 'connection'})
  expect(await close()).toMatchObject({class: 'connection', recovered: true})
  expect(runs.lines.at(-1)).toMatchObject({class: 'connection', recovered: true})
})

test('that the lease was lost stands in the record of the end, and only then', async () => {
  const lost = scene(well, {isFenced: () => true})
  await lost.close()
  const kept = scene()
  await kept.close()
  expect([lost, kept].map(({runs}) => runs.lines.at(-1)?.['fenced'])).toEqual([true, undefined])
})

test('the metrics of the job and why it was not tried again are for the record, not for the caller', async () => {
  const attempt = {outcome: 'failed', exitCode: 1, result: {metrics: {rows: 5}}} as const
  const {close, runs} = scene({...well, attempt, notRetried: 'retries are off'})
  const report = await close()
  expect(runs.lines.at(-1)).toMatchObject({metrics: {rows: 5}, notRetried: 'retries are off'})
  for (const key of ['metrics', 'result', 'notRetried']) expect(report).not.toHaveProperty(key)
})

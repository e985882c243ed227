import {expect, test} from 'vitest'
import {defaultSettings, jobDefaults} from '../../../src/config/defaults.js'
import type {Alert} from '../../../src/domain/alert/alert.js'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import type {Settings} from '../../../src/domain/settings/settings.js'
import {decideReruns, planReruns, type RerunDeps} from '../../../src/usecases/recovery/rerun-interrupted.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const minute = 60_000

/** A job of which a run was interrupted. */
function world(settings: Partial<JobSettings> = {}, more: Partial<Settings> = {}) {
  const clock = fakeClock()
  const runs = memoryJournal(runsFold, clock)
  const leases = memoryJournal(leaseFold, clock)
  const alerts: Alert[] = []
  const job: JobSettings = {...jobDefaults, script: '/srv/scan.sh', onCrash: 'rerun', ...settings}
  const deps: RerunDeps = {
    ...{clock, leases, runs, settings: {...defaultSettings, jobs: {scan: job}, ...more}},
    cannotStart: () => undefined,
    raiseAlert: (alert) => {
      alerts.push(alert)
    },
  }
  let count = 0
  return {
    deps,
    clock,
    runs,
    alerts,
    interrupt: (attempt?: string) => {
      const run = `run-${++count}`
      runs.append({kind: 'started', job: 'scan', run}, 'buffered')
      if (attempt) runs.append({kind: 'attempt-ended', job: 'scan', run, attempt: 1, outcome: attempt}, 'buffered')
      runs.append({kind: 'interrupted', job: 'scan', run, reason: 'gone'}, 'durable')
    },
    steps: () => runs.lines.filter(({kind}) => kind === 'step-ended'),
  }
}

test('an interrupted run is decided on once, by a record', () => {
  const {deps, interrupt, steps} = world()
  interrupt()
  expect(planReruns(deps)).toMatchObject([{run: {id: 'run-1'}, ok: true}])
  expect(steps()).toEqual([])
  expect(decideReruns(deps)).toMatchObject([{run: {id: 'run-1', job: 'scan'}, ok: true}])
  expect(steps()).toMatchObject([{job: 'scan', run: 'run-1', do: 'rerun', ok: true, class: 'interrupted'}])
  expect(decideReruns(deps)).toEqual([])
})

test('of two processes that decide at once the one with the first record starts the job', () => {
  const {deps, runs, interrupt} = world()
  interrupt()
  let other: readonly unknown[] | undefined
  const late: RerunDeps = {
    ...deps,
    runs: {
      ...runs,
      append: (...asked) => {
        other = decideReruns(deps)
        return runs.append(...asked)
      },
    },
  }
  expect(decideReruns(late)).toEqual([])
  expect(other).toHaveLength(1)
})

test.each<[string, Partial<JobSettings>, Partial<Settings>]>([
  ['onCrash: leave', {onCrash: 'leave'}, {}],
  ['neither script nor command', {script: undefined as never}, {}],
  ['settings by which no job runs', {}, {wrong: {message: '', jobs: {}, parts: [], refusal: 'defaults are wrong'}}],
  ['no settings', {}, {jobs: {}}],
])('a job with %s is not run again', (_title, settings, more) => {
  const {deps, interrupt} = world(settings, more)
  interrupt()
  expect(decideReruns(deps)).toEqual([])
})

test('once the budget is spent the job is not run again, and one alert in its window says so', () => {
  const {deps, interrupt, alerts, steps, clock} = world({budget: {recoveries: 1, perMs: 60 * minute}})
  interrupt()
  decideReruns(deps)
  for (let crash = 0; crash < 2; crash++) {
    clock.advance(minute)
    interrupt()
    expect(decideReruns(deps)).toMatchObject([
      {ok: false, reason: expect.stringMatching(/^the budget for recoveries of scan/)},
    ])
  }
  expect(alerts).toMatchObject([{level: 'CRITICAL', job: 'scan', key: 'rerun-refused:scan:run-2'}])
  expect(steps().map(({ok, suppressed}) => [ok, suppressed])).toEqual([
    [true, undefined],
    [false, undefined],
    [false, true],
  ])
  clock.advance(60 * minute)
  interrupt()
  expect(decideReruns(deps)).toMatchObject([{ok: true}])
})

test('a run that had done its work is not run again, tells nobody, and silences no later refusal', () => {
  const {deps, interrupt, alerts, clock} = world({budget: {recoveries: 0, perMs: 60 * minute}})
  interrupt('healthy')
  expect(decideReruns(deps)).toMatchObject([{ok: false, reason: 'its last attempt had ended healthy'}])
  expect(alerts).toEqual([])
  clock.advance(minute)
  interrupt('failed')
  decideReruns(deps)
  expect(alerts).toMatchObject([{key: 'rerun-refused:scan:run-2'}])
})

test('where nothing that is started would last, the job is not run again, and that is said', () => {
  const {deps, interrupt, alerts} = world()
  interrupt()
  expect(decideReruns({...deps, cannotStart: () => 'it would end'})).toMatchObject([
    {ok: false, reason: 'it would end'},
  ])
  expect(alerts).toMatchObject([{message: 'scan was interrupted and is not run again: it would end'}])
})

test('a look ahead counts runs as interrupted that are not yet', () => {
  const {deps, runs} = world()
  runs.append({kind: 'started', job: 'scan', run: 'run-1'}, 'buffered')
  expect(planReruns(deps)).toEqual([])
  const run = runs.read().get('scan')!.runs[0]!
  expect(planReruns(deps, [run])).toMatchObject([{run: {id: 'run-1'}, ok: true}])
})

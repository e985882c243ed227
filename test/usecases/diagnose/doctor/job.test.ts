import {expect, test} from 'vitest'
import type {PlannedJob} from '../../../../src/domain/diagnose/schedule-findings.js'
import type {SchedulerFacts} from '../../../../src/domain/health/scheduler.js'
import type {Lease} from '../../../../src/domain/lease/lease.js'
import type {LivingProcess} from '../../../../src/system/process/holder-liveness.js'
import {examineLease, examineSchedules, type JobDeps} from '../../../../src/usecases/diagnose/doctor/job.js'
import {crontabsOf, wrappedLine} from '../../../support/cron-lines.js'
import {leaseNow, leaseOf} from '../../../support/leases.js'

const minute = 60_000
const expired = leaseOf('backup', {expiresAt: leaseNow.at - minute, expiresMono: leaseNow.mono - minute})

async function leaseLevel(lease: Lease | undefined, living: LivingProcess): Promise<readonly unknown[]> {
  const byJob = new Map(lease === undefined ? [] : [['backup', lease]])
  const deps: Pick<JobDeps, 'leases' | 'livingProcessOf' | 'readClock'> = {
    leases: {read: () => ({grants: 1, byJob})},
    livingProcessOf: async () => living,
    readClock: () => leaseNow,
  }
  const found = await examineLease(deps as JobDeps, 'backup')
  return found.map(({level, what, mend}) => [level, what, mend])
}

test('a lease that has run out while its run goes on is a thing to look at', async () => {
  const what = 'Lease of backup has run out, and its run goes on'
  const told = [['look', what, 'guard lease show backup']]
  expect([await leaseLevel(expired, 'guard'), await leaseLevel(expired, 'orphaned-job')]).toEqual([told, told])
})

test.each<[string, Lease | undefined, LivingProcess]>([
  ['that was never taken', undefined, 'none'],
  ['that has time left', leaseOf('backup'), 'guard'],
  ['that has run out with its run', expired, 'none'],
  ['that has run out, of a run that cannot be seen from here', expired, 'unknown'],
  ['that was given back', {...expired, released: {at: leaseNow.at, status: 'ok'}}, 'guard'],
])('a lease %s is well', async (_title, lease, living) => {
  expect(await leaseLevel(lease, living)).toMatchObject([['well', expect.anything(), undefined]])
})

const backup: PlannedJob = {
  ...{job: 'backup', schedule: '0 5 * * *', timezone: 'UTC', isRunnable: true, hasRun: false},
}

async function schedulesOf(jobs: readonly PlannedJob[], lines = [wrappedLine()], is: SchedulerFacts['is'] = 'stopped') {
  const deps: Pick<JobDeps, 'crontabLines' | 'lookAtScheduler' | 'nextSlot'> = {
    crontabLines: async () => crontabsOf(...lines),
    lookAtScheduler: async () => ({is, text: ''}),
    nextSlot: ({timezone}) => (timezone === undefined ? undefined : Date.UTC(2026, 0, 6, 5)),
  }
  const found = await examineSchedules(deps as JobDeps, jobs)
  return found.map(({level, what, proof}) => [level, what, proof])
}

test('without a job that has a schedule nothing is said of schedules', async () => {
  expect(await schedulesOf([])).toEqual([])
})

test('a schedule that something starts is well, and of a single job it is said when that is next', async () => {
  expect(await schedulesOf([backup])).toEqual([['well', 'schedule', 'next run 2026-01-06T05:00:00.000Z']])
  expect(await schedulesOf([{...backup, timezone: undefined}])).toEqual([['well', 'schedule', '']])
  expect(await schedulesOf([backup, {...backup, hasRun: true}])).toEqual([['well', 'schedules (2 jobs)', '']])
})

test('a job that no crontab starts is started by a scheduler that is in use', async () => {
  expect(await schedulesOf([backup], [], 'running')).toMatchObject([['well', 'schedule', expect.anything()]])
  expect(await schedulesOf([backup], [], 'stopped')).toEqual([
    ['look', '1 job is in no crontab and never ran', 'backup'],
  ])
})

import {expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {leaseHolder, orphanedJob} from '../../../src/usecases/history/lease-holder.js'
import {leaseNow, leaseOf} from '../../support/leases.js'

const held = leaseOf('scan', {jobProcess: {pid: 7, start: '4711'}})
const released: Lease = {...held, released: {at: leaseNow.at, status: 'ok'}}

const finds = (living: LivingProcess) => async () => living
const findsNothing = async () => {
  throw new Error('the processes were looked at')
}

test.each<[LivingProcess, string]>([
  ['guard', 'alive'],
  ['job', 'alive'],
  ['orphaned-job', 'alive'],
  ['none', 'gone'],
  ['unknown', 'unknown'],
])('the holder of a lease of which the %s lives is %s', async (living, status) => {
  expect((await leaseHolder(finds(living), held)).status).toBe(status)
})

test('the processes of a lease that was given back say nothing, and are not looked at', async () => {
  expect((await leaseHolder(findsNothing, released)).status).toBe('unknown')
  expect(await orphanedJob(findsNothing, released)).toBeUndefined()
})

test('a job goes on without its guard if that is gone, and its process is named if it is known', async () => {
  const {jobProcess: _, ...unnamed} = held
  expect(await orphanedJob(finds('orphaned-job'), held)).toEqual({pid: 7})
  expect(await orphanedJob(finds('orphaned-job'), unnamed)).toEqual({pid: undefined})
})

test.each<LivingProcess>(['guard', 'job', 'none', 'unknown'])(
  'no job goes on without its guard if what lives is: %s',
  async (living) => {
    expect(await orphanedJob(finds(living), held)).toBeUndefined()
  },
)

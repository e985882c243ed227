import {expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {readLeases} from '../../../src/usecases/watchdog/read-leases.js'
import {minute} from '../../support/job-facts.js'
import {leaseNow, leaseOf} from '../../support/leases.js'
import {scan} from '../../support/watchdog-world.js'

const held = leaseOf('scan')
const released: Lease = {...held, released: {at: leaseNow.at, status: 'ok'}}
const expired = leaseOf('scan', {expiresAt: leaseNow.at - minute, expiresMono: leaseNow.mono - minute})

interface Seen {
  readonly living?: LivingProcess
  /** What the journal says once the processes were looked at. */
  readonly later?: Lease
  readonly jobs?: readonly (typeof scan)[]
}

async function read(lease: Lease | undefined, {living = 'none', later, jobs = [scan]}: Seen = {}) {
  const journal = new Map(lease && [['scan', lease]])
  const lookedAt: string[] = []
  const livingProcessOf = async ({holder}: {readonly holder: string}) => {
    lookedAt.push(holder)
    if (later) journal.set('scan', later)
    return living
  }
  const leases = {read: () => ({grants: 1, byJob: new Map(journal)})}
  const {dead, leases: last} = await readLeases({leases, livingProcessOf}, jobs, leaseNow)
  return {dead: [...dead.keys()], lookedAt, last: last.byJob.get('scan')}
}

test('a lease is dead while it is held, once none of its processes is left', async () => {
  expect((await read(held)).dead).toEqual(['scan'])
})

test.each<LivingProcess>(['guard', 'job', 'orphaned-job', 'unknown'])(
  'a lease is not dead if what lives of it is: %s',
  async (living) => {
    expect((await read(held, {living})).dead).toEqual([])
  },
)

test.each<[string, Lease | undefined]>([
  ['was given back', released],
  ['has run out', expired],
  ['was never taken', undefined],
])('no process is looked at for a lease that %s', async (_title, lease) => {
  expect(await read(lease)).toMatchObject({dead: [], lookedAt: []})
})

test('no process is looked at for a job that is not watched', async () => {
  expect((await read(held, {jobs: [{...scan, name: 'other'}]})).lookedAt).toEqual([])
})

test('a run that gives its lease back and ends while it is looked at is not dead', async () => {
  expect(await read(held, {later: released})).toMatchObject({dead: [], last: {released: {status: 'ok'}}})
})

test('a lease that another run takes meanwhile is not dead with the one before it', async () => {
  expect(await read(held, {later: leaseOf('scan', {claimId: 'c2'})})).toMatchObject({dead: [], last: {claimId: 'c2'}})
})

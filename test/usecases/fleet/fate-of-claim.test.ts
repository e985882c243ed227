import {describe, expect, test} from 'vitest'
import type {OpenClaim} from '../../../src/domain/fleet/open-claims.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {type FateDeps, fateOfClaim} from '../../../src/usecases/fleet/fate-of-claim.js'
import {fakeClock} from '../../support/fake-clock.js'
import {noSpace} from '../../support/fake-fleet.js'
import {memoryJournal} from '../../support/memory-journal.js'

const owner = {process: {pid: 10, start: '100'}, host: 'host-1', boot: 'boot-1'}
const asked: OpenClaim = {claimId: 'run-1', is: 'asked', at: 0, owner}

/** A host on which `living` is left of the processes of the claim, and these records are there of its run. */
function host(living: LivingProcess, ...records: readonly object[]) {
  const runs = memoryJournal(runsFold, fakeClock())
  for (const record of records) runs.append({job: 'nightly', run: 'run-1', ...record} as never, 'buffered')
  const looked: unknown[] = []
  const deps: FateDeps = {
    runs,
    livingProcessOf: async (holder) => {
      looked.push(holder)
      return living
    },
  }
  return {deps, looked, fate: (claim: Partial<OpenClaim> = {}) => fateOfClaim(deps, 'nightly', {...asked, ...claim})}
}

const started = {kind: 'started'}
const ended = (outcome: string) => ({kind: 'ended', outcome})
const skipped = {kind: 'skipped', reason: 'busy'}
/** Of another run. */
const begun = {...started, run: 'run-2'}
const later = [begun, {...ended('failed'), run: 'run-2'}]

describe('the run of a claim', () => {
  test.each<[string, Partial<OpenClaim>]>([
    ['its guard has given it up', {is: 'given-up'}],
    ['it is on record that no host ran its slot', {isTold: true}],
  ])('never begins if %s, whatever else is seen', async (_title, claim) => {
    const {fate, looked} = host('guard', started)
    expect([await fate(claim), looked]).toEqual(['abandoned', []])
  })

  test.each(['guard', 'job', 'orphaned-job'] as const)(
    'goes on while its %s lives, also once it has ended',
    async (living) => {
      expect(await host(living).fate()).toBe('alive')
      expect(await host(living, started, ended('failed')).fate()).toBe('alive')
    },
  )

  test('is looked for by the process that has asked, under the name of the claim', async () => {
    const {fate, looked} = host('none')
    await fate()
    expect(looked).toEqual([{...owner, holder: 'run-1'}])
  })

  test('has taken place if it has ended, though nothing is seen of its processes', async () => {
    expect(await host('unknown', started, ended('failed')).fate()).toBe('ran')
    expect(await host('none', started, ended('failed')).fate({owner: undefined as never})).toBe('ran')
  })

  test('has taken place if it had begun when its processes were gone', async () => {
    expect(await host('none', started).fate()).toBe('ran')
    expect(await host('none').fate()).toBe('abandoned')
  })

  test('is unknown if nothing is seen of its processes and no end is on record', async () => {
    expect(await host('unknown', started).fate()).toBe('unknown')
    expect(await host('none', started).fate({owner: undefined as never})).toBe('unknown')
  })

  test('has not taken place if it was skipped', async () => {
    expect(await host('none', skipped).fate()).toBe('abandoned')
  })

  test('has taken place if its job says that it skipped its work', async () => {
    const attempt = {kind: 'attempt-ended', attempt: 1, outcome: 'skipped'}
    expect(await host('none', started, attempt, ended('skipped')).fate()).toBe('ran')
  })

  test.each<[string, OpenClaim['is'], string, readonly object[]]>([
    ['has taken place, though it is forgotten, if a later one of its job has ended since', 'granted', 'ran', later],
    ['has taken place without the lease, though it is forgotten, if a later one has ended', 'unfenced', 'ran', later],
    ['has not taken place if it only asked, also if a later one has ended', 'asked', 'abandoned', later],
    ['has not taken place if the later one goes on, for nothing is forgotten then', 'granted', 'abandoned', [begun]],
    ['has not taken place if the later one was skipped', 'granted', 'abandoned', [{...skipped, run: 'run-2'}]],
  ])('%s', async (_title, is, fate, records) => {
    expect(await host('none', ...records).fate({is})).toBe(fate)
  })

  test('has not taken place if the one that has ended began before it', async () => {
    expect(await host('none', ...later).fate({is: 'granted', at: Date.UTC(2027, 0)})).toBe('abandoned')
  })

  test('is unknown where the runs cannot be read, and abandoned where none are kept', async () => {
    const {deps} = host('none')
    const broken = (error: Error) => ({
      read: () => {
        throw error
      },
    })
    expect(await fateOfClaim({...deps, runs: broken(noSpace)}, 'nightly', asked)).toBe('unknown')
    await expect(fateOfClaim({...deps, runs: broken(new TypeError('x'))}, 'nightly', asked)).rejects.toThrow('x')
    expect(await fateOfClaim({...deps, runs: undefined}, 'nightly', asked)).toBe('abandoned')
  })
})

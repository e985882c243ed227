import {describe, expect, test} from 'vitest'
import {type Lease, leaseFold} from '../../../src/domain/lease/lease.js'
import {GuardError} from '../../../src/errors.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {type ClaimDeps, type ClaimRequest, claimRun} from '../../../src/usecases/run/claim-run.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

function runs() {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const survivors = new Map<string, LivingProcess>()
  const warnings: string[] = []
  const ended: string[] = []
  const deps: ClaimDeps = {
    clock,
    leases,
    here: {host: 'host-1', boot: 'boot-1'},
    self: {pid: 10, start: '100'},
    identify: (pid) => ({pid, start: '200'}),
    lostToken: () => undefined,
    livingProcessOf: async ({holder}: Lease) => survivors.get(holder) ?? 'guard',
    cancelRun: async ({holder}) => {
      ended.push(holder)
      survivors.set(holder, 'none')
      return []
    },
    isInside: async () => false,
    sawLeases: () => undefined,
    warn: (text) => warnings.push(text),
  }
  const claim = (runId: string, more: Partial<ClaimRequest> = {}) =>
    claimRun(deps, {job: 'j', runId, ttlMs: 60_000, overlap: 'skip', waitMs: undefined, ...more})
  const granted = async (runId: string, more: Partial<ClaimRequest> = {}) => {
    const result = await claim(runId, more)
    if (!result.granted) throw new Error(result.reason)
    return result
  }
  return {clock, leases, survivors, warnings, ended, deps, claim, granted}
}

describe('claiming the right to run', () => {
  test('a free job is granted, and given back at the end', async () => {
    const {granted, leases} = runs()
    const {lease, isUnclosed} = await granted('a')
    expect([lease?.token, isUnclosed]).toEqual([1, false])
    lease?.release('ok', 'healthy')
    expect((await granted('b')).lease?.token).toBe(2)
    expect(leases.lines.map(({kind}) => kind)).toEqual(['claimed', 'released', 'claimed'])
  })

  test('skip: a job that runs is refused, with its holder and for how long it has run', async () => {
    const {granted, claim, clock} = runs()
    const {lease} = await granted('a')
    lease?.bind(77)
    clock.advance(5000)
    expect(await claim('b')).toMatchObject({
      granted: false,
      reason: 'it has been running for 5 s (run a, pid 77); see guard lease show j',
    })
  })

  test('skip: for how long it has run is not said where the clock was set back since', async () => {
    const {granted, claim, clock} = runs()
    await granted('a')
    clock.jump(-34_560_000_000)
    expect(await claim('b')).toMatchObject({reason: 'it is running (run a, pid 10); see guard lease show j'})
  })

  test('skip: a job that outlived its guard is refused past the time of its lease', async () => {
    const {granted, claim, clock, survivors} = runs()
    await granted('a')
    survivors.set('a', 'job')
    clock.advance(3_600_000)
    expect((await claim('b')).granted).toBe(false)
  })

  test('a run whose guard and job are gone may be without an end on record', async () => {
    const {granted, survivors} = runs()
    await granted('a')
    survivors.set('a', 'none')
    expect((await granted('b')).isUnclosed).toBe(true)
  })

  test('what a run has not closed is looked for by the next one, until one has closed it', async () => {
    const {granted, leases} = runs()
    const first = await granted('a')
    first.lease?.setUnclosed(true)
    first.lease?.release('ok', 'healthy')
    expect(leases.lines.at(-1)).toMatchObject({kind: 'released', unclosed: true})
    // It was refused after its claim, and has looked for nothing.
    const refused = await granted('b')
    refused.lease?.release('error', 'breaker open')
    const next = await granted('c')
    next.lease?.setUnclosed(false)
    next.lease?.release('ok', 'healthy')
    expect([refused.isUnclosed, next.isUnclosed, (await granted('d')).isUnclosed]).toEqual([true, true, false])
  })

  test('a claim says how the lease before it was given back; one that never was counts as an error', async () => {
    const {granted, survivors} = runs()
    const first = await granted('a')
    first.lease?.release('ok', 'healthy')
    const second = await granted('b')
    second.lease?.release('error', 'failed')
    const third = await granted('c')
    survivors.set('c', 'none')
    const formers = [first, second, third, await granted('d')].map(({former}) => former)
    expect(formers).toEqual([undefined, 'ok', 'error', 'error'])
  })

  test('wait: as soon as the other one has ended', async () => {
    const {granted, claim, clock} = runs()
    const {lease} = await granted('a')
    const sleep = clock.sleep
    let sleeps = 0
    Object.assign(clock, {
      sleep: (ms: number) => {
        sleeps += 1
        if (sleeps === 3) lease?.release('ok', 'healthy')
        return sleep(ms)
      },
    })
    expect(await claim('b', {overlap: 'wait'})).toMatchObject({granted: true, isUnclosed: false})
    expect(sleeps).toBe(3)
  })

  test('wait: ends after that time', async () => {
    const {granted, claim, clock, deps} = runs()
    const {lease} = await granted('a', {ttlMs: 3_600_000})
    const begun = clock.mono()
    expect(await claim('b', {overlap: 'wait', waitMs: 1200})).toMatchObject({
      granted: false,
      reason: expect.stringContaining('the wait is over'),
    })
    expect(clock.mono() - begun).toBe(1200)
    expect([deps.leases.read().byJob.get('j')?.holder, lease?.token]).toEqual(['a', 1])
  })

  test('cancel-other: ends the other one, once, and takes its place at once', async () => {
    const {granted, ended, clock} = runs()
    await granted('a')
    const begun = clock.mono()
    expect((await granted('b', {overlap: 'cancel-other'})).isUnclosed).toBe(true)
    expect([ended, clock.mono() - begun]).toEqual([['a'], 0])
  })

  test('cancel-other: ends each other run that has taken the lease before it', async () => {
    const {granted, claim, ended, deps, survivors} = runs()
    await granted('a')
    const {cancelRun} = deps
    Object.assign(deps, {
      cancelRun: async (...call: Parameters<typeof cancelRun>) => {
        const left = await cancelRun(...call)
        if (ended.length === 1) await claim('x')
        return left
      },
    })
    await granted('b', {overlap: 'cancel-other'})
    expect([ended, survivors.get('x')]).toEqual([['a', 'x'], 'none'])
  })

  test('cancel-other: a lease that is not that of a run is waited for', async () => {
    const {granted, clock, deps} = runs()
    const {lease} = await granted('a')
    const asked: string[] = []
    Object.assign(deps, {cancelRun: async ({holder}: Lease) => void asked.push(holder)})
    const {sleep} = clock
    Object.assign(clock, {
      sleep: (ms: number) => {
        if (asked.length === 30) lease?.release('ok', 'done')
        return sleep(ms)
      },
    })
    expect((await granted('b', {overlap: 'cancel-other'})).isUnclosed).toBe(false)
  })

  test('allow: without any lease, and the run says itself which process it is', async () => {
    const {granted, leases, deps} = runs()
    expect(await granted('a', {overlap: 'allow'})).toMatchObject({lease: undefined, process: deps.self})
    expect(leases.lines).toEqual([])
  })
})

describe('the lease of a run', () => {
  test('renewals keep it beyond its first time', async () => {
    const {granted, claim, clock, survivors} = runs()
    const {lease} = await granted('a')
    survivors.set('a', 'unknown')
    for (let i = 0; i < 5; i++) {
      clock.advance(20_000)
      lease?.renew()
    }
    expect((await claim('b')).granted).toBe(false)
    clock.advance(60_000)
    expect((await claim('b')).granted).toBe(true)
  })

  test('that another run has taken gives one warning and no further record', async () => {
    const {granted, clock, survivors, warnings, leases} = runs()
    const {lease} = await granted('a')
    survivors.set('a', 'none')
    clock.advance(1)
    await granted('b')
    lease?.renew()
    const written = leases.lines.length
    lease?.renew()
    lease?.release('ok', 'healthy')
    expect(leases.lines).toHaveLength(written)
    expect(warnings).toEqual(['j: another run has taken the lease (token 1 is old); the job goes on'])
    expect(leases.read().byJob.get('j')).toMatchObject({holder: 'b', token: 2})
  })

  test('that is no longer on record is not taken for that of another run', async () => {
    const {granted, leases, warnings} = runs()
    const {lease} = await granted('a')
    leases.lines.length = 0
    lease?.renew()
    expect(lease?.isFenced()).toBe(false)
    lease?.release('error', 'failed')
    expect(warnings).toEqual([
      'the lease of j was not renewed: the state directory was made anew or emptied',
      'the lease of j was not released: the state directory was made anew or emptied',
    ])
  })

  test('that cannot be written gives a warning, and stops nothing', async () => {
    const {granted, leases, warnings} = runs()
    const {lease} = await granted('a')
    Object.assign(leases, {
      append: () => {
        throw new GuardError('io', 'leases.jsonl: write failed with ENOSPC')
      },
    })
    lease?.renew()
    lease?.release('error', 'failed')
    expect(warnings).toEqual([
      'the lease of j was not renewed: leases.jsonl: write failed with ENOSPC',
      'the lease of j was not released: leases.jsonl: write failed with ENOSPC',
    ])
  })
})

describe('a claim that would never be granted', () => {
  test.each(['wait', 'cancel-other'] as const)(
    'is refused inside the run that holds the lease (%s)',
    async (overlap) => {
      const {deps, granted, claim, ended} = runs()
      await granted('a')
      Object.assign(deps, {isInside: async ({holder}: Lease) => holder === 'a'})
      expect(await claim('b', {overlap})).toEqual({
        granted: false,
        reason: 'it would wait for the run that has started it (a)',
      })
      expect(ended).toEqual([])
    },
  )

  test('is refused in bounded time where nothing of the other run is seen, and its lease is still held', async () => {
    const {deps, granted, claim, clock} = runs()
    await granted('a', {ttlMs: 3_600_000})
    Object.assign(deps, {cancelRun: async () => []})
    const begun = clock.mono()
    expect(await claim('b', {overlap: 'cancel-other'})).toMatchObject({
      ...{granted: false, reason: expect.stringContaining('the other run could not be ended from here; it has been')},
    })
    expect(clock.mono() - begun).toBe(5000)
  })

  test('is refused where the other run cannot be ended', async () => {
    const {deps, granted, claim} = runs()
    await granted('a')
    Object.assign(deps, {cancelRun: async () => [{pid: 7, user: 'root'}]})
    expect(await claim('b', {overlap: 'cancel-other'})).toEqual({
      granted: false,
      reason: 'the other run could not be ended: process 7 of root',
    })
  })
})

test('a lease that is left to a process is not released', async () => {
  const {granted, leases} = runs()
  const {lease} = await granted('a')
  lease?.leaveTo(77)
  lease?.release('error', 'timed-out')
  expect(leases.lines.map(({kind, jobProcess}) => [kind, jobProcess])).toEqual([
    ['claimed', undefined],
    ['renewed', {pid: 77, start: '200'}],
  ])
})

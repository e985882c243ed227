import {expect, test} from 'vitest'
import {leaseFold} from '../../../src/domain/lease/lease.js'
import type {RunHolder} from '../../../src/domain/run/interrupted-run.js'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {LivingProcess} from '../../../src/system/process/holder-liveness.js'
import {reconcileInterrupted} from '../../../src/usecases/run/reconcile-interrupted.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const readClockOf = (clock: ReturnType<typeof fakeClock>) => () => ({
  ...{at: clock.now(), mono: clock.mono()},
  ...{host: 'host-1', boot: 'boot-1'},
})

/** A run that started under a lease and has no end. */
function openRun(survivor: LivingProcess) {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(runsFold, clock)
  leases.append({kind: 'claimed', job: 'scan', holder: 'run-1', ttlMs: 60_000}, 'durable')
  runs.append({kind: 'started', job: 'scan', run: 'run-1'}, 'buffered')
  let onLook = () => {}
  const livingProcessOf = async () => {
    onLook()
    return survivor
  }
  return {
    leases,
    runs,
    whileLooking: (act: () => void) => {
      onLook = act
    },
    close: () => reconcileInterrupted({leases, runs, readClock: readClockOf(clock), livingProcessOf}),
    outcome: () => runs.read().get('scan')?.runs.at(-1)?.outcome,
  }
}

test('a run without an end whose processes are gone is interrupted, once', async () => {
  const {close, runs, outcome} = openRun('none')
  expect(await close()).toMatchObject([{run: {id: 'run-1'}}])
  expect(outcome()).toBe('interrupted')
  expect(await close()).toEqual([])
  expect(runs.lines.filter(({kind}) => kind === 'interrupted')).toHaveLength(1)
})

test.each(['guard', 'job', 'unknown'] as const)('a run of which %s may live goes on', async (survivor) => {
  const {close, outcome} = openRun(survivor)
  expect(await close()).toEqual([])
  expect(outcome()).toBeUndefined()
})

test('a run that ends while it is looked for keeps its own end', async () => {
  const {close, runs, whileLooking, outcome} = openRun('none')
  whileLooking(() => runs.append({kind: 'ended', job: 'scan', run: 'run-1', outcome: 'healthy'}, 'durable'))
  expect(await close()).toEqual([])
  expect(outcome()).toBe('healthy')
})

test('one that named neither process nor token stays open, also when another run has its lease', async () => {
  const {close, leases, runs, outcome} = openRun('none')
  const {claimId} = leases.read().byJob.get('scan')!
  leases.append({kind: 'claimed', job: 'scan', holder: 'run-2', ttlMs: 60_000, over: claimId}, 'durable')
  expect(await close()).toEqual([])
  expect(outcome()).toBeUndefined()
  expect(runs.lines).toHaveLength(1)
})

/** A run beside others of its job: it took no lease. */
function overlappingRun(survivor: LivingProcess, started: object) {
  const clock = fakeClock()
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(runsFold, clock)
  runs.append({kind: 'started', job: 'scan', run: 'run-1', ...started}, 'buffered')
  const asked: unknown[] = []
  const livingProcessOf = async (holder: RunHolder) => {
    asked.push(holder)
    return survivor
  }
  return {
    close: () => reconcileInterrupted({leases, runs, readClock: readClockOf(clock), livingProcessOf}),
    asked,
  }
}

const process = {pid: 7, start: '4711'}

test('a run without a lease is interrupted once the process that it named and its job are gone', async () => {
  const {close, asked} = overlappingRun('none', {process})
  expect(await close()).toMatchObject([
    {run: {id: 'run-1', owner: {process}}, reason: 'its guard and its job are gone: process 7 no longer runs'},
  ])
  expect(asked).toEqual([{process, holder: 'run-1', host: 'host-1', boot: 'boot-1'}])
  expect(await close()).toEqual([])
})

test.each(['guard', 'job', 'unknown'] as const)('one of which %s may live goes on', async (survivor) => {
  expect(await overlappingRun(survivor, {process}).close()).toEqual([])
})

test('one that named no process stays open, for nothing proves its end', async () => {
  const {close, asked} = overlappingRun('none', {})
  expect([await close(), asked]).toEqual([[], []])
})

test('of two processes that find an interruption at once, one closes the run', async () => {
  const {close, whileLooking, runs} = openRun('none')
  let other: Promise<readonly unknown[]> | undefined
  whileLooking(() => {
    whileLooking(() => {})
    other = close()
  })
  const both = [await close(), await other]
  expect(both.map((closed) => closed?.length).sort()).toEqual([0, 1])
  expect(runs.lines.filter(({kind}) => kind === 'interrupted')).toHaveLength(1)
})

import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import {claimFleetRun, type FleetRunDeps} from '../../../src/usecases/fleet/fleet-run.js'
import {runJob} from '../../../src/usecases/run/run-job.js'
import {fakeFleet} from '../../support/fake-fleet.js'
import {type FakeAttempt, fakeRun} from '../../support/fake-run.js'

const slotAt = Date.UTC(2026, 0, 5, 12)
const away = new StoreFault('away', 'connection refused', ['start it'])
const kinds = (lines: readonly Readonly<Record<string, unknown>>[]) => lines.map(({kind}) => kind)

interface Options {
  readonly settings?: Partial<JobSettings>
  readonly attempts?: readonly FakeAttempt[]
  readonly fleet?: Partial<FleetRunDeps>
}

/** A run of a fleet's job on the host web-17. */
function fleetRun({settings = {}, attempts, fleet: more = {}}: Options = {}) {
  const run = fakeRun({scope: 'fleet', ttlMs: 60_000, ...settings}, attempts)
  const fleet = fakeFleet({clock: run.clock})
  const deps: typeof run.deps = {
    ...run.deps,
    claimFleet: (request, claim) =>
      claimFleetRun({...fleet.deps, runs: run.runs, warn: run.deps.warn, ...more}, request, claim),
  }
  /** Takes the job's lease for another host. */
  const takeByOther = (more: object = {}) =>
    fleet.store.acquire({
      ...{job: 'backup', host: 'web-18', holder: 'run-9', claimId: 'run-9', ttlMs: 60_000, floor: 0, ...more},
    })
  return {...run, deps, fleet, takeByOther}
}

describe('a run in a fleet', () => {
  test('takes the lease of its machine, then that of the fleet, whose token the job gets', async () => {
    const {deps, request, fleet, runs, leases, seen} = fleetRun({fleet: {machineFloor: () => 40}})
    expect(await runJob(deps, request)).toMatchObject({outcome: 'healthy', exitCode: 0, token: 41})
    expect(seen.tasks[0]?.token).toBe(41)
    expect(runs.lines[0]).toMatchObject({kind: 'started', token: 41})
    expect(kinds(leases.lines).filter((kind) => kind !== 'renewed')).toEqual(['claimed', 'released'])
    expect(fleet.kinds()).toEqual(['granted', 'released'])
    expect(fleet.store.rows.get('backup')).toMatchObject({host: 'web-17', released: {status: 'ok', detail: 'healthy'}})
  })

  test('asks no store while its machine has the lease', async () => {
    const {deps, request, fleet, leases} = fleetRun()
    leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 60_000}, 'buffered')
    expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', exitCode: 75})
    expect(fleet.store.asked).toEqual([])
  })

  test('is skipped, and names the host that has the job', async () => {
    const {deps, request, runs, leases, seen, takeByOther} = fleetRun()
    await takeByOther()
    expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', exitCode: 75})
    expect(runs.lines).toMatchObject([{kind: 'skipped', reason: 'web-18 has had it for 0 s (token 1)', by: 'web-18'}])
    expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'ok'})
    expect(seen.warnings).toEqual(['backup was skipped: web-18 has had it for 0 s (token 1)'])
  })

  test('that is skipped tells how the last run of the fleet ended, and how long ago', async () => {
    const {deps, request, runs, fleet, takeByOther} = fleetRun({attempts: [{code: 3}]})
    await runJob(deps, request)
    fleet.clock.advance(5000)
    await takeByOther()
    await runJob(deps, {...request, runId: 'run-2'})
    expect(runs.lines.at(-1)).toMatchObject({kind: 'skipped', lastEnd: {token: 1, status: 'error', agoMs: 5000}})
  })

  test('that is skipped leaves it known that the run before ended badly', async () => {
    const {deps, request, leases, takeByOther} = fleetRun({attempts: [{code: 3}]})
    await runJob(deps, request)
    await takeByOther()
    await runJob(deps, {...request, runId: 'run-2'})
    expect(leases.lines.at(-1)).toMatchObject({kind: 'released', status: 'error'})
  })

  test('is skipped with the code of the settings, and silent where that means success', async () => {
    const {deps, request, seen, takeByOther} = fleetRun({settings: {quiet: true, skipExitCode: 0}})
    await takeByOther()
    expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', exitCode: 0})
    expect(seen.warnings).toEqual([])
  })

  test('claims its slot, which no other host runs again', async () => {
    const {deps, request, runs, fleet} = fleetRun({fleet: {slotAt}})
    await runJob(deps, request)
    expect(runs.lines[0]).toMatchObject({kind: 'started', claimedSlotAt: slotAt})
    expect(runs.read().get('backup')?.runs[0]).toMatchObject({claimedSlotAt: slotAt})
    expect(await runJob(deps, {...request, runId: 'run-2'})).toMatchObject({
      ...{outcome: 'skipped', exitCode: 75},
      detail: 'its slot 2026-01-05T12:00:00Z was claimed by web-17 (token 1)',
    })
    expect(fleet.store.rows.get('backup')?.token).toBe(1)
  })

  test('that waits gets the lease when the other host has given it back', async () => {
    const {deps, request, takeByOther, clock} = fleetRun({settings: {overlap: 'wait'}})
    await takeByOther()
    const begun = clock.mono()
    expect(await runJob(deps, request)).toMatchObject({outcome: 'healthy', token: 2})
    expect(clock.mono() - begun).toBe(60_000)
  })

  test('waits no longer for both leases than it may', async () => {
    const {deps, request, takeByOther, leases, clock} = fleetRun({settings: {overlap: 'wait', waitMs: 45_000}})
    leases.append({kind: 'claimed', job: 'backup', holder: 'run-0', ttlMs: 20_000}, 'buffered')
    const openClaim = () => ({...deps.openClaim!(), livingProcessOf: async () => 'unknown' as const})
    await takeByOther()
    const begun = clock.mono()
    expect(await runJob({...deps, openClaim}, request)).toMatchObject({
      ...{outcome: 'skipped', exitCode: 75},
      detail: 'web-18 has had it for 45 s (token 1)',
    })
    expect(clock.mono() - begun).toBe(45_000)
  })

  test('gives its lease back as an error if the job fails', async () => {
    const {deps, request, fleet} = fleetRun({attempts: [{code: 3}]})
    expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 3})
    expect(fleet.store.rows.get('backup')?.released).toMatchObject({status: 'error', detail: 'failed'})
  })

  test.each([
    ['tries for a while to give its lease back to a store that is away', false, 15_000],
    ['tries it once if guard was asked to end', true, 0],
  ])('%s', async (_title, isAsked, waitMs) => {
    const {deps, request, fleet, clock, ending, runs} = fleetRun()
    const {supervise} = deps
    let endedAt = 0
    const last: typeof supervise = async (...call) => {
      fleet.store.fault = away
      if (isAsked) ending.abort()
      endedAt = clock.mono()
      return supervise(...call)
    }
    expect(await runJob({...deps, supervise: last}, request)).toMatchObject({outcome: 'healthy', exitCode: 0})
    expect([clock.mono() - endedAt, kinds(runs.lines).at(-1)]).toEqual([waitMs, 'ended'])
  })

  test('whose slot another run of its machine has begun meanwhile gives the lease of the fleet back', async () => {
    const {deps, request, runs, fleet} = fleetRun()
    const slot = 'backup#2026-01-05T12:00:00.000Z'
    const {claimFleet} = deps
    const late: typeof claimFleet = async (...call) => {
      const claimed = await claimFleet?.(...call)
      runs.append({kind: 'started', job: 'backup', run: 'run-0', slot}, 'buffered')
      return claimed as never
    }
    expect(await runJob({...deps, claimFleet: late}, {...request, slot})).toMatchObject({outcome: 'skipped'})
    expect(fleet.kinds()).toEqual(['granted', 'released'])
  })
})

describe('a run that loses its lease', () => {
  /** Another host takes it while the job runs; the job ends as `attempts` say. */
  const losing = (options: Options = {}, at: 'renewal' | 'end' = 'renewal') => {
    const run = fleetRun(options)
    const {supervise} = run.deps
    const deps: typeof run.deps = {
      ...run.deps,
      supervise: async (...call) => {
        const row = run.fleet.store.rows.get('backup')
        if (row) run.fleet.store.rows.set('backup', {...row, token: 8, host: 'web-18', claimId: 'run-9'})
        if (at === 'renewal') await run.fleet.pass(20_000)
        return supervise(...call)
      },
    }
    return {...run, deps}
  }

  test('ends its job at once, with 77, and is recorded as fenced', async () => {
    const {deps, request, runs, seen} = losing({attempts: [{signal: 'SIGTERM'}]})
    expect(await runJob(deps, request)).toMatchObject({outcome: 'killed', exitCode: 77, class: 'fenced'})
    expect(seen.done).toContain('TERM')
    expect(seen.warnings).toEqual(['backup has lost its lease in the fleet: web-18 has token 8; the job is ended'])
    expect(runs.lines.at(-1)).toMatchObject({
      ...{kind: 'ended', outcome: 'killed', exitCode: 77, fenced: true, class: 'fenced'},
      detail: 'it has lost its lease in the fleet: web-18 has token 8',
    })
  })

  test('is not well however its job ends, for it may not have been alone', async () => {
    const {deps, request, seen} = losing({}, 'end')
    expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 77})
    expect(seen.done).not.toContain('TERM')
  })

  test('is neither tried again nor recovered', async () => {
    const recovery = [{do: 'exec', when: [], command: ['fix'], timeoutMs: 1000}] as const
    const {deps, request, seen} = losing({settings: {recovery}, attempts: [{code: 3}]})
    expect(await runJob(deps, request)).toMatchObject({attempts: 1, exitCode: 77})
    expect(seen.done).not.toContain('fix')
  })

  test('before its job has begun ends it as soon as it begins', async () => {
    const run = fleetRun({attempts: [{signal: 'SIGTERM'}]})
    const {openOutput} = run.deps
    run.fleet.store.fault = undefined
    const stopped: typeof openOutput = (isBeside) => {
      run.clock.advance(120_000)
      return openOutput(isBeside)
    }
    const {catchSignals} = run.deps
    const deps = {...run.deps, openOutput: stopped}
    Object.assign(deps, {
      catchSignals: () => {
        void run.fleet.pass(0)
        return catchSignals()
      },
    })
    expect(await runJob(deps, run.request)).toMatchObject({outcome: 'killed', exitCode: 77})
    expect(run.seen.done).toContain('TERM')
  })

  test('tells the job how long it may still take to end', async () => {
    const {deps, request, seen, clock} = fleetRun()
    const {supervise} = deps
    const rests: unknown[] = []
    const asking: typeof supervise = (process, task) => {
      clock.advance(45_000)
      rests.push(task.leaseRestMs?.())
      return supervise(process, task)
    }
    await runJob({...deps, supervise: asking}, request)
    expect([rests, seen.tasks.length]).toEqual([[15_000], 1])
  })
})

describe('while the store is away', () => {
  test('no job runs, each run says so with 74, and one person is told', async () => {
    const {deps, request, fleet, runs, leases, seen} = fleetRun()
    fleet.store.fault = away
    const reason = 'the store of the fleet gives no answer: connection refused'
    expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', exitCode: 74, detail: reason})
    await runJob(deps, {...request, runId: 'run-2'})
    expect(seen.tasks).toEqual([])
    expect(seen.warnings[0]).toBe(`backup was skipped: ${reason}\n  - start it`)
    expect(kinds(leases.lines)).toEqual(['claimed', 'released', 'claimed', 'released'])
    expect(kinds(runs.lines)).toEqual(['skipped', 'skipped'])
    fleet.store.fault = undefined
    expect(await runJob(deps, {...request, runId: 'run-3'})).toMatchObject({outcome: 'healthy', token: 1})
    expect(fleet.seen.told).toEqual([
      'away begun: connection refused',
      'away begun: connection refused',
      'away over: connection refused',
    ])
  })

  test('a slot stays to be run, for nobody has run it', async () => {
    const {deps, request, fleet, runs} = fleetRun()
    fleet.store.fault = away
    await runJob(deps, {...request, slot: 'backup#2026-01-05T12:00:00.000Z'})
    expect(runs.lines[0]).not.toHaveProperty('slot')
  })

  test('with onStoreError: run a job has the lease of its machine alone, no token, and a record that says so', async () => {
    const {deps, request, fleet, runs, seen} = fleetRun({fleet: {onStoreError: 'run', slotAt}})
    fleet.store.fault = away
    const report = await runJob(deps, request)
    expect(report).toMatchObject({outcome: 'healthy', exitCode: 0})
    expect([report.token, seen.tasks[0]?.token]).toEqual([undefined, undefined])
    expect(runs.lines[0]).toMatchObject({kind: 'started', unfenced: true, token: undefined})
    expect(runs.lines[0]).not.toHaveProperty('claimedSlotAt')
    expect(runs.read().get('backup')?.runs[0]).toMatchObject({unfenced: true})
    expect(fleet.seen.told).toEqual(['away begun: connection refused'])
  })

  test.each(['refused', 'invalid'] as const)('no way out leads past a store that is %s', async (kind) => {
    const {deps, request, fleet, seen} = fleetRun({fleet: {onStoreError: 'run'}})
    fleet.store.fault = new StoreFault(kind, 'permission denied for schema guard')
    expect(await runJob(deps, request)).toMatchObject({outcome: 'skipped', exitCode: 74})
    expect([seen.tasks, fleet.store.asked.length]).toEqual([[], 1])
  })

  test('a run without a state directory is in the fleet all the same', async () => {
    const {deps, request, fleet, seen} = fleetRun({fleet: {known: undefined}})
    const bare = {...deps, openClaim: undefined, runs: undefined}
    expect(await runJob(bare, request)).toMatchObject({outcome: 'healthy', token: 1})
    expect([seen.tasks[0]?.token, fleet.store.rows.get('backup')?.released?.status]).toEqual([1, 'ok'])
  })
})

describe('a run that goes on without the lease, because the store gave no answer', () => {
  /** `during`: what happens while its job runs. */
  function unfenced(during: (run: ReturnType<typeof fleetRun>) => Promise<void> | void, fleet: object = {slotAt}) {
    const run = fleetRun({fleet: {onStoreError: 'run', ...fleet}, attempts: [{code: 3}]})
    run.fleet.store.fault = new StoreFault('away', 'no answer in time', [], {isOpen: true})
    const {supervise} = run.deps
    const deps: typeof run.deps = {
      ...run.deps,
      supervise: async (...call) => {
        await during(run)
        return supervise(...call)
      },
    }
    return {...run, deps}
  }
  const longest = 15_000
  const answers = async ({fleet}: ReturnType<typeof fleetRun>) => {
    await fleet.pass(longest)
    fleet.store.fault = undefined
    await fleet.pass(longest)
  }

  test('gets it once the store answers, keeps it while the job runs, and gives it back', async () => {
    const {deps, request, fleet, runs} = unfenced(async (run) => {
      await answers(run)
      expect(await run.takeByOther({slotAt: slotAt + 60_000})).toMatchObject({state: 'held', lease: {host: 'web-17'}})
      for (let renewal = 0; renewal < 4; renewal++) await run.fleet.pass(20_000)
      expect(await run.takeByOther({slotAt: slotAt + 60_000})).toMatchObject({state: 'held', lease: {host: 'web-17'}})
    })
    const report = await runJob(deps, request)
    expect([report.outcome, report.token]).toEqual(['failed', undefined])
    expect(fleet.store.rows.get('backup')).toMatchObject({slotAt, claimId: 'run-1', released: {status: 'error'}})
    expect(fleet.kinds()).toEqual(['refused away', 'granted', 'released'])
    expect(runs.read().get('backup')?.runs).toMatchObject([{outcome: 'failed', unfenced: true}])
    expect(fleet.seen.told).toEqual(['away begun: no answer in time', 'away over: no answer in time'])
  })

  test('is not ended if it loses what it got', async () => {
    const {deps, request, seen} = unfenced(async (run) => {
      await answers(run)
      const row = run.fleet.store.rows.get('backup')
      if (row) run.fleet.store.rows.set('backup', {...row, token: 8, host: 'web-18', claimId: 'run-9'})
      await run.fleet.pass(20_000)
    })
    expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 3})
    expect(seen.done).not.toContain('TERM')
    expect(seen.warnings.at(-1)).toMatch(/lost the lease .* web-18 has token 8; the job goes on/)
  })

  test('leaves its slot to the host that has it by then, and asks no more', async () => {
    const {deps, request, fleet} = unfenced(async (run) => {
      run.fleet.store.fault = undefined
      await run.takeByOther({slotAt})
      await run.fleet.pass(longest)
      run.fleet.store.asked.length = 0
      await run.fleet.pass(longest)
    })
    expect(await runJob(deps, request)).toMatchObject({outcome: 'failed', exitCode: 3})
    expect([fleet.store.asked, fleet.kinds()]).toEqual([[], ['refused away', 'refused done']])
  })

  test.each([
    ['its slot, which is done then', {slotAt}, undefined],
    ['a lease that it was granted late, which it gives back', {slotAt: undefined}, 'run-1'],
  ])('that is short asks for %s at its end', async (_title, of, late) => {
    const {deps, request, fleet} = unfenced(async (run) => {
      run.fleet.store.fault = undefined
      if (late) await run.takeByOther({host: 'web-17', holder: late, claimId: late})
    }, of)
    await runJob(deps, request)
    const {slotAt: slot, released} = fleet.store.rows.get('backup') ?? {}
    expect([slot, released?.status]).toEqual([of.slotAt, 'error'])
  })

  test('asks once at its end where the store is away still, and leaves the rest to the next claim', async () => {
    const {deps, request, fleet, clock} = unfenced(() => undefined)
    const begun = clock.mono()
    await runJob(deps, request)
    // That it waits for is the wait of its first question.
    expect(clock.mono() - begun).toBe(15_000)
    fleet.store.fault = undefined
    fleet.gone.add('run-1')
    const again = await runJob(deps, {...request, runId: 'run-2'})
    expect(again).toMatchObject({outcome: 'skipped', detail: expect.stringContaining('was claimed by web-17')})
    expect(fleet.store.rows.get('backup')).toMatchObject({claimId: 'run-1', released: {status: 'error'}})
  })

  test('asks no more if guard was asked to end', async () => {
    const {deps, request, fleet} = unfenced(({ending, fleet}) => {
      ending.abort()
      fleet.store.asked.length = 0
    })
    await runJob(deps, request)
    expect([fleet.store.asked, fleet.kinds()]).toEqual([[], ['refused away']])
  })

  test('without a slot has nothing to ask for at its end if no question got through', async () => {
    const run = unfenced(() => undefined, {slotAt: undefined})
    run.fleet.store.fault = away
    await runJob(run.deps, run.request)
    const {asked} = run.fleet.store
    run.fleet.store.fault = undefined
    expect([asked.length, run.fleet.kinds()]).toEqual([19, ['refused away']])
  })
})

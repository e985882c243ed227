import {describe, expect, test} from 'vitest'
import type {Lease} from '../../../src/domain/lease/lease.js'
import {recheckRequest} from '../../../src/usecases/reset/recheck-request.js'
import {resetWorld} from '../../support/reset-world.js'

/** A request of a minute ago to reset the wedged job `coingecko`. */
function scene(more: Parameters<ReturnType<typeof resetWorld>['ask']>[1] = {}) {
  const world = resetWorld()
  world.ask('r1', more)
  world.clock.advance(60_000)
  const attempt = world.attempt('r1')
  return {
    ...world,
    ...attempt,
    recheck: (deps: Partial<typeof attempt.deps> = {}, request: Partial<typeof attempt.request> = {}) =>
      recheckRequest(
        {deps: {...attempt.deps, ...deps}, request: {...attempt.request, ...request}},
        world.openclaw.job!,
      ),
  }
}

const claimed = {kind: 'claimed', job: 'coingecko', holder: 'x', ttlMs: 120_000} as const

test('a job that was quiet since the request still needs its reset', async () => {
  expect(await scene().recheck()).toBeUndefined()
})

describe('a lease', () => {
  test('that is held counts as activity of the job, unless all its processes are dead', async () => {
    const {leases, recheck} = scene()
    leases.append(claimed, 'durable')
    expect(await recheck()).toBe('the lease of the job is held')
    expect(await recheck({isLeaseDead: async () => true})).toBeUndefined()
  })

  test('that has expired is not looked into', async () => {
    const {leases, recheck, clock} = scene()
    leases.append({...claimed, ttlMs: 1000}, 'durable')
    clock.advance(1000)
    const asked: Lease[] = []
    const isLeaseDead = async (lease: Lease) => asked.push(lease) > 0
    expect([await recheck({isLeaseDead}), asked]).toEqual([undefined, []])
  })
})

describe('the outputs of the job', () => {
  const readOutputs = () => {
    const asked: unknown[] = []
    return {
      asked,
      readOutputs: async (...[outputs, dir, isFuture]: readonly [unknown, string, (at: number) => boolean]) => {
        asked.push([outputs, dir, isFuture])
        return []
      },
    }
  }
  const outputs = [{files: ['*.json'], minSizeBytes: 0, contains: [], lacks: []}]

  test.each([
    ['in the folder of its patterns', {dir: '/srv'}, '/srv'],
    ['in the working directory, where no folder is named', {}, '.'],
  ])('are looked for %s', async (_title, more, dir) => {
    const {asked, ...deps} = readOutputs()
    await scene().recheck({...deps, jobOf: () => ({name: 'coingecko', outputs, ...more})})
    expect(asked).toMatchObject([[outputs, dir, expect.any(Function)]])
  })

  test.each([
    ['the settings name none', {name: 'coingecko', outputs: []}],
    ['the settings name no such job', undefined],
  ])('are not looked for if %s', async (_title, job) => {
    const {asked, ...deps} = readOutputs()
    await scene().recheck({...deps, jobOf: () => job})
    expect(asked).toEqual([])
  })

  test('prove nothing by a time that is to come', async () => {
    const {recheck, clock} = scene()
    const ahead: boolean[] = []
    const readAll = async (...[, , isFuture]: readonly [unknown, string, (at: number) => boolean]) => {
      ahead.push(isFuture(clock.now()), isFuture(clock.now() + 3_600_000))
      return []
    }
    await recheck({readOutputs: readAll})
    expect(ahead).toEqual([false, true])
  })
})

describe('the job of a request', () => {
  const started = {kind: 'started', run: 'x'} as const
  const ended = 'a run of the job has ended since the request'

  test('has its name from the settings, not from the request, which any program may write', async () => {
    const {runs, recheck} = scene()
    runs.append({...started, job: 'coingecko'}, 'durable')
    expect(await recheck({}, {job: 'another'})).toBe(ended)
  })

  test('has its name from the request if the settings do not name it', async () => {
    const {runs, recheck} = scene()
    runs.append({...started, job: 'former'}, 'durable')
    const jobOf = () => undefined
    expect(await recheck({jobOf}, {job: 'former'})).toBe(ended)
    expect(await recheck({jobOf})).toBeUndefined()
  })

  test('has its incident under the name by which it was asked for', async () => {
    const {incidents, recheck} = scene()
    const {record} = incidents.append(
      {kind: 'opened', job: 'former', verdict: 'stalled', reason: 'x', uptimeMs: 1},
      'durable',
    )
    const over = 'the incident of the request is over'
    expect(await recheck({}, {job: 'former', incident: record.id})).toBeUndefined()
    expect(await recheck({}, {incident: record.id})).toBe(over)
  })
})

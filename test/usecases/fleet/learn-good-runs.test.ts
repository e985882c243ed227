import {expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {learnGoodRuns} from '../../../src/usecases/fleet/learn-good-runs.js'
import {fakeFleet} from '../../support/fake-fleet.js'

/** A host whose run has failed. */
function host() {
  const fleet = fakeFleet()
  const {deps, store, runs, clock} = fleet
  runs.append({kind: 'started', job: 'nightly', run: 'a', token: 1}, 'durable')
  runs.append({kind: 'ended', job: 'nightly', run: 'a', outcome: 'failed'}, 'durable')
  const learn = (...jobs: string[]) => learnGoodRuns({...deps, runs}, jobs)
  /** A run of another host. */
  const runElsewhere = async (status: 'ok' | 'error') => {
    const answer = await store.acquire({
      job: 'nightly',
      host: 'web-18',
      holder: 'b',
      claimId: 'b',
      ttlMs: 60_000,
      floor: 1,
    })
    if (answer.state !== 'granted') throw new Error(answer.state)
    await store.release({job: 'nightly', token: answer.lease.token, claimId: 'b', status})
    clock.advance(5000)
    store.asked.length = 0
  }
  const seen = () => runs.lines.filter(({kind}) => kind === 'seen')
  return {...fleet, learn, runElsewhere, seen}
}

test('a good run of another host is learnt once, and ends the row of bad runs', async () => {
  const {learn, runElsewhere, seen, runs} = host()
  await runElsewhere('ok')
  await learn('nightly')
  await learn('nightly')
  expect(seen()).toMatchObject([{job: 'nightly', lastEnd: {token: 2, status: 'ok', agoMs: 5000}}])
  expect(runs.read().get('nightly')).toMatchObject({goodElsewhere: {token: 2}, streak: undefined})
})

test('a bad one is not, nor is one of a job that is not in trouble', async () => {
  const {learn, runElsewhere, seen, store} = host()
  await runElsewhere('error')
  await learn('nightly')
  await runElsewhere('ok')
  await learn('other')
  expect(seen()).toEqual([])
  await learn()
  expect(store.asked).toEqual(['list'])
})

test('a store that gives no answer is asked by the next round', async () => {
  const {learn, runElsewhere, seen, store} = host()
  await runElsewhere('ok')
  store.fault = new StoreFault('away', 'connection refused')
  await learn('nightly')
  store.fault = undefined
  await learn('nightly')
  expect(seen()).toHaveLength(1)
})

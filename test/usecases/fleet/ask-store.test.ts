import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {askStore} from '../../../src/usecases/fleet/ask-store.js'
import {fakeClock} from '../../support/fake-clock.js'

const away = new StoreFault('away', 'connection refused')

/** A store that is away for the first questions. @returns when each question was asked, ms after the first one */
async function askedAt(waitMs: number, {answersAfter = Number.POSITIVE_INFINITY, random = 1, fault = away as Error}) {
  const clock = fakeClock()
  const begun = clock.mono()
  const asked: number[] = []
  const answer = await askStore({clock, random: () => random}, waitMs, async () => {
    asked.push(clock.mono() - begun)
    if (asked.length <= answersAfter) throw fault
    return 'granted'
  }).catch((error: unknown) => error)
  return {asked, answer}
}

describe('a store that is away', () => {
  test('is asked until it answers', async () => {
    const {asked, answer} = await askedAt(60_000, {answersAfter: 2})
    expect([asked.length, answer]).toEqual([3, 'granted'])
  })

  test('is asked after delays that double up to two seconds', async () => {
    const {asked} = await askedAt(60_000, {answersAfter: 6})
    expect(asked).toEqual([0, 250, 750, 1750, 3750, 5750, 7750])
  })

  test('is asked sooner by chance, so that all hosts of a fleet do not come at once, and never without a pause', async () => {
    expect((await askedAt(60_000, {answersAfter: 3, random: 0.5})).asked).toEqual([0, 125, 375, 875])
    expect((await askedAt(60_000, {answersAfter: 3, random: 0})).asked).toEqual([0, 10, 20, 30])
  })

  test('is asked once more at the end of the time for it, and then no more', async () => {
    const {asked, answer} = await askedAt(1000, {})
    expect([asked, answer]).toEqual([[0, 250, 750, 1000], away])
  })

  test('is asked once where there is no time for it', async () => {
    expect(await askedAt(0, {})).toEqual({asked: [0], answer: away})
  })
})

test.each([
  ['refuses', new StoreFault('refused', 'wrong password')],
  ['gives no useful answer', new StoreFault('invalid', 'no column token')],
  ['cannot be asked by a fault of guard’s own', new TypeError('not a function')],
])('a store that %s is asked once: it would be the same again', async (_title, fault) => {
  expect(await askedAt(60_000, {fault})).toEqual({asked: [0], answer: fault})
})

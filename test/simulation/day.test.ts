import {expect, test} from 'vitest'
import {liveThroughDay} from './day.js'
import {hour} from './machine.js'

const isLong = process.env['GUARD_SIMULATION'] === 'long'
const first = Number(process.env['GUARD_SIMULATION_SEED'] ?? 1)
const seeds = Array.from({length: isLong ? 1000 : 1}, (_, index) => first + index)

test.each(seeds)(
  'a day of 200 jobs passes without a false alert and without an unseen outage (GUARD_SIMULATION_SEED=%i)',
  async (seed) => {
    const {faults, events, ...tried} = await liveThroughDay(seed, {jobs: 200, lengthMs: 27 * hour})
    expect(faults, `repeat it with GUARD_SIMULATION_SEED=${seed}; ${events.join(', ')}`).toEqual([])
    expect(tried.rounds).toBeGreaterThan(1000)
    expect(tried.outages).toBeGreaterThan(10)
    expect(tried.alerts).toBeGreaterThan(10)
  },
)

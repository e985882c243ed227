import {afterAll, expect, test} from 'vitest'
import {liveThroughDay} from './day.js'
import {hour} from './machine.js'
import {parseSeeds, Tally} from './tally.js'

const isLong = process.env['GUARD_SIMULATION'] === 'long'
const seeds = parseSeeds(process.env['GUARD_SIMULATION_SEEDS'] ?? (isLong ? '1-1000' : '1'))
const tally = new Tally()

// The long form takes half an hour: it says now and then how far it has come, and at its end what it has tried.
const say = () => console.log(`${tally}`)
afterAll(say)

test.each(seeds)(
  'a day of 200 jobs passes without a false alert and without an unseen outage (GUARD_SIMULATION_SEEDS=%i)',
  async (seed) => {
    const day = await liveThroughDay(seed, {jobs: 200, lengthMs: 27 * hour})
    tally.add(day)
    if (seed % 50 === 0) say()
    expect(day.faults, `repeat it with GUARD_SIMULATION_SEEDS=${seed}; ${day.events.join(', ')}`).toEqual([])
    expect(day.rounds).toBeGreaterThan(1000)
    expect(day.outages).toBeGreaterThan(10)
    expect(day.alerts).toBeGreaterThan(10)
  },
)

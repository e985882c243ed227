import {liveThroughDay} from './day.js'
import {hour} from './machine.js'

const [from = 1, to = 20] = process.argv.slice(2).map(Number)
for (let seed = from; seed <= to; seed++) {
  const {faults, events, ...tried} = await liveThroughDay(seed, {jobs: 60, lengthMs: 27 * hour})
  console.log(
    seed,
    JSON.stringify(tried),
    faults.length ? `${events.join(', ')}\n  ${faults.slice(0, 6).join('\n  ')}\n  ${faults.length} faults` : 'fine',
  )
}

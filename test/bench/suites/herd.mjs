import {once} from 'node:events'
import {middle, spread} from '../compare.mjs'
import {bare, goalOf, guard} from '../place.mjs'

export const title = '30 jobs at once, as at the top of each minute; seconds until the last one has ended'

const herd = 30

export async function run({place, rounds}) {
  const turns = Math.max(3, Math.round(rounds / 5))
  const seen = {bare: [], guard: []}
  await together((number) => place.start([...guard, 'run', '--job', `warm-${number}`, '--', 'true']))
  for (let turn = 0; turn < turns; turn++) {
    seen.bare.push(await together(() => place.start([...bare, 'true'])))
    seen.guard.push(await together((number) => place.start([...guard, 'run', '--job', `j-${number}`, '--', 'true'])))
  }
  const ratio = (middle(seen.guard) / middle(seen.bare)).toFixed(2)
  return [
    {what: 'bare Node', 'min / median / max': spread(seen.bare, 2), ratio: '1.00'},
    {
      what: 'guard run',
      'min / median / max': spread(seen.guard, 2),
      ratio,
      goal: goalOf({node: '1.6', standalone: '0.80'}),
    },
  ]
}

async function together(start) {
  const begun = performance.now()
  await Promise.all(Array.from({length: herd}, (_, number) => once(start(number), 'exit')))
  return (performance.now() - begun) / 1000
}

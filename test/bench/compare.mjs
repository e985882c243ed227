import {measureOnce} from './place.mjs'

/**
 * Measures commands in turn, in a new random order in each round, because the load of the machine changes. Ratios are to
 * the first command. `prepare` runs before each round.
 */
export function compare(commands, {rounds, prepare}) {
  // Fills the caches.
  for (let warm = 0; warm < 2; warm++) measureOnce(commands.map(({command}) => command))
  const seen = commands.map(() => [])
  for (let round = 0; round < rounds; round++) {
    prepare?.()
    const order = commands.map((_, index) => index).sort(() => Math.random() - 0.5)
    const figures = measureOnce(order.map((index) => commands[index].command))
    order.forEach((index, at) => {
      seen[index].push(figures[at])
    })
  }
  return commands.map(({name, goal, exit = 0}, index) => rowOf({name, goal, exit}, seen[index], seen[0]))
}

function rowOf({name, goal, exit}, figures, base) {
  const failed = figures.filter(({status}) => status !== exit).length
  const median = (all, key) => middle(all.map((figure) => figure[key]))
  const cpu = figures.map(({cpuMs}) => cpuMs)
  return {
    what: name,
    'CPU ms': median(figures, 'cpuMs').toFixed(1),
    'min-max': `${Math.min(...cpu).toFixed(0)}-${Math.max(...cpu).toFixed(0)}`,
    'CPU ratio': (median(figures, 'cpuMs') / median(base, 'cpuMs')).toFixed(2),
    'wall ms': median(figures, 'wallMs').toFixed(1),
    'wall ratio': (median(figures, 'wallMs') / median(base, 'wallMs')).toFixed(2),
    'RSS MiB': median(figures, 'rssMiB').toFixed(1),
    goal: goal ?? '',
    ...(failed > 0 && {note: `${failed} of ${figures.length} did not exit with ${exit}`}),
  }
}

export function middle(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Minimum, median and maximum, as one cell of a table. */
export function spread(values, digits = 1) {
  const figures = [Math.min(...values), middle(values), Math.max(...values)]
  return figures.map((value) => value.toFixed(digits)).join(' / ')
}

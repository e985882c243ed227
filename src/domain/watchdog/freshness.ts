import type {JobFacts, OutputFacts} from './job-facts.js'

/** Whether something is recent enough to prove liveness. `waiting`: it cannot be there yet. `none`: there are no rules. */
type Freshness = 'fresh' | 'stale' | 'waiting' | 'none'

export interface Judged {
  readonly freshness: Freshness
  /** The figures it rests on. */
  readonly reason: string
}

/** What the outputs say together: one stale output is enough to be stale. */
export function outputsFreshness(facts: JobFacts): Judged {
  let decisive = noOutputs
  for (const output of facts.outputs) {
    const judged = outputFreshness(output, facts)
    if (weight[judged.freshness] > weight[decisive.freshness]) decisive = judged
  }
  return decisive
}

const noOutputs: Judged = {freshness: 'none', reason: 'no outputs are configured'}

/** Of several outputs the heaviest decides. */
const weight = {none: 0, fresh: 1, waiting: 2, stale: 3} as const

function outputFreshness({files, maxAgeMs, newest, unreadable}: OutputFacts, facts: JobFacts): Judged {
  if (unreadable !== undefined) return {freshness: 'waiting', reason: `${files} could not be read: ${unreadable}`}
  const {now, limits, watchedSinceMs} = facts
  const watchedMs = now.uptimeMs - watchedSinceMs
  const limitMs = maxAgeMs ?? limits.graceMs
  const patience: Freshness = watchedMs <= limitMs ? 'waiting' : 'stale'
  if (!newest) return {freshness: patience, reason: `no file fits ${files}`}
  const ageMs = now.uptimeMs - newest.modifiedUptimeMs
  if (newest.problem !== undefined && ageMs > limits.graceMs) {
    return {freshness: patience, reason: `${newest.path} ${newest.problem}`}
  }
  if (maxAgeMs === undefined || ageMs <= maxAgeMs)
    return {freshness: 'fresh', reason: `${newest.path} is ${span(ageMs)} old`}
  return {freshness: patience, reason: `${newest.path} is ${span(ageMs)} old, at most ${span(maxAgeMs)} is allowed`}
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A span for people: the two largest units that matter, rounded down (`26h`, `3d 4h`, `12m`). */
export function span(ms: number): string {
  const index = units.findIndex(([, size]) => ms >= size)
  const [unit, size] = units[index] ?? ['s', 1000]
  const whole = `${Math.floor(Math.max(0, ms) / size)}${unit}`
  const [nextUnit, nextSize] = units[index + 1] ?? ['s', 1000]
  const rest = Math.floor((ms % size) / nextSize)
  return index >= 0 && index < 3 && rest > 0 ? `${whole} ${rest}${nextUnit}` : whole
}

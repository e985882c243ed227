import {span} from '../clock/span.js'
import type {JobFacts, OutputFacts} from './job-facts.js'

/**
 * Whether outputs prove success.
 * - fresh: they keep their whole rule
 * - waiting: they cannot be there yet, or could not be read
 * - unfinished: the content breaks its rule, or there is none, and it may still become good
 * - broken: the content breaks its rule, and the grace is over
 * - stale: too old, or absent
 * - none: there are no rules
 */
type Freshness = 'fresh' | 'stale' | 'broken' | 'unfinished' | 'waiting' | 'none'

export interface Judged {
  readonly freshness: Freshness
  /** The figures it rests on. */
  readonly reason: string
}

/** All outputs together: the worst one counts. */
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
const weight = {none: 0, fresh: 1, waiting: 2, unfinished: 3, broken: 4, stale: 5} as const

function outputFreshness({files, maxAgeMs, newest, future, unreadable}: OutputFacts, facts: JobFacts): Judged {
  if (unreadable !== undefined) return {freshness: 'waiting', reason: `${files} could not be read: ${unreadable}`}
  const {now, limits, watchedSinceMs} = facts
  const watchedMs = now.uptimeMs - watchedSinceMs
  const limitMs = maxAgeMs ?? limits.graceMs
  const patience: Freshness = watchedMs <= limitMs ? 'waiting' : 'stale'
  const odd = future ? `; ${future.path} is dated ${span(future.aheadMs)} into the future and proves nothing` : ''
  if (!newest)
    return {
      freshness: mayBeWritten(facts, maxAgeMs) ? 'unfinished' : patience,
      reason: `no file matches ${files}${odd}`,
    }
  const ageMs = now.uptimeMs - newest.modifiedUptimeMs
  const isOld = maxAgeMs !== undefined && ageMs > maxAgeMs
  if (newest.problem !== undefined && !isOld) {
    const isBroken = Math.max(ageMs, badForMs(facts)) > limits.graceMs && watchedMs > limits.graceMs
    return {freshness: isBroken ? 'broken' : 'unfinished', reason: `${newest.path} ${newest.problem}${odd}`}
  }
  if (!isOld) return {freshness: 'fresh', reason: `${newest.path} is ${span(ageMs)} old${odd}`}
  return {
    freshness: patience,
    reason: `${newest.path} is ${span(ageMs)} old, at most ${span(maxAgeMs)} is allowed${odd}`,
  }
}

/** A run may take away what the one before it wrote, and write its own at its end. */
function mayBeWritten({liveness, now}: JobFacts, maxAgeMs = Number.POSITIVE_INFINITY): boolean {
  if (liveness.is !== 'running' && liveness.is !== 'running-unleased') return false
  return now.uptimeMs - liveness.startedUptimeMs <= maxAgeMs
}

/** A file that is rewritten badly again and again is always young, so that the time since it was last whole counts too. */
function badForMs({badOutputSinceMs, now}: JobFacts): number {
  return badOutputSinceMs === undefined ? 0 : now.uptimeMs - badOutputSinceMs
}

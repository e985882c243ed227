import {span} from '../clock/span.js'
import type {JobFacts, OutputFacts} from './job-facts.js'

/**
 * Whether outputs prove success.
 * - fresh: they keep their whole rule
 * - waiting: they cannot be there yet, or could not be read
 * - to-come: a run that goes on has begun to write them, or may do so, and they do not keep their rule yet
 * - unfinished: the content breaks its rule, and may still become good
 * - broken: the content breaks its rule, and the grace is over
 * - stale: too old, or absent
 * - none: there are no rules
 */
type Freshness = 'fresh' | 'stale' | 'broken' | 'unfinished' | 'to-come' | 'waiting' | 'none'

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

/** If there are several outputs, the worst one decides. */
const weight = {none: 0, fresh: 1, waiting: 2, 'to-come': 3, unfinished: 4, broken: 5, stale: 6} as const

function outputFreshness({files, maxAgeMs, newest, future, unreadable}: OutputFacts, facts: JobFacts): Judged {
  if (unreadable !== undefined) return {freshness: 'waiting', reason: `${files} could not be read: ${unreadable}`}
  const {now, limits, watchedSinceMs} = facts
  const watchedMs = now.uptimeMs - watchedSinceMs
  const limitMs = maxAgeMs ?? limits.graceMs
  const patience: Freshness = watchedMs <= limitMs ? 'waiting' : 'stale'
  const odd = future ? `; ${future.path} is dated ${span(future.aheadMs)} into the future and proves nothing` : ''
  if (!newest)
    return {freshness: mayComeStill(facts, maxAgeMs) ? 'to-come' : patience, reason: `no file matches ${files}${odd}`}
  const ageMs = now.uptimeMs - newest.modifiedUptimeMs
  const isOld = maxAgeMs !== undefined && ageMs > maxAgeMs
  if (newest.problem !== undefined && !isOld) {
    const isBroken = Math.max(ageMs, badForMs(facts)) > limits.graceMs && watchedMs > limits.graceMs
    const isOfRun = ageMs <= runningForMs(facts)
    const freshness = isBroken ? 'broken' : isOfRun ? 'to-come' : 'unfinished'
    return {freshness, reason: `${newest.path} ${newest.problem}${odd}`}
  }
  if (!isOld) return {freshness: 'fresh', reason: `${newest.path} is ${span(ageMs)} old${odd}`}
  return {
    freshness: patience,
    reason: `${newest.path} is ${span(ageMs)} old, at most ${span(maxAgeMs)} is allowed${odd}`,
  }
}

/** A run may take away what the one before it wrote, and write its own at its end. */
function mayComeStill(facts: JobFacts, maxAgeMs = Number.POSITIVE_INFINITY): boolean {
  const lastsMs = runningForMs(facts)
  return lastsMs >= 0 && lastsMs <= maxAgeMs
}

/** How long the present run has lasted, ms; less than any age if none goes on. */
function runningForMs({liveness, now}: JobFacts): number {
  const isRunning = liveness.is === 'running' || liveness.is === 'running-unleased'
  return isRunning ? now.uptimeMs - liveness.startedUptimeMs : Number.NEGATIVE_INFINITY
}

/** A file that is rewritten badly again and again is always young, so that the time since it was last whole counts too. */
function badForMs({badOutputSinceMs, now}: JobFacts): number {
  return badOutputSinceMs === undefined ? 0 : now.uptimeMs - badOutputSinceMs
}

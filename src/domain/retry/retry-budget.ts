import {type ClockReading, elapsedMs, readingOf} from '../clock/reading.js'

/**
 * The retry budget of a target is shared by all processes: a token bucket as in gRPC's retry throttling (proposal A6) and
 * Finagle's RetryBudget. It holds `reserve` tokens, each retry takes one, each call gives `ratio` back. Cron jobs call
 * rarely, so time fills it too: an empty one is full again after an hour. Kept in the journal of the breakers.
 */
export interface RetryBudget {
  /** Tokens missing from a full bucket when it was last touched. */
  readonly spent: number
  readonly reserve: number
  readonly touched: ClockReading
}

const refillMs = 3_600_000

/** Tokens missing at `now`. */
function spentTokens(budget: RetryBudget | undefined, now: ClockReading): number {
  if (!budget) return 0
  return Math.max(0, budget.spent - (elapsedMs(budget.touched, now) / refillMs) * budget.reserve)
}

/** The bucket after one retry, or undefined when there is no token for it. */
export function takeToken(
  budget: RetryBudget | undefined,
  reserve: number,
  now: ClockReading,
): RetryBudget | undefined {
  const spent = spentTokens(budget, now) + 1
  return spent > reserve ? undefined : {spent, reserve, touched: readingOf(now)}
}

/** The bucket after one call. */
export function giveBack(budget: RetryBudget | undefined, ratio: number, now: ClockReading): RetryBudget | undefined {
  if (!budget) return undefined
  const spent = Math.max(0, spentTokens(budget, now) - ratio)
  return spent === 0 ? undefined : {...budget, spent, touched: readingOf(now)}
}

/** Why there is no further attempt. @param of whose retry budget it is */
export function retryBudgetSpent(of: {readonly target: string} | {readonly job: string}): string {
  return `the retry budget of ${'target' in of ? `target ${of.target}` : `job ${of.job}`} is used up`
}

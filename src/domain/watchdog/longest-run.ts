import type {WatchLimits} from './job-facts.js'

/** So many periods, or so many times the usual time, is too long for a job without a limit of its own. */
export const mostPeriods = 3
const mostUsualTimes = 10

interface RunLengthFacts {
  /** From the start of the run over `mostPeriods` slots; undefined without a schedule. Milliseconds. */
  readonly periodsMs: number | undefined
  readonly usualMs: number | undefined
}

/**
 * How long a run may last before the job counts as hung, ms. guard itself ends a run with a time limit, so that only
 * one without is judged by its schedule and its earlier runs.
 *
 * @returns undefined if nothing says how long
 */
export function longestRunMs(
  {longestRunMs: own, hasTimeout}: Pick<WatchLimits, 'longestRunMs' | 'hasTimeout'>,
  {periodsMs, usualMs = 0}: RunLengthFacts,
): number | undefined {
  if (own !== undefined || hasTimeout || periodsMs === undefined) return own
  return Math.max(periodsMs, mostUsualTimes * usualMs)
}

import type {JobRuns} from './job-runs.js'
import {median} from './usual-time.js'

/** What is usual for a job: from its last good runs, or from the gaps between its last starts. Milliseconds. */
export interface Envelope {
  readonly usualMs: number
  /** Shorter is unusual. */
  readonly fromMs: number
  /** Longer is unusual. */
  readonly toMs: number
}

/** With fewer values nothing is said. */
const fewestValues = 8

/** Three standard deviations, of which the MAD is 1 / 1.4826 where the values are spread normally. */
const widthInMads = 3 * 1.4826

/** The envelope of steady values would be too narrow to mean anything, so it is at least so wide on each side. */
const leastShare = 0.2
const leastMs = 1000

/** How long a good run of the job usually takes. @returns undefined below 8 good runs */
export function durationEnvelope({goodTimes = []}: Pick<JobRuns, 'goodTimes'>): Envelope | undefined {
  return envelopeOf(goodTimes)
}

/** How long the job usually waits from one start to the next. @returns undefined below 9 starts */
export function gapEnvelope({starts = []}: Pick<JobRuns, 'starts'>): Envelope | undefined {
  return envelopeOf(gapsOf(starts))
}

export function judgeDuration(ms: number, {fromMs, toMs}: Envelope): 'usual' | 'short' | 'long' {
  if (ms < fromMs) return 'short'
  return ms > toMs ? 'long' : 'usual'
}

export function judgeGap(ms: number, {fromMs, toMs}: Envelope): 'usual' | 'too-often' | 'too-seldom' {
  if (ms < fromMs) return 'too-often'
  return ms > toMs ? 'too-seldom' : 'usual'
}

/** From each start to the next one, ms; starts that a set clock puts in another order have none. */
export function gapsOf(starts: readonly number[]): readonly number[] {
  return starts.slice(1).flatMap((start, index) => {
    const gap = start - (starts[index] ?? start)
    return gap > 0 ? [gap] : []
  })
}

/** Median and MAD, the median distance from it, are moved by half of the values, not by a few odd ones. */
function envelopeOf(values: readonly number[]): Envelope | undefined {
  const usualMs = median(values)
  if (usualMs === undefined || values.length < fewestValues) return undefined
  const mad = median(values.map((value) => Math.abs(value - usualMs))) ?? 0
  const widthMs = Math.round(Math.max(widthInMads * mad, leastShare * usualMs, leastMs))
  return {usualMs, fromMs: Math.max(0, usualMs - widthMs), toMs: usualMs + widthMs}
}

import {durationEnvelope, type Envelope, gapEnvelope, judgeDuration, judgeGap} from '../run/envelope.js'
import type {JobRuns} from '../run/job-runs.js'
import {hasTakenPlace} from '../run/run.js'
import type {JobFacts} from './job-facts.js'

/** A run outside of what is usual for its job. It is worth a line, and opens no incident. */
export interface UnusualRun extends Envelope {
  readonly runId: string
  /** `too-often`: it began too soon after the run before it. */
  readonly is: 'short' | 'long' | 'too-often'
  /** How long it took, or has taken so far; of `too-often` since the start before it. */
  readonly ms: number
}

/** What is unusual about the last runs of a job, by those before them. A run that did not end well is judged by its end. */
export function unusualRuns(
  jobRuns: JobRuns | undefined,
  facts: Pick<JobFacts, 'liveness' | 'now'>,
): readonly UnusualRun[] {
  if (!jobRuns) return []
  return [longSoFar(jobRuns, facts), lastDuration(jobRuns), lastGap(jobRuns)].filter((found) => found !== undefined)
}

function longSoFar(jobRuns: JobRuns, {liveness, now}: Pick<JobFacts, 'liveness' | 'now'>): UnusualRun | undefined {
  const run = jobRuns.runs.findLast(({outcome}) => outcome === undefined)
  if (!run || (liveness.is !== 'running' && liveness.is !== 'running-unleased')) return undefined
  const envelope = durationEnvelope(jobRuns)
  const ms = Math.max(0, Math.round(now.uptimeMs - liveness.startedUptimeMs))
  return envelope && judgeDuration(ms, envelope) === 'long' ? {runId: run.id, is: 'long', ms, ...envelope} : undefined
}

function lastDuration({lastEnd, goodTimes = []}: JobRuns): UnusualRun | undefined {
  if (lastEnd?.outcome !== 'healthy' || lastEnd.durationMs === undefined) return undefined
  const {runId, durationMs: ms} = lastEnd
  const envelope = durationEnvelope({goodTimes: goodTimes.slice(0, -1)})
  const is = envelope && judgeDuration(ms, envelope)
  return envelope && is && is !== 'usual' ? {runId, is, ms, ...envelope} : undefined
}

function lastGap({runs, starts = []}: JobRuns): UnusualRun | undefined {
  const [former, last] = starts.slice(-2)
  const run = runs.findLast(hasTakenPlace)
  const envelope = gapEnvelope({starts: starts.slice(0, -1)})
  if (former === undefined || last === undefined || !run || !envelope) return undefined
  const ms = Math.max(0, last - former)
  return judgeGap(ms, envelope) === 'too-often' ? {runId: run.id, is: 'too-often', ms, ...envelope} : undefined
}

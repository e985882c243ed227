import type {ClockReading} from '../clock/reading.js'
import {span} from '../clock/span.js'
import {isCutShort} from '../run/outcome.js'
import type {Run} from '../run/run.js'
import type {JobStatus} from './job-status.js'
import {durationText} from './run-story.js'

interface KnownFacts {
  readonly status: JobStatus
  readonly now: ClockReading
  /** The last runs of a job that is not well, newest first. */
  readonly history: readonly Run[]
  /** Wall clock, ms: the end of the last good run. */
  readonly lastGoodAt: number | undefined
}

/** What is known of a job beside its last run: how often it is well, what ails it, when it last worked. */
export function knownSentences({status, lastGoodAt, history, now}: KnownFacts): readonly string[] {
  const {envelope} = status
  return [
    ...healthyText(status),
    ...causeKnown(history),
    ...(envelope ? [`It usually takes ${durationText(envelope.usualMs)}.`] : []),
    ...(lastGoodAt === undefined ? [] : [`It last worked ${span(Math.max(0, now.at - lastGoodAt))} ago.`]),
  ]
}

/** How often the cause of the last bad run was one, and what helped then. */
function causeKnown(all: readonly Run[]): readonly string[] {
  const history = all.filter(({outcome}) => outcome !== undefined)
  const cause = history.find((run) => run.class !== undefined && run.class !== 'unknown' && !isCutShort(run))?.class
  if (cause === undefined) return []
  const same = history.filter((run) => run.class === cause)
  const mended = same.filter(({recovered}) => recovered)
  const steps = mended.flatMap(({steps: taken}) => taken.filter(({do: what, ok}) => ok && changing.has(what)))
  const names = [
    ...new Set(steps.map(({do: what, service}) => (service === undefined ? what : `${what} of ${service}`))),
  ]
  const runs = history.length === 1 ? 'the only run on record' : `${same.length} of its last ${history.length} runs`
  const times = `${cause} was the cause in ${runs}`
  if (mended.length === 0) return [`${times}, and no recovery has helped.`]
  return [`${times}; ${names.join(' and ') || 'a recovery'} helped in ${mended.length}.`]
}

/** Steps that change something; the others look, wait or call. */
const changing = new Set(['restart', 'exec', 'clear-locks'])

/** How many of the last runs were healthy; those that say nothing for or against the job are counted apart. */
function healthyText({recent, cutShort, runningSince}: JobStatus): readonly string[] {
  const [all, well, skipped] = [recent.length + cutShort, countOf(recent, 'healthy'), countOf(recent, 'skipped')]
  if (all === 0 || all === skipped) return []
  const only = runningSince === undefined ? 'Its only run on record' : 'The only run before this one'
  if (all === 1) return [`${only} was ${cutShort === 1 ? 'cut short' : well === 1 ? 'healthy' : 'not healthy'}.`]
  const counts = [
    `${well} of its last ${all} runs ${well === 1 ? 'was' : 'were'} healthy`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(cutShort === 0 ? [] : [`${cutShort} cut short`]),
  ]
  return [`${counts.join(', ')}.`]
}

function countOf(recent: JobStatus['recent'], outcome: JobStatus['recent'][number]): number {
  return recent.filter((one) => one === outcome).length
}

import type {JobNews} from '../../domain/delivery/message.js'
import type {Run} from '../../domain/run/run.js'
import type {Stretch} from '../../system/log/files.js'
import {findRun} from '../history/read-history.js'
import {type LogDeps, locateLog} from '../history/read-log.js'

interface JobDetailsDeps extends LogDeps {
  /** The end of a stretch of a log, at most so many bytes. */
  readonly readEnd: (stretch: Stretch, bytes: number) => string
}

const shownLines = 5
const searchedBytes = 4096

/** What the run that an alert speaks of has tried and printed last. Empty if it is not known, or its log is gone. */
export function jobDetails(deps: JobDetailsDeps, job: string, runId: string | undefined): Partial<JobNews> {
  if (runId === undefined) return {}
  try {
    const run = findRun(deps, job, runId)
    return {tried: triedBy(run), lastLines: lastLinesOf(deps, job, runId)}
  } catch {
    return {}
  }
}

function triedBy({attempts, steps}: Run): readonly string[] {
  const again = attempts > 1 ? [`${attempts} attempts`] : []
  return [
    ...again,
    ...steps.map(({do: what, service, ok}) => `${what}${service ? ` ${service}` : ''}${ok ? '' : ' (failed)'}`),
  ]
}

function lastLinesOf(deps: JobDetailsDeps, job: string, runId: string): readonly string[] {
  const {stretches} = locateLog(deps, job, runId)
  const last = stretches.at(-1)
  if (!last) return []
  return deps
    .readEnd(last, searchedBytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-shownLines)
}

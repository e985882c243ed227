import type {JobNews} from '../../domain/delivery/message.js'
import type {Run} from '../../domain/run/run.js'
import {type LastLinesDeps, lastLines} from '../history/last-lines.js'
import {findRun} from '../history/read-history.js'

/** What the run that an alert speaks of has tried and printed last. Empty if it is not known, or its log is gone. */
export function jobDetails(deps: LastLinesDeps, job: string, runId: string | undefined): Partial<JobNews> {
  if (runId === undefined) return {}
  try {
    const run = findRun(deps, job, runId)
    return {tried: triedBy(run), lastLines: lastLines(deps, job, run)}
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

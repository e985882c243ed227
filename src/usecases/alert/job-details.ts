import type {JobNews} from '../../domain/delivery/message.js'
import {type Run, rerunStep} from '../../domain/run/run.js'
import {type LastLinesDeps, lastLines} from '../history/last-lines.js'
import {findRun} from '../history/read-history.js'

type RunDetails = Pick<JobNews, 'tried' | 'lastLines'>

/**
 * What the run that an alert speaks of has tried and printed last: all of it, so that it can take the place of what was
 * known of an earlier run. Undefined is what is not known, or gone.
 */
export function jobDetails(deps: LastLinesDeps, job: string, runId: string | undefined): RunDetails {
  const run = runId === undefined ? undefined : known(() => findRun(deps, job, runId))
  return {tried: run && triedBy(run), lastLines: run && known(() => lastLines(deps, job, run))}
}

/** An alert is sent without what cannot be read. */
function known<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function triedBy({attempts, steps}: Run): readonly string[] {
  const again = attempts > 1 ? [`${attempts} attempts`] : []
  // A rerun that was refused has not been tried.
  const done = steps.filter(({do: what, ok}) => ok || what !== rerunStep)
  return [
    ...again,
    ...done.map(({do: what, service, ok}) => `${what}${service ? ` ${service}` : ''}${ok ? '' : ' (failed)'}`),
  ]
}

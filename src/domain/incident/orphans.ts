import type {Watch} from '../watchdog/watches.js'
import type {IncidentAction} from './decide.js'
import type {Incidents} from './incident.js'

/** Why an incident ends of which nothing is known to be well. */
export const unwatchedText = 'it is watched no longer'

/** Settings file → the jobs that are not watched by it any more. */
export type EndedWatches = ReadonlyMap<string, readonly string[]>

interface WatchPlan {
  readonly settingsFile: string
  /** The jobs that these settings watch. */
  readonly names: ReadonlySet<string>
  /** Whether other settings are given up. */
  readonly isOver: (watch: Watch) => boolean
}

/** What a watchdog takes from the record: its jobs that its settings do not name any more, and those of settings that are given up. */
export function endedWatches({jobs}: Incidents, {settingsFile, names, isOver}: WatchPlan): EndedWatches {
  const ended = new Map<string, string[]>()
  for (const [job, {watches}] of jobs) {
    if (!watches) continue
    for (const watch of watches) {
      const isEnded = watch.settingsFile === settingsFile ? !names.has(job) : isOver(watch)
      if (!isEnded) continue
      const jobsOfFile = ended.get(watch.settingsFile) ?? []
      jobsOfFile.push(job)
      ended.set(watch.settingsFile, jobsOfFile)
    }
  }
  return ended
}

/** The open incidents of jobs that nothing watches any more end; so do those of older versions, which did not record it. */
export function orphanedIncidents(
  {open, jobs}: Incidents,
  names: ReadonlySet<string>,
  ended: EndedWatches,
): readonly IncidentAction[] {
  const isWatched = (job: string) =>
    jobs.get(job)?.watches?.some(({settingsFile}) => !ended.get(settingsFile)?.includes(job)) === true
  return [...open.keys()]
    .filter((job) => !names.has(job) && !isWatched(job))
    .map((job) => ({do: 'resolve', job, attempts: 0, reason: unwatchedText, isOrphan: true}))
}

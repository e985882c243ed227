import type {ClockReading} from '../../domain/clock/reading.js'
import type {IncidentAction} from '../../domain/incident/decide.js'
import type {Incidents} from '../../domain/incident/incident.js'
import {type EndedWatches, endedWatches, orphanedIncidents} from '../../domain/incident/orphans.js'
import type {Leases} from '../../domain/lease/lease.js'
import {watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {type SeenWatchdog, seenWatchdogs} from '../../domain/watchdog/watchdogs.js'
import type {Judge} from '../../domain/watchdog/watches.js'
import {isWatchGivenUp} from '../../domain/watchdog/who-judges.js'

interface OrphanFacts {
  readonly incidents: Incidents
  readonly leases: Leases
  readonly now: ClockReading
  readonly judge: Judge
  readonly names: ReadonlySet<string>
}

export interface Orphans {
  /** The watches that are taken from the record. */
  readonly ended: EndedWatches
  /** What to do about the incidents of jobs that are not watched any more. */
  readonly orphaned: readonly IncidentAction[]
}

/** What a watchdog ends because its settings name a job no longer, or because other settings are given up. */
export async function findOrphans(
  isGone: (settingsFile: string) => Promise<boolean>,
  {incidents, leases, now, judge, names}: OrphanFacts,
): Promise<Orphans> {
  const seen = seenWatchdogs(leases.byJob.get(watchdogLease), now, judge)
  const gone = new Set<string>()
  for (const file of silentFiles(incidents, seen)) if (await isGone(file)) gone.add(file)
  const isOver = (watch: Parameters<typeof isWatchGivenUp>[0]) => isWatchGivenUp(watch, seen, gone)
  const ended = endedWatches(incidents, {settingsFile: judge.settingsFile, names, isOver})
  return {ended, orphaned: orphanedIncidents(incidents, names, ended)}
}

/** The settings files on record whose watchdog makes no rounds; on most hosts there is none. */
function silentFiles({jobs}: Incidents, seen: readonly SeenWatchdog[]): ReadonlySet<string> {
  const files = new Set<string>()
  for (const {watches} of jobs.values()) {
    if (watches) for (const {settingsFile} of watches) files.add(settingsFile)
  }
  files.delete('')
  for (const {settingsFile, state} of seen) if (state.is === 'on-time') files.delete(settingsFile ?? '')
  return files
}

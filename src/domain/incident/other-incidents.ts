import type {Incident, Incidents} from './incident.js'

export interface OtherIncident {
  readonly incident: Incident
  /** By which settings its job is watched; none for a command that no settings name. */
  readonly settingsFiles: readonly string[]
}

/** @param shown jobs of which the round tells anyway */
export function othersAmong({open, jobs}: Incidents, shown: ReadonlySet<string>): readonly OtherIncident[] {
  const others = [...open.values()].filter(({job}) => !shown.has(job))
  return others.map((incident) => {
    const files = jobs.get(incident.job)?.watches?.map(({settingsFile}) => settingsFile) ?? []
    return {incident, settingsFiles: files.filter((file) => file !== '')}
  })
}

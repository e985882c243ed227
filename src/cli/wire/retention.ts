import type {RetentionSettings} from '../../domain/settings/settings.js'
import type {JournalSpec, Retention} from '../../journal/spec.js'

/** Which setting speaks of which journal; the others keep what they need for their state. */
const settingOf: Readonly<Record<string, keyof RetentionSettings>> = {
  runs: 'runsMs',
  incidents: 'incidentsMs',
  openclaw_reset_requests: 'resetsMs',
  openclaw_reset_results: 'resetsMs',
  alerts: 'alertsMs',
}

/** How long a journal remembers by the settings; how large it may grow is its own. */
export function retentionOf({name, retention}: JournalSpec<never>, settings: RetentionSettings): Retention {
  const setting = settingOf[name]
  return setting === undefined ? retention : {...retention, maxAgeMs: settings[setting]}
}

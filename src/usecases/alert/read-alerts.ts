import {parseAlert, type RaisedAlert} from '../../domain/alert/alert.js'
import {isAtLeast} from '../../domain/delivery/route.js'
import {findById, shortIdHints} from '../../domain/journal/id-prefix.js'
import type {RawRecord} from '../../domain/journal/record.js'
import type {AlertLevel} from '../../domain/settings/job.js'
import {GuardError} from '../../errors.js'

interface ReadAlertsDeps {
  readonly alerts: {newestFirst(): Iterable<RawRecord>}
}

interface AlertFilter {
  /** This level or a worse one. */
  readonly level?: AlertLevel | undefined
  readonly job?: string | undefined
  readonly component?: string | undefined
  /** Wall clock, ms. */
  readonly sinceMs?: number | undefined
}

/** An alert as it is read, also one that another program has written. */
export interface KnownAlert extends RaisedAlert {
  readonly id: string
}

/** The last `limit` alerts that the filter lets through, newest first. Throws GuardError `io`. */
export function readAlerts({alerts}: ReadAlertsDeps, filter: AlertFilter, limit: number): readonly KnownAlert[] {
  const found: KnownAlert[] = []
  const keys = new Set<string>()
  for (const alert of knownAlerts(alerts.newestFirst())) {
    if (!passes(alert, filter)) continue
    // If two have one key the second is void, and the newest comes first here.
    if (alert.key !== undefined && keys.has(alert.key)) found.splice(indexOfKey(found, alert.key), 1)
    else if (found.length >= limit) break
    if (alert.key !== undefined) keys.add(alert.key)
    found.push(alert)
  }
  return found
}

function indexOfKey(alerts: readonly KnownAlert[], key: string): number {
  return alerts.findIndex((alert) => alert.key === key)
}

function* knownAlerts(records: Iterable<RawRecord>): Iterable<KnownAlert> {
  for (const record of records) {
    const alert = parseAlert(record)
    if (alert) yield {...alert, id: typeof record['id'] === 'string' ? record['id'] : ''}
  }
}

function passes(alert: KnownAlert, {level = 'INFO', job, component, sinceMs}: AlertFilter): boolean {
  if (!isAtLeast(alert.level, level)) return false
  if (job !== undefined && alert.job !== job) return false
  if (component !== undefined && alert.component !== component) return false
  // A line of another program without a time may be of any.
  return sinceMs === undefined || !(Date.parse(alert.timestamp) < sinceMs)
}

/** One alert by its id or the beginning of it. Throws GuardError `usage` if none or several are known. */
export function findAlert(deps: ReadAlertsDeps, id: string): KnownAlert {
  const alert = findById([...knownAlerts(deps.alerts.newestFirst())], id)
  if (alert === 'ambiguous')
    throw new GuardError('usage', `several alerts have an id that begins with ${id}`, ['write more of the id'])
  if (!alert) throw new GuardError('usage', `no alert ${id} is known`, [...shortIdHints(id), 'see them: guard alerts'])
  return alert
}

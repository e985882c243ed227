import {type AlertsState, parseAlert} from '../../domain/alert/alert.js'
import {type AlertEvent, alertNews} from '../../domain/delivery/alert-news.js'
import {deadAfterMs} from '../../domain/delivery/backoff.js'
import type {JobNews} from '../../domain/delivery/message.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import {channelsFor} from '../../domain/delivery/route.js'
import type {Entry} from '../../domain/journal/record.js'
import type {AlertRoute} from '../../domain/settings/alerting.js'
import type {Journal} from '../../journal/journal.js'
import {markOf, newAlerts} from './new-alerts.js'

export interface TakeAlertsDeps {
  readonly alerts: Pick<Journal<AlertsState>, 'read' | 'newestFirst'>
  readonly outbox: Pick<Journal<OutboxState>, 'read'>
  readonly routes: readonly AlertRoute[]
  /** What the journals and the log of a job know beside the alert. Nothing of it may be secret. */
  readonly enrich: (job: string, runId: string | undefined) => Promise<Partial<JobNews>>
  /** Wall clock, ms. */
  readonly now: () => number
  /** Writes a record under the lease of this deliverer. @returns false if another one has taken over */
  readonly write: (entry: Entry) => boolean
}

/** Of more new alerts than this the details are not looked up: it is a storm, and messages name ten jobs at most. */
const detailedAlerts = 30

/**
 * Takes each alert that is new in the journal, in order, once: what it says goes into the outbox.
 *
 * @returns false if another deliverer has taken over
 */
export async function takeAlerts(deps: TakeAlertsDeps): Promise<boolean> {
  const {fresh, isRecounted} = newAlerts(deps)
  if (isRecounted) {
    const taken = (fresh[0]?.number ?? deps.alerts.read().count + 1) - 1
    if (!deps.write({kind: 'recounted', taken, reason: 'alerts.jsonl was emptied'})) return false
  }
  for (const [index, {number, record}] of fresh.entries()) {
    const alert = parseAlert(record)
    const isVoid = alert?.key !== undefined && deps.alerts.read().numbers.get(alert.key) !== number
    const at = typeof record['at'] === 'number' ? record['at'] : deps.now()
    const news = alert && !isVoid ? alertNews(alert, at) : undefined
    const taken = {kind: 'noted', alert: number, as: markOf(record), atMs: at}
    const reason = news ? reasonAgainst(news.event, deps.now() - at) : 'no alert, or raised before'
    if (!news || reason) {
      if (!deps.write({...taken, event: 'none', reason})) return false
      continue
    }
    const {event, group, level, subject} = news
    const channels = channelsFor(deps.routes, {subject, level: event === 'recovered' ? 'CRITICAL' : level}) ?? []
    const isDetailed = event === 'trouble' && index < detailedAlerts
    const more = isDetailed ? await deps.enrich(subject, news.news.runId) : {}
    const entry = {...taken, event, group, subject, channels, news: {...news.news, ...more}}
    if (!deps.write(entry)) return false
  }
  return true
}

/** What ended by itself long ago is history, as on the day on which the first channel is set up; trouble lasts. */
function reasonAgainst(event: AlertEvent, ageMs: number): string | undefined {
  return event === 'notice' && ageMs > deadAfterMs ? 'raised more than a day before it could be told' : undefined
}

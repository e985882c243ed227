import {type AlertsState, parseAlert} from '../../domain/alert/alert.js'
import {alertNews} from '../../domain/delivery/alert-news.js'
import type {JobNews} from '../../domain/delivery/message.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import {channelsFor} from '../../domain/delivery/route.js'
import type {Entry, RawRecord} from '../../domain/journal/record.js'
import type {AlertRoute} from '../../domain/settings/alerting.js'
import type {Journal} from '../../journal/journal.js'

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
  const fresh = newAlerts(deps)
  for (const [index, {number, record}] of fresh.entries()) {
    const alert = parseAlert(record)
    const isVoid = alert?.key !== undefined && deps.alerts.read().numbers.get(alert.key) !== number
    const at = typeof record['at'] === 'number' ? record['at'] : deps.now()
    const news = alert && !isVoid ? alertNews(alert, at) : undefined
    if (!news) {
      if (!deps.write({kind: 'noted', alert: number, event: 'none'})) return false
      continue
    }
    const {event, group, level, subject} = news
    const channels = channelsFor(deps.routes, {subject, level: event === 'recovered' ? 'CRITICAL' : level}) ?? []
    const isDetailed = event === 'trouble' && index < detailedAlerts
    const more = isDetailed ? await deps.enrich(subject, news.news.runId) : {}
    const entry = {
      kind: 'noted',
      alert: number,
      atMs: at,
      event,
      group,
      subject,
      channels,
      news: {...news.news, ...more},
    }
    if (!deps.write(entry)) return false
  }
  return true
}

interface NumberedAlert {
  /** Among all lines of the journal, from 1. */
  readonly number: number
  readonly record: RawRecord
}

/** Oldest first. */
function newAlerts({alerts, outbox}: TakeAlertsDeps): readonly NumberedAlert[] {
  const {taken} = outbox.read()
  for (;;) {
    const {count} = alerts.read()
    const found: NumberedAlert[] = []
    let number = count
    for (const record of number > taken ? alerts.newestFirst() : []) {
      found.push({number, record})
      number -= 1
      if (number <= taken) break
    }
    // A line that was written meanwhile would shift the numbers.
    if (alerts.read().count === count) return found.reverse()
  }
}

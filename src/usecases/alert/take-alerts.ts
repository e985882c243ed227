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
  const {fresh, isOther} = newAlerts(deps)
  const first = fresh[0]?.number ?? deps.alerts.read().count + 1
  if (isOther && !deps.write({kind: 'recounted', taken: first - 1})) return false
  for (const [index, {number, record}] of fresh.entries()) {
    const alert = parseAlert(record)
    const isVoid = alert?.key !== undefined && deps.alerts.read().numbers.get(alert.key) !== number
    const at = typeof record['at'] === 'number' ? record['at'] : deps.now()
    const news = alert && !isVoid ? alertNews(alert, at) : undefined
    if (!news) {
      if (!deps.write({kind: 'noted', alert: number, alertId: idOf(record), atMs: at, event: 'none'})) return false
      continue
    }
    const {event, group, level, subject} = news
    const channels = channelsFor(deps.routes, {subject, level: event === 'recovered' ? 'CRITICAL' : level}) ?? []
    const isDetailed = event === 'trouble' && index < detailedAlerts
    const more = isDetailed ? await deps.enrich(subject, news.news.runId) : {}
    const entry = {
      kind: 'noted',
      alert: number,
      alertId: idOf(record),
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

interface NewAlerts {
  /** Oldest first. */
  readonly fresh: readonly NumberedAlert[]
  /** The journal was emptied, or an older copy has taken its place, so that its lines have other numbers. */
  readonly isOther: boolean
}

function newAlerts({alerts, outbox}: TakeAlertsDeps): NewAlerts {
  const {taken, takenAtMs, takenId} = outbox.read()
  for (;;) {
    const {count} = alerts.read()
    const found: NumberedAlert[] = []
    let number = count
    let isOther = count < taken
    for (const record of alerts.newestFirst()) {
      isOther ||= number === taken && takenId !== '' && idOf(record) !== takenId
      // In another journal those are new that are younger than the last one that was taken.
      if (isOther ? !isYounger(record, takenAtMs) : number <= taken) break
      found.push({number, record})
      number -= 1
    }
    // A line that was written meanwhile would shift the numbers.
    if (alerts.read().count === count) return {fresh: found.reverse(), isOther}
  }
}

function isYounger({at}: RawRecord, thanMs: number): boolean {
  return typeof at !== 'number' || at > thanMs
}

function idOf({id}: RawRecord): string {
  return typeof id === 'string' ? id : ''
}

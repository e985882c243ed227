import {type Alert, type AlertsState, parseAlert, toldAsTroubleOf} from '../../domain/alert/alert.js'
import {type AlertEvent, alertNews} from '../../domain/delivery/alert-news.js'
import {deadAfterMs} from '../../domain/delivery/backoff.js'
import {channelIdOf} from '../../domain/delivery/channel-place.js'
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
  /**
   * Reads the settings of which the outbox and these alerts speak, where they have changed.
   *
   * @returns whether one of these files was read for the first time
   */
  readonly readSettings: (files: readonly string[]) => Promise<boolean>
  /** The routes for an alert of that settings file, and the file that has them: where it cannot be read, that of this process. */
  readonly routesOf: (settingsFile: string | undefined) => Routes
  /** Whether a settings file has a channel of this name now. */
  readonly hasChannel: (place: {readonly name: string; readonly settingsFile: string | undefined}) => boolean
  /** What the journals and the log of a job know beside the alert. Nothing of it may be secret. */
  readonly enrich: (
    job: string,
    runId: string | undefined,
    settingsFile: string | undefined,
  ) => Promise<Partial<JobNews>>
  /** Wall clock, ms. */
  readonly now: () => number
  /** Writes a record under the lease of this deliverer. @returns false if another one has taken over */
  readonly write: (entry: Entry) => boolean
}

interface Routes {
  readonly routes: readonly AlertRoute[]
  readonly settingsFile: string | undefined
}

/**
 * If there are more new alerts than this, no details are looked up: it is a storm, and messages name ten jobs at most.
 */
const detailedAlerts = 30

/**
 * Takes each alert that is new in the journal, in order, once: what it says goes into the outbox.
 *
 * @returns false if another deliverer has taken over
 */
export async function takeAlerts(deps: TakeAlertsDeps): Promise<boolean> {
  const {fresh, isRecounted} = await alertsWithSettings(deps)
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
    const reason = alert && news ? reasonAgainst(alert, news.event, deps.now() - at) : 'no alert, or raised before'
    if (!news || reason) {
      if (!deps.write({...taken, event: 'none', reason})) return false
      continue
    }
    const {event, group, level, subject, isToldOnce} = news
    const {routes, settingsFile} = deps.routesOf(alert?.settingsFile)
    const names = channelsFor(routes, {subject, level: event === 'recovered' ? 'CRITICAL' : level}) ?? []
    const files = deps.outbox.read().channelFiles
    const channels = names.map((name) => channelIdOf(files, {name, settingsFile}, deps.hasChannel))
    const isDetailed = event === 'trouble' && index < detailedAlerts
    const more = isDetailed ? await deps.enrich(subject, news.news.runId, settingsFile) : {}
    const entry = {...taken, event, group, subject, channels, settingsFile, news: {...news.news, ...more}}
    if (!deps.write({...entry, ...(isToldOnce && {isToldOnce})})) return false
  }
  return true
}

/** The new alerts, masked by the settings that they name. */
async function alertsWithSettings(deps: TakeAlertsDeps): Promise<ReturnType<typeof newAlerts>> {
  await deps.readSettings([])
  for (;;) {
    const found = newAlerts(deps)
    const files = found.fresh.flatMap(({record}) => parseAlert(record)?.settingsFile ?? [])
    if (!(await deps.readSettings([...new Set(files)]))) return found
  }
}

const longestNames = 200

/** A notice of long ago is history, for example on the day on which the first channel is set up. Trouble lasts. */
function reasonAgainst({details}: Pick<Alert, 'details'>, event: AlertEvent, ageMs: number): string | undefined {
  const jobs = details[toldAsTroubleOf]
  if (Array.isArray(jobs) && jobs.length > 0) return `told as the trouble of ${jobs.join(', ').slice(0, longestNames)}`
  return event === 'notice' && ageMs > deadAfterMs ? 'raised more than a day before it could be sent' : undefined
}
